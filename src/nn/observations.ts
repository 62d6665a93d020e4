import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "./tensors.ts";
import type { Value } from "./value.ts";

/** Tensors named by `observe`, with their gradients: for parity checks and pictures. */
export interface Observation {
  /** The value that was named. */
  readonly value: Value;
  /** Gradient of the loss with respect to it, after `backward`, where one flows. */
  gradient?: AnyTensor;
}

/** Values that a tape was told to keep, by name. */
export class Observations {
  /** In the order in which they were named. */
  readonly named: Map<string, Observation> = new Map();
  #prefix = "";

  /** Keeps a value. @throws {RangeError} If the name stands already */
  add(name: string, value: Value): void {
    const full = this.#prefix + name;
    if (this.named.has(full)) throw new RangeError(`Cannot observe "${full}": the name stands already`);
    this.named.set(full, { value: value.hold() });
  }

  /** Runs `f`; what is added meanwhile has `prefix` before its name. */
  prefixed<R>(prefix: string, f: () => R): R {
    const before = this.#prefix;
    this.#prefix += prefix;
    try {
      return f();
    } finally {
      this.#prefix = before;
    }
  }

  /** Keeps the gradient of a value that was named; any other is left alone. */
  addGradient(value: Value, gradient: AnyTensor): void {
    for (const observation of this.named.values()) {
      if (observation.value === value) observation.gradient ??= tf.clone(gradient);
    }
  }

  /** Frees all. */
  dispose(): void {
    for (const { value, gradient } of this.named.values()) {
      value.release();
      gradient?.dispose();
    }
    this.named.clear();
  }
}
