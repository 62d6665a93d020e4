import { CheckpointMismatch } from "../core/errors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { fromFileLayout, inFileLayout, type ParameterStore } from "../nn/parameters.ts";
import { fileShape, type ParameterSpec } from "../nn/parameter_spec.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { clipGradients, disposeGradients, type Gradients } from "./gradients.ts";
import { type MomentumBuffers, momentumBuffers, VariableMomentum } from "./momentum.ts";
import type { UpdateScalars } from "./update_scalars.ts";
import type { Variable } from "./variables.ts";

/** Parameters that are updated otherwise than the rest. */
export interface ParameterGroup {
  /** Whether a parameter belongs to the group; the first group that matches counts. */
  matches(name: string): boolean;
  /** Factor of the learning rate. Default 1. */
  readonly learningRateFactor?: number;
  /** Weight decay in place of the optimizer's. */
  readonly weightDecay?: number;
}

/** Options of `Sgd`; the defaults are the official configuration's. */
export interface SgdOptions {
  /** Share of the buffer that stays, in [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** Added share of the parameter itself, at least 0; norms and biases have it too. Default 5e-4. */
  readonly weightDecay?: number;
  /** Exceptions. Default none. */
  readonly groups?: readonly ParameterGroup[];
  /** Largest global norm of the gradients, above 0; without it they are taken as they are. */
  readonly clipNorm?: number;
}

function checkOptions(momentum: number, decays: readonly number[]): void {
  const wrong = decays.find((decay) => !(decay >= 0));
  if (momentum >= 0 && momentum < 1 && wrong === undefined) return;
  throw new RangeError(
    `Cannot make an optimizer: momentum ${momentum}, weight decay ${wrong ?? decays[0]}, ` +
      "expected a momentum in [0, 1) and a decay of at least 0",
  );
}

/**
 * SGD with momentum and weight decay as torch has it: b ← μ b + (g + wd · p), p ← p − lr · b; b starts as the first
 * g + wd · p. Parameters without a gradient stay as they are, without decay. Dispose it when done.
 */
export class Sgd {
  readonly #momentum: number;
  readonly #weightDecay: number;
  readonly #groups: readonly ParameterGroup[];
  readonly #clipNorm: number | undefined;
  #buffers: MomentumBuffers | undefined;

  /** An optimizer without buffers. @throws {RangeError} If momentum or a weight decay is out of range */
  constructor(options: SgdOptions = {}) {
    this.#momentum = options.momentum ?? 0.9;
    this.#weightDecay = options.weightDecay ?? 5e-4;
    this.#groups = options.groups ?? [];
    this.#clipNorm = options.clipNorm;
    const decays = this.#groups.map((group) => group.weightDecay ?? 0);
    checkOptions(this.#momentum, [this.#weightDecay, ...decays]);
  }

  /**
   * Updates all parameters that have a gradient.
   * @param parameters Changed
   * @param gradients By parameter name, in the inner layout; consumed
   * @param learningRate Before the groups' factors
   * @throws {RangeError} If there is no parameter of a name, or the shapes differ
   */
  step(parameters: ParameterStore, gradients: Gradients, learningRate: number): void {
    try {
      if (this.#clipNorm !== undefined) clipGradients(gradients, this.#clipNorm);
      for (const [name, gradient] of gradients) this.#update(parameters, name, gradient, learningRate);
    } finally {
      disposeGradients(gradients);
    }
  }

  /**
   * Updates one parameter, for gradients that come one by one (`StepContext.takeGradient`); all of them must come
   * through here or all through `step`.
   * @param parameters Changed
   * @param gradient In the inner layout; consumed
   * @param learningRate Before the groups' factors
   * @throws {RangeError} With `clipNorm`, which needs all gradients at once; if the name is unknown or shapes differ
   */
  take(parameters: ParameterStore, name: string, gradient: AnyTensor, learningRate: number): void {
    if (!this.takesOneByOne) {
      throw new RangeError("Cannot update one parameter: clipping is on, expected all gradients in one step");
    }
    try {
      this.#update(parameters, name, gradient, learningRate);
    } finally {
      gradient.dispose();
    }
  }

  /** Whether `record` can be used: there is no clipping, and the buffers are variables. */
  get canBeRecorded(): boolean {
    return this.takesOneByOne && this.#open() instanceof VariableMomentum;
  }

  /**
   * Records the update of one parameter, where `canBeRecorded`.
   * @param parameter Holds it
   * @param before Its value as the recording has read it; stays the caller's
   * @param gradient In the inner layout; consumed
   * @param scalars With the learning rate before the groups' factors
   * @internal
   */
  record(
    name: string,
    parameter: Variable,
    before: AnyTensor,
    gradient: AnyTensor,
    scalars: UpdateScalars,
  ): void {
    const buffers = this.#open() as VariableMomentum;
    const rule = { ...this.#ruleOf(name), momentum: this.#momentum };
    buffers.record(name, parameter, before, gradient, rule, scalars);
    gradient.dispose();
  }

  /** Whether `take` can be used: there is no clipping. */
  get takesOneByOne(): boolean {
    return this.#clipNorm === undefined;
  }

  /** Momentum buffers by parameter name, in the layout of files. */
  async export(parameters: ParameterStore): Promise<Map<string, StoredTensor>> {
    const specs = specsByName(parameters);
    const stored = new Map<string, StoredTensor>();
    for (const name of this.#buffers?.names() ?? []) {
      const spec = specs.get(name)!;
      const buffer = this.#buffers!.read(name);
      const outside = inFileLayout(spec, buffer);
      buffer.dispose();
      const data = await outside.data() as Float32Array;
      outside.dispose();
      stored.set(name, { dtype: "float32", shape: fileShape(spec), data });
    }
    return stored;
  }

  /**
   * Takes the buffers of `export` in place of the ones here.
   * @throws {CheckpointMismatch} If a name or a shape does not fit the parameters; nothing is changed then
   */
  load(parameters: ParameterStore, tensors: ReadonlyMap<string, StoredTensor>): void {
    const specs = specsByName(parameters);
    for (const [name, { shape }] of tensors) {
      const spec = specs.get(name);
      const expected = spec === undefined ? "no such parameter" : `[${fileShape(spec).join(", ")}]`;
      if (`[${shape.join(", ")}]` === expected) continue;
      throw new CheckpointMismatch(
        `Cannot load momentum of "${name}": file has [${shape.join(", ")}], model has ${expected}`,
      );
    }
    this.dispose();
    for (const [name, stored] of tensors) {
      this.#open().set(name, fromFileLayout(specs.get(name)!, stored));
    }
  }

  /** Frees the buffers. */
  dispose(): void {
    this.#buffers?.dispose();
    this.#buffers = undefined;
  }

  /** The buffers, on the backend of the first use. */
  #open(): MomentumBuffers {
    return this.#buffers ??= momentumBuffers(this.#momentum);
  }

  /** The rate in units of the learning rate, and the decay. */
  #ruleOf(name: string): { rate: number; decay: number } {
    const group = this.#groups.find((candidate) => candidate.matches(name));
    return { rate: group?.learningRateFactor ?? 1, decay: group?.weightDecay ?? this.#weightDecay };
  }

  #update(parameters: ParameterStore, name: string, gradient: AnyTensor, learningRate: number): void {
    const { rate: factor, decay } = this.#ruleOf(name);
    const rate = learningRate * factor;
    const before = parameters.tensor(name);
    if (before.shape.join() !== gradient.shape.join()) {
      throw new RangeError(
        `Cannot update "${name}": gradient [${gradient.shape}], parameter [${before.shape}], expected equal shapes`,
      );
    }
    const rule = { rate, decay, momentum: this.#momentum };
    parameters.replace(name, this.#open().update(name, before, gradient, rule));
  }
}

function specsByName(parameters: ParameterStore): Map<string, ParameterSpec> {
  return new Map(parameters.specs().map((spec) => [spec.name, spec]));
}
