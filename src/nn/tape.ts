/**
 * A tape of differentiable operations over tfjs tensors, with exact lifetimes.
 *
 * tfjs-core's own tape keeps every intermediate tensor until the gradients are done and refuses dilated
 * convolutions. Here each op says which tensors its gradient needs; everything else is freed as soon as the scope
 * that made it ends, and what a gradient needed is freed when that gradient has been taken.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ConvolutionPrecision } from "./precision.ts";
import type { AnyTensor } from "./tensors.ts";
import { Value } from "./value.ts";

export { Value } from "./value.ts";

/** What is freed once: a tensor, or something that holds tensors. */
export interface Freed {
  /** Frees it. */
  dispose(): void;
}

/** What an op hands to the tape. */
export interface OpRecord {
  /** Differentiable inputs, in the order of the gradients that `backward` returns. */
  readonly inputs: readonly Value[];
  /** The result; the tape owns it from now on. */
  readonly output: AnyTensor;
  /** Inputs (or `"output"`) whose tensors `backward` reads. */
  readonly saves?: readonly (Value | "output")[];
  /** Further things that only `backward` reads; disposed after it, or at once when nothing is recorded. */
  readonly extras?: readonly Freed[];
  /**
   * Gradients with respect to `inputs`, given the output's; `undefined` where an input needs none.
   * It may return `dy` itself for at most one input only through `tf.clone`.
   */
  backward(dy: AnyTensor, output: AnyTensor): readonly (AnyTensor | undefined)[];
}

interface TapeNode {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly saved: readonly Value[];
  readonly extras: readonly Freed[];
  backward(dy: AnyTensor, output: AnyTensor): readonly (AnyTensor | undefined)[];
}

/** Values returned from a scope: one, or several by index or name. */
export type ScopeResult = Value | readonly Value[] | Readonly<Record<string, Value>>;

/** Tensors named by `observe`, with their gradients: for parity checks and pictures. */
export interface Observation {
  /** The value that was named. */
  readonly value: Value;
  /** Gradient of the loss with respect to it, after `backward`, where one flows. */
  gradient?: AnyTensor;
}

/** Options of a tape. */
export interface TapeOptions {
  /** Records gradients; false frees everything at once (inference). Default true. */
  readonly recording?: boolean;
  /** Keeps what `observe` names. Default false. */
  readonly observing?: boolean;
  /** Of convolutions, forward and backward. Default float32. */
  readonly precision?: ConvolutionPrecision;
}

function valuesOf(result: ScopeResult): readonly Value[] {
  if (result instanceof Value) return [result];
  return Array.isArray(result) ? result : Object.values(result as Record<string, Value>);
}

/** Records operations and runs their gradients. Dispose it when done. */
export class Tape {
  /** Whether gradients are recorded. */
  readonly recording: boolean;
  /** In which type convolutions on it multiply. */
  readonly precision: ConvolutionPrecision;
  /** What `observe` named, when the tape observes. */
  readonly observations: Map<string, Observation> = new Map();
  #observing: boolean;
  #prefix = "";
  #paused = false;
  #nodes: TapeNode[] = [];
  #scopes: Value[][] = [[]];
  #parameters = new Map<AnyTensor, Value>();

  /** An empty tape. */
  constructor(options: TapeOptions = {}) {
    this.recording = options.recording ?? true;
    this.precision = options.precision ?? "float32";
    this.#observing = options.observing ?? false;
  }

  /** Puts a tensor that stays the caller's on the tape; no gradient is taken with respect to it. */
  constant(tensor: AnyTensor): Value {
    return new Value(tensor, false, false);
  }

  /** Puts a tensor on the tape that the tape disposes when its scope ends; no gradient is taken. */
  adopt(tensor: AnyTensor): Value {
    return this.#enter(new Value(tensor, false, true));
  }

  /** Puts a parameter on the tape. The tensor stays the caller's; the same tensor gives the same value. */
  parameter(tensor: AnyTensor): Value {
    let value = this.#parameters.get(tensor);
    if (value === undefined) {
      value = new Value(tensor, this.recording, false);
      this.#parameters.set(tensor, value);
    }
    return value;
  }

  /** Adds an op's result, and its gradient if one can flow. */
  apply(record: OpRecord): Value {
    const extras = record.extras ?? [];
    const records = this.recording && !this.#paused;
    const requiresGrad = records && record.inputs.some((input) => input.requiresGrad);
    const output = this.#enter(new Value(record.output, requiresGrad, true));
    if (!requiresGrad) {
      extras.forEach((extra) => extra.dispose());
      return output;
    }
    const saved = (record.saves ?? []).map((value) => (value === "output" ? output : value).hold());
    this.#nodes.push({ inputs: record.inputs, output, saved, extras, backward: record.backward });
    return output;
  }

  /** Runs `f` and frees the values it made, except those it returns and those that gradients need. */
  scope<R extends ScopeResult>(f: () => R): R {
    this.#scopes.push([]);
    let kept: ReadonlySet<Value> = new Set();
    try {
      const result = f();
      kept = new Set(valuesOf(result));
      return result;
    } finally {
      const made = this.#scopes.pop()!;
      const outer = this.#scopes.at(-1)!;
      for (const value of made) kept.has(value) ? outer.push(value) : value.release();
    }
  }

  /** The same tensor without gradient: the constant side of a loss. */
  detach(value: Value): Value {
    return this.#enter(new Value(tf.clone(value.tensor), false, true));
  }

  /** Names a value, so that an observing tape keeps it and its gradient until it is disposed. */
  observe(name: string, value: Value): Value {
    const full = this.#prefix + name;
    if (!this.#observing) return value;
    if (this.observations.has(full)) {
      throw new RangeError(`Cannot observe "${full}": the name stands already`);
    }
    this.observations.set(full, { value: value.hold() });
    return value;
  }

  /** Runs `f` without recording gradients: what it makes is constant, and nothing is kept for it. */
  withoutGradient<R>(f: () => R): R {
    const before = this.#paused;
    this.#paused = true;
    try {
      return f();
    } finally {
      this.#paused = before;
    }
  }

  /** Runs `f`; what is observed meanwhile has `prefix` before its name. */
  prefixed<R>(prefix: string, f: () => R): R {
    const before = this.#prefix;
    this.#prefix += prefix;
    try {
      return f();
    } finally {
      this.#prefix = before;
    }
  }

  /**
   * Runs all gradients of a scalar.
   * @param loss A value with one element
   * @returns Gradient of each parameter that the loss depends on, by the parameter's tensor; the caller disposes them
   */
  backward(loss: Value): Map<AnyTensor, AnyTensor> {
    return this.backwardFrom([[loss, tf.onesLike(loss.tensor)]]);
  }

  /**
   * As `backward`, but hands over each parameter's gradient as soon as it is complete, when no op that is still to come
   * reads the parameter: an update then needs no memory for all gradients at once.
   * @param take Gets the parameter's tensor, which it may free, and the gradient, which it must
   */
  backwardInto(loss: Value, take: (parameter: AnyTensor, gradient: AnyTensor) => void): void {
    const uses = this.#countUses();
    this.#accumulate(loss, tf.onesLike(loss.tensor));
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      this.#visit(node);
      for (const input of node.inputs) {
        const before = uses.get(input);
        if (before === undefined) continue; // not a parameter
        uses.set(input, before - 1);
        if (before > 1 || input.gradient === undefined) continue;
        const { gradient } = input;
        input.gradient = undefined;
        take(input.tensor, gradient);
      }
    }
  }

  /** As `backward`, from given gradients of several values; it disposes those gradients. */
  backwardFrom(seeds: readonly (readonly [Value, AnyTensor])[]): Map<AnyTensor, AnyTensor> {
    for (const [value, gradient] of seeds) this.#accumulate(value, gradient);
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) this.#visit(node);
    const gradients = new Map<AnyTensor, AnyTensor>();
    for (const [tensor, value] of this.#parameters) {
      if (value.gradient !== undefined) gradients.set(tensor, value.gradient);
      value.gradient = undefined;
    }
    return gradients;
  }

  /** Frees everything the tape still holds. Parameters and constants stay. */
  dispose(): void {
    for (const node of this.#nodes) this.#free(node);
    this.#nodes = [];
    for (const values of this.#scopes) values.forEach((value) => value.release());
    this.#scopes = [[]];
    for (const { value, gradient } of this.observations.values()) {
      value.release();
      gradient?.dispose();
    }
    this.observations.clear();
    this.#parameters.clear();
  }

  /** How many inputs of recorded ops each parameter is. */
  #countUses(): Map<Value, number> {
    const uses = new Map<Value, number>();
    for (const value of this.#parameters.values()) uses.set(value, 0);
    for (const { inputs } of this.#nodes) {
      for (const input of inputs) {
        const before = uses.get(input);
        if (before !== undefined) uses.set(input, before + 1);
      }
    }
    return uses;
  }

  #enter(value: Value): Value {
    this.#scopes.at(-1)!.push(value);
    return value;
  }

  #visit(node: TapeNode): void {
    const dy = node.output.gradient;
    if (dy !== undefined) {
      const gradients = node.backward(dy, node.output.tensor);
      node.inputs.forEach((input, i) => this.#accumulate(input, gradients[i]));
      this.#giveUpGradient(node.output, dy);
    }
    this.#free(node);
  }

  /** Keeps an observed value's gradient, disposes any other. */
  #giveUpGradient(value: Value, dy: AnyTensor): void {
    value.gradient = undefined;
    for (const observation of this.observations.values()) {
      if (observation.value !== value) continue;
      if (observation.gradient === undefined) observation.gradient = tf.clone(dy);
    }
    dy.dispose();
  }

  #accumulate(value: Value, gradient: AnyTensor | undefined): void {
    if (gradient === undefined) return;
    if (!value.requiresGrad) {
      gradient.dispose();
      return;
    }
    const before = value.gradient;
    if (before === undefined) {
      value.gradient = gradient;
      return;
    }
    value.gradient = tf.add(before, gradient);
    before.dispose();
    gradient.dispose();
  }

  #free(node: TapeNode): void {
    node.saved.forEach((value) => value.release());
    node.extras.forEach((extra) => extra.dispose());
    node.output.gradient?.dispose();
    node.output.gradient = undefined;
  }
}
