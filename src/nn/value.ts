import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "./tensors.ts";

/** A tensor on a tape. It is alive while a scope or the gradient of an op holds it. */
export class Value {
  #holders = 1;
  #owned: boolean;
  /** Where the tape collects the gradient while it runs backward. */
  gradient: AnyTensor | undefined;

  /**
   * A value with one holder.
   * @param tensor The value
   * @param requiresGrad Whether a gradient can flow here
   * @param owned Whether the tensor is disposed with the last holder (false for parameters and inputs)
   */
  constructor(readonly tensor: AnyTensor, readonly requiresGrad: boolean, owned: boolean) {
    this.#owned = owned;
  }

  /** Axis lengths. */
  get shape(): number[] {
    return this.tensor.shape;
  }

  /** Keeps the tensor alive until one more `release`. */
  hold(): this {
    this.#holders++;
    return this;
  }

  /** Gives up one hold; the last one disposes the tensor, if the tape made it. */
  release(): void {
    this.#holders--;
    if (this.#holders === 0 && this.#owned) this.tensor.dispose();
  }

  /** Adds to the gradient, where one can flow; the tensor is given up. */
  addGradient(gradient: AnyTensor | undefined): void {
    if (gradient === undefined) return;
    const before = this.gradient;
    if (!this.requiresGrad) gradient.dispose();
    else if (before === undefined) this.gradient = gradient;
    else {
      this.gradient = tf.add(before, gradient);
      before.dispose();
      gradient.dispose();
    }
  }
}
