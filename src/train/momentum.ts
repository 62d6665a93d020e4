import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { UpdateScalars } from "./update_scalars.ts";
import { Variable } from "./variables.ts";

/** Numbers of one update. */
export interface MomentumRule {
  /** lr, with the group's factor. */
  readonly rate: number;
  /** wd, at least 0. */
  readonly decay: number;
  /** μ in [0, 1). */
  readonly momentum: number;
}

/** Momentum buffers by parameter name, and the update b ← μ b + (g + wd · p), p ← p − lr · b. Dispose it when done. */
export interface MomentumBuffers {
  /**
   * Updates one parameter.
   * @param before Given up: freed, or changed in place
   * @param gradient Stays the caller's
   * @returns The parameter afterwards
   */
  update(name: string, before: AnyTensor, gradient: AnyTensor, rule: MomentumRule): AnyTensor;
  /** Names that have a buffer. */
  names(): string[];
  /** A copy of a buffer, or a view of it; the caller disposes it. */
  read(name: string): AnyTensor;
  /** Puts a buffer in place; the tensor is given up. */
  set(name: string, buffer: AnyTensor): void;
  /** Frees all buffers. */
  dispose(): void;
}

/** Momentum below which the update in place, which divides by it, would round too much. */
const LEAST_IN_PLACE = 0.01;

/** Buffers on the current backend: changed in place where it can. Without momentum there are none. */
export function momentumBuffers(momentum: number): MomentumBuffers {
  const backend = nativeBackend();
  const divides = momentum >= LEAST_IN_PLACE;
  return backend !== undefined && divides ? new VariableMomentum(backend) : new TensorMomentum();
}

/** Buffers that are replaced by new tensors: any backend. */
export class TensorMomentum implements MomentumBuffers {
  #buffers = new Map<string, AnyTensor>();

  /** @inheritdoc */
  update(name: string, before: AnyTensor, gradient: AnyTensor, rule: MomentumRule): AnyTensor {
    const { rate, decay, momentum } = rule;
    const direction = tf.tidy(() => {
      const decayed = decay === 0 ? tf.clone(gradient) : tf.add(gradient, tf.mul(before, decay));
      const buffer = this.#buffers.get(name);
      return buffer === undefined ? decayed : tf.add(tf.mul(buffer, momentum), decayed);
    });
    const after = tf.tidy(() => tf.sub(before, tf.mul(direction, rate)));
    before.dispose();
    if (momentum === 0) direction.dispose();
    else this.set(name, direction);
    return after;
  }

  /** @inheritdoc */
  names(): string[] {
    return [...this.#buffers.keys()];
  }

  /** @inheritdoc */
  read(name: string): AnyTensor {
    return tf.clone(this.#buffers.get(name)!);
  }

  /** @inheritdoc */
  set(name: string, buffer: AnyTensor): void {
    this.#buffers.get(name)?.dispose();
    this.#buffers.set(name, buffer);
  }

  /** @inheritdoc */
  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.dispose();
    this.#buffers.clear();
  }
}

interface Slot {
  readonly buffer: Variable;
  /** Where the parameter lies, once it was updated here. */
  parameter?: Variable;
  /** The tensor that shows the parameter's value. */
  shown?: AnyTensor;
}

/**
 * Buffers and parameters in TensorFlow variables: two ops a parameter, both in place, so that an update takes no memory
 * of its own. The decay is put into the buffer before μ: b ← μ (b + wd/μ · p) + g.
 */
export class VariableMomentum implements MomentumBuffers {
  readonly #backend: NodeKernelBackend;
  #slots = new Map<string, Slot>();
  #scalars = new Map<number, AnyTensor>();

  /** No buffers yet. */
  constructor(backend: NodeKernelBackend) {
    this.#backend = backend;
  }

  /** @inheritdoc */
  update(name: string, before: AnyTensor, gradient: AnyTensor, rule: MomentumRule): AnyTensor {
    const { rate, decay, momentum } = rule;
    const slot = this.#slots.get(name) ?? this.#open(name, tf.zerosLike(before));
    const parameter = slot.parameter ??= new Variable(this.#backend, before.shape);
    if (slot.shown !== before) parameter.assign(before);
    if (decay !== 0) slot.buffer.subtract(before, this.#scalar(-decay / momentum));
    before.dispose(); // else TensorFlow would copy it
    parameter.applyMomentum(slot.buffer, gradient, this.#scalar(rate), this.#scalar(momentum));
    return slot.shown = parameter.read();
  }

  /**
   * The same update where it is recorded.
   * @param parameter Holds the parameter
   * @param before Its value as the recording has read it; stays the caller's
   * @param gradient Stays the caller's
   * @param rule Its rate counts in units of the learning rate that `scalars` has
   */
  record(
    name: string,
    parameter: Variable,
    before: AnyTensor,
    gradient: AnyTensor,
    { rate, decay, momentum }: MomentumRule,
    scalars: UpdateScalars,
  ): void {
    const buffer = this.#slots.get(name)?.buffer ??
      this.#backend.binding.outsideOfRecording(() => this.#open(name, tf.zeros(before.shape)).buffer);
    if (decay !== 0) buffer.subtract(before, scalars.constant(-decay / momentum));
    parameter.applyMomentum(buffer, gradient, scalars.rate(rate), scalars.constant(momentum));
  }

  /** @inheritdoc */
  names(): string[] {
    return [...this.#slots.keys()];
  }

  /** @inheritdoc */
  read(name: string): AnyTensor {
    return this.#slots.get(name)!.buffer.read();
  }

  /** @inheritdoc */
  set(name: string, buffer: AnyTensor): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) {
      this.#open(name, buffer);
      return;
    }
    slot.buffer.assign(buffer);
    buffer.dispose();
  }

  /** @inheritdoc */
  dispose(): void {
    for (const { parameter, buffer } of this.#slots.values()) {
      parameter?.dispose();
      buffer.dispose();
    }
    this.#slots.clear();
    for (const scalar of this.#scalars.values()) scalar.dispose();
    this.#scalars.clear();
  }

  #open(name: string, buffer: AnyTensor): Slot {
    const slot: Slot = { buffer: new Variable(this.#backend, buffer.shape) };
    slot.buffer.assign(buffer);
    buffer.dispose();
    this.#slots.set(name, slot);
    return slot;
  }

  /** A scalar tensor that outlives the caller's scopes; a schedule asks for another rate each time, so few are kept. */
  #scalar(value: number): AnyTensor {
    let scalar = this.#scalars.get(value);
    if (scalar === undefined) {
      if (this.#scalars.size >= 16) {
        for (const one of this.#scalars.values()) one.dispose();
        this.#scalars.clear();
      }
      scalar = tf.keep(tf.scalar(value));
      this.#scalars.set(value, scalar);
    }
    return scalar;
  }
}
