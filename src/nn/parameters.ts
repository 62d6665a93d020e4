import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { CheckpointMismatch } from "../core/errors.ts";
import { firstAndMore } from "../core/first_and_more.ts";
import { type RandomStream, randomStream } from "../core/random.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { type Lender, ParameterEntry } from "./parameter_entry.ts";
import { fileShape, type ParameterSpec } from "./parameter_spec.ts";
import type { AnyTensor } from "./tensors.ts";

export type { Lender } from "./parameter_entry.ts";

function initialValues(spec: ParameterSpec, seed: number): Float32Array {
  const size = spec.shape.reduce((n, dim) => n * dim, 1);
  if (typeof spec.initial === "number") return new Float32Array(size).fill(spec.initial);
  const [k, kw, , outputs] = spec.shape as [number, number, number, number];
  const stream = randomStream(seed, `initial/${spec.name}`);
  if (spec.initial === "icnr") return shuffledValues(spec, stream);
  const deviation = spec.initial === "kaiming" ? Math.sqrt(2 / (k * kw * outputs)) : spec.initial.normal;
  return Float32Array.from({ length: size }, () => stream.normal() * deviation);
}

/** Of a kernel `[1, 1, C, 4·K]` whose outputs are K channels of each of four places. */
function shuffledValues({ shape }: ParameterSpec, stream: RandomStream): Float32Array {
  const [, , inputs, outputs] = shape as [number, number, number, number];
  const values = new Float32Array(inputs * outputs);
  for (let input = 0; input < inputs; input++) {
    const row = Float32Array.from({ length: outputs / 4 }, () => stream.normal() * Math.sqrt(2 / inputs));
    for (let place = 0; place < 4; place++) values.set(row, input * outputs + place * row.length);
  }
  return values;
}

/** Named parameters and running statistics of a network, on the current backend. Dispose it when done. */
export class ParameterStore {
  #entries = new Map<string, ParameterEntry>();
  #counters = new Map<string, number>();

  /**
   * Parameters with start values.
   * @param specs What the network needs
   * @param seed For the start values; each parameter has a stream of its own
   */
  constructor(specs: readonly ParameterSpec[], seed: number) {
    for (const spec of specs) {
      if (spec.kind === "counter") this.#counters.set(spec.name, 0);
      else {
        const tensor = tf.tensor(initialValues(spec, seed), spec.shape as number[], "float32");
        // tfjs uploads at the first use; until then the values of the whole network would stand here once more
        nativeBackend()?.getInputTensorIds([tensor]);
        this.#entries.set(spec.name, new ParameterEntry(spec, tensor));
      }
    }
  }

  /** All names, in the order of the specs, counters last. */
  names(): string[] {
    return [...this.#entries.keys(), ...this.#counters.keys()];
  }

  /** Names of what gradients train. */
  trainableNames(): string[] {
    return [...this.#entries.values()].filter(({ spec }) => spec.kind !== "statistic").map(({ spec }) =>
      spec.name
    );
  }

  /** Specs of all parameters but the counters. */
  specs(): ParameterSpec[] {
    return [...this.#entries.values()].map(({ spec }) => spec);
  }

  /** Whether there is a parameter or statistic of that name (counters not among them). */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The tensor of a parameter; it stays the store's. @throws {RangeError} If there is none of that name */
  tensor(name: string): AnyTensor {
    return this.#entry(name).tensor;
  }

  /** Puts another tensor in a parameter's place; the store owns it and disposes the one before. */
  replace(name: string, tensor: AnyTensor): void {
    const entry = this.#entry(name);
    if (entry.standing === tensor) return;
    entry.standing?.dispose();
    entry.tensor = tensor;
  }

  /**
   * Gives a parameter's value into other hands, until `takeBack` or `replace`; the store's tensor is disposed.
   * @param lender Asked when somebody reads the parameter; the store owns that tensor until the next `lend`
   */
  lend(name: string, lender: Lender): void {
    this.#entry(name).lend(lender);
  }

  /** Who holds a parameter's value; `undefined` where it is the store's own. */
  lender(name: string): Lender | undefined {
    return this.#entry(name).lender;
  }

  /** Makes the value that a lender holds the store's own. */
  takeBack(name: string): void {
    const entry = this.#entry(name);
    const { tensor } = entry;
    entry.tensor = tensor;
  }

  /** Runs `f` with lent values read anew: in a recording they are read whenever it runs. */
  readingAnew<R>(names: readonly string[], f: () => R): R {
    const lent = names.map((name) => this.#entry(name)).filter(({ lender }) => lender !== undefined);
    const restored = lent.map((entry) => entry.readAnew());
    try {
      return f();
    } finally {
      for (const restore of restored) restore();
    }
  }

  /** Counters of batches by name. */
  counts(): ReadonlyMap<string, number> {
    return new Map(this.#counters);
  }

  /** Sets counters. */
  setCounts(counts: ReadonlyMap<string, number>): void {
    for (const [name, count] of counts) this.#counters.set(name, count);
  }

  /** Adds one to a counter of batches, if there is one. */
  count(name: string): void {
    const before = this.#counters.get(name);
    if (before !== undefined) this.#counters.set(name, before + 1);
  }

  /** Removes all parameters whose name begins with `prefix`. @returns How many */
  remove(prefix: string): number {
    let removed = 0;
    for (const [name, entry] of this.#entries) {
      if (!name.startsWith(prefix)) continue;
      entry.standing?.dispose();
      this.#entries.delete(name);
      removed++;
    }
    for (const name of this.#counters.keys()) if (name.startsWith(prefix)) this.#counters.delete(name);
    return removed;
  }

  /** Number of trained values. */
  size(): number {
    return this.trainableNames().reduce((sum, name) => sum + this.tensor(name).size, 0);
  }

  /** Copies every parameter out, in the layout of files. */
  async export(): Promise<Map<string, StoredTensor>> {
    const stored = new Map<string, StoredTensor>();
    for (const { spec, tensor } of this.#entries.values()) {
      const outside = toFileLayout(spec, tensor);
      const data = await outside.data() as Float32Array;
      if (outside !== tensor) outside.dispose();
      stored.set(spec.name, { dtype: "float32", shape: fileShape(spec), data });
    }
    for (const [name, value] of this.#counters) {
      stored.set(name, { dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) });
    }
    return stored;
  }

  /**
   * Sets parameters from file tensors. Names that the network lacks are left alone; so are missing ones.
   * @returns Names that were set
   * @throws {CheckpointMismatch} If a shape differs; nothing is changed then
   */
  load(tensors: ReadonlyMap<string, StoredTensor>): string[] {
    const present = [...this.#entries.values()].filter(({ spec }) => tensors.has(spec.name));
    const wrong = present.filter(({ spec }) => `${tensors.get(spec.name)!.shape}` !== `${fileShape(spec)}`);
    if (wrong.length > 0) throw mismatch(wrong.map(({ spec }) => spec), tensors);
    for (const { spec } of present) this.replace(spec.name, fromFileLayout(spec, tensors.get(spec.name)!));
    const counters = [...this.#counters.keys()].filter((name) => tensors.has(name));
    for (const name of counters) this.#counters.set(name, Number(tensors.get(name)!.data[0]));
    return [...present.map(({ spec }) => spec.name), ...counters];
  }

  /**
   * Remembers running statistics and counters.
   * @returns Puts them back as they were; to be called once
   */
  rememberStatistics(): () => void {
    const statistics = [...this.#entries.values()].filter(({ spec }) => spec.kind === "statistic")
      .map(({ spec, tensor }) => [spec.name, tf.clone(tensor)] as const);
    const counters = new Map(this.#counters);
    return () => {
      for (const [name, tensor] of statistics) this.replace(name, tensor);
      this.#counters = counters;
    };
  }

  /** Frees all tensors. */
  dispose(): void {
    for (const { standing } of this.#entries.values()) standing?.dispose();
    this.#entries.clear();
  }

  #entry(name: string): ParameterEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new RangeError(`Cannot find parameter "${name}": the network has none of that name`);
    }
    return entry;
  }
}

function mismatch(
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, StoredTensor>,
): CheckpointMismatch {
  const shapesText = (spec: ParameterSpec) =>
    `"${spec.name}": file has [${tensors.get(spec.name)!.shape.join(", ")}], model has [${
      fileShape(spec).join(", ")
    }]`;
  return new CheckpointMismatch(
    `Cannot load ${firstAndMore(specs, 10, shapesText, "; ")}, expected equal shapes`,
  );
}

function toFileLayout(spec: ParameterSpec, tensor: AnyTensor): AnyTensor {
  if (spec.kind === "convolution") return tf.transpose(tensor, [3, 2, 0, 1]);
  if (spec.kind === "depthwise") return tf.transpose(tensor, [2, 3, 0, 1]);
  return spec.kind === "linear" ? tf.transpose(tensor, [1, 0]) : tensor;
}

/** A gradient or a value inside, in the layout of files; a new tensor. */
export function inFileLayout(spec: ParameterSpec, tensor: AnyTensor): AnyTensor {
  const outside = toFileLayout(spec, tensor);
  return outside === tensor ? tf.clone(tensor) : outside;
}

/** A file tensor as it lies inside; a new tensor. */
export function fromFileLayout(spec: ParameterSpec, stored: StoredTensor): AnyTensor {
  const values = stored.data instanceof Float32Array
    ? stored.data
    : Float32Array.from(stored.data as Float64Array);
  return tf.tidy(() => {
    // a copy: the file's bytes may be reused, and tfjs writes late
    const outside = tf.tensor(values.slice(), stored.shape as number[], "float32");
    if (spec.kind === "convolution") return tf.transpose(outside, [2, 3, 1, 0]);
    if (spec.kind === "depthwise") return tf.transpose(outside, [2, 3, 0, 1]);
    return spec.kind === "linear" ? tf.transpose(outside, [1, 0]) : outside;
  });
}
