/**
 * A tape of differentiable operations over tfjs tensors, with exact lifetimes.
 *
 * tfjs-core's own tape keeps every intermediate tensor until the gradients are done and refuses dilated
 * convolutions. Here each op says which tensors its gradient needs; everything else is freed as soon as the scope
 * that made it ends, and what a gradient needed is freed when that gradient has been taken.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { EdgeDecisions } from "./edge_decisions.ts";
import { type Observation, Observations } from "./observations.ts";
import { freeNode, type OpRecord, type TapeNode } from "./op_record.ts";
import { ParameterUses } from "./parameter_uses.ts";
import type { ConvolutionPrecision } from "./precision.ts";
import { Segment } from "./segment.ts";
import type { AnyTensor } from "./tensors.ts";
import { Value } from "./value.ts";

export type { Observation } from "./observations.ts";
export type { Freed, OpRecord } from "./op_record.ts";
export { Value } from "./value.ts";

/** Values returned from a scope: one, or several by index or name. */
export type ScopeResult = Value | readonly Value[] | Readonly<Record<string, Value | undefined>>;

/** Options of a tape. */
export interface TapeOptions {
  /** Records gradients; false frees everything at once (inference). Default true. */
  readonly recording?: boolean;
  /** Keeps what `observe` names, or of it what has one of these names (before any prefix). Default false. */
  readonly observing?: boolean | ReadonlySet<string>;
  /** Of convolutions, forward and backward. Default float32. */
  readonly precision?: ConvolutionPrecision;
  /** Keeps nothing of a `segment` but what it begins with, and runs it again for its gradient. Default false. */
  readonly recompute?: boolean;
  /** Where gradients pass rectifiers and max pools at an edge; as their inputs say when absent. Not with `recompute`. */
  readonly decisions?: EdgeDecisions;
}

function valuesOf(result: ScopeResult): readonly (Value | undefined)[] {
  return result instanceof Value ? [result] : Object.values(result);
}

/** Records operations and runs their gradients. Dispose it when done. */
export class Tape {
  /** Whether gradients are recorded. */
  readonly recording: boolean;
  /** In which type convolutions on it multiply. */
  readonly precision: ConvolutionPrecision;
  /** Where gradients pass rectifiers and max pools at an edge, if not as their inputs say. */
  readonly decisions?: EdgeDecisions;
  #observing: boolean | ReadonlySet<string>;
  #recompute: boolean;
  #observations = new Observations();
  #paused = false;
  /** The segment that is being run, for the first or the second time. */
  #segment: Segment | undefined;
  #repeating = false;
  #nodes: TapeNode[] = [];
  #scopes: Value[][] = [[]];
  #parameters = new Map<AnyTensor, Value>();

  /** An empty tape. */
  constructor(options: TapeOptions = {}) {
    this.recording = options.recording ?? true;
    this.precision = options.precision ?? "float32";
    this.#observing = options.observing ?? false;
    this.#recompute = options.recompute ?? false;
    this.decisions = options.decisions;
    if (this.#recompute && this.decisions !== undefined) {
      throw new RangeError("Cannot make a tape: it recomputes and is given decisions, expected one of both");
    }
  }

  /** What `observe` named, when the tape observes. */
  get observations(): ReadonlyMap<string, Observation> {
    return this.#observations.named;
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
    this.#segment?.parameters.add(value);
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
    let kept: ReadonlySet<Value | undefined> = new Set();
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

  /**
   * Runs a part of a network, as `scope`. A tape that recomputes keeps `inputs` and the result alone (activation
   * checkpointing, Chen et al. 2016) and runs `f` again in the backward pass; the gradients are those of the plain way, in
   * the same order. A segment within one is a part of it.
   * @param inputs All values that `f` reads, besides parameters
   * @param f Does the same both times: it draws nothing, and what outlives it moves in the first run only (see
   * `repeating`). What it observes is not kept
   */
  segment(inputs: readonly Value[], f: () => Value): Value {
    if (!this.#recompute || !this.recording || this.#paused || this.#segment !== undefined) {
      return this.scope(f);
    }
    const segment = new Segment();
    return this.scope(() => {
      const result = this.#within(segment, false, () => this.withoutGradient(() => this.scope(f)));
      return this.apply({
        inputs: [...inputs, ...segment.parameters],
        output: tf.clone(result.tensor),
        saves: inputs,
        extras: [segment],
        backward: (dy) => {
          this.#repeat(segment, f, dy);
          return []; // the gradients of the ops recorded just now are taken next
        },
      });
    });
  }

  /** Whether a segment is being run for its gradient: what it changes beside its values has changed in the first run. */
  get repeating(): boolean {
    return this.#repeating;
  }

  /** Keeps tensors from a segment's first run for its second; elsewhere nothing. They stay the caller's. */
  remember(tensors: readonly AnyTensor[]): void {
    if (!this.#repeating) this.#segment?.keep(tensors);
  }

  /** In a segment's second run: what the first one remembered, one `remember` after the other. The caller disposes it. */
  recall(): AnyTensor[] {
    if (this.#repeating) return this.#segment!.take();
    throw new RangeError("Cannot recall tensors: no segment is run again");
  }

  /** The same tensor without gradient: the constant side of a loss. */
  detach(value: Value): Value {
    return this.#enter(new Value(tf.clone(value.tensor), false, true));
  }

  /** Whether `observe` keeps a value of this name: what is made to be looked at alone is left out otherwise. */
  observes(name: string): boolean {
    return typeof this.#observing === "boolean" ? this.#observing : this.#observing.has(name);
  }

  /** Names a value, so that an observing tape keeps it and its gradient until it is disposed. */
  observe(name: string, value: Value): Value {
    if (this.observes(name) && this.#segment === undefined) this.#observations.add(name, value);
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
    return this.#observations.prefixed(prefix, f);
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
    const uses = new ParameterUses(this.#parameters.values(), this.#nodes);
    loss.addGradient(tf.onesLike(loss.tensor));
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      const before = this.#nodes.length;
      this.#visit(node);
      uses.add(this.#nodes.slice(before)); // of a segment
      for (const input of node.inputs) {
        const isLast = uses.done(input);
        const { gradient } = input;
        if (!isLast || gradient === undefined) continue;
        input.gradient = undefined;
        take(input.tensor, gradient);
      }
    }
  }

  /** As `backward`, from given gradients of several values; it disposes those gradients. */
  backwardFrom(seeds: readonly (readonly [Value, AnyTensor])[]): Map<AnyTensor, AnyTensor> {
    for (const [value, gradient] of seeds) value.addGradient(gradient);
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
    for (const node of this.#nodes) freeNode(node);
    this.#nodes = [];
    for (const values of this.#scopes) values.forEach((value) => value.release());
    this.#scopes = [[]];
    this.#observations.dispose();
    this.#parameters.clear();
  }

  /** Runs `f` as a segment's first or second run. */
  #within<R>(segment: Segment, repeating: boolean, f: () => R): R {
    this.#segment = segment;
    this.#repeating = repeating;
    try {
      return f();
    } catch (error) {
      segment.dispose();
      throw error;
    } finally {
      this.#segment = undefined;
      this.#repeating = false;
    }
  }

  /** Records a segment's ops and puts the gradient of its result on the last one. */
  #repeat(segment: Segment, f: () => Value, dy: AnyTensor): void {
    this.#scopes.push([]);
    try {
      this.#within(segment, true, f).addGradient(tf.clone(dy));
    } finally {
      for (const value of this.#scopes.pop()!) value.release();
    }
  }

  #enter(value: Value): Value {
    this.#scopes.at(-1)!.push(value);
    return value;
  }

  #visit(node: TapeNode): void {
    const dy = node.output.gradient;
    try {
      if (dy === undefined) return;
      const gradients = node.backward(dy, node.output.tensor);
      node.inputs.forEach((input, i) => input.addGradient(gradients[i]));
      this.#giveUpGradient(node.output, dy);
    } finally {
      freeNode(node);
    }
  }

  /** Keeps an observed value's gradient, disposes any other. */
  #giveUpGradient(value: Value, dy: AnyTensor): void {
    value.gradient = undefined;
    this.#observations.addGradient(value, dy);
    dy.dispose();
  }
}
