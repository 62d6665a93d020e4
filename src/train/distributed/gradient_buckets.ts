import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "../../nn/tensors.ts";
import type { Gradients } from "../gradients.ts";
import { type Collectives, takeNumbers } from "./collectives.ts";

/** Numbers of a bucket, 32 MB of float32. */
const BUCKET_SIZE = 8 * 1024 * 1024;

/** The mean over all processes of some tensors, which it disposes, in their shapes. */
async function meanOf(collectives: Collectives, tensors: readonly AnyTensor[]): Promise<AnyTensor[]> {
  const shapes = tensors.map(({ shape }) => shape);
  const sizes = tensors.map(({ size }) => size);
  const flat = tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))));
  tensors.forEach((tensor) => tensor.dispose());
  const sum = await collectives.sumInBackground(flat);
  flat.dispose();
  return tf.tidy(() => {
    const mean = tf.div(sum, collectives.count);
    sum.dispose();
    let start = 0;
    return shapes.map((shape, i) => {
      const part = tf.slice(mean, [start], [sizes[i]!]);
      start += sizes[i]!;
      return tf.reshape(part, shape);
    });
  });
}

/**
 * Gradients on their way to their mean over all processes, in a few large buckets. A bucket is sent as soon as it is full,
 * while the backward pass goes on. Every process must add the same names in the same order.
 */
export class GradientBuckets {
  readonly #collectives: Collectives;
  readonly #limit: number;
  #names: string[] = [];
  #tensors: AnyTensor[] = [];
  #filled = 0;
  #sent: { readonly names: readonly string[]; readonly means: Promise<AnyTensor[]> }[] = [];

  /**
   * Empty buckets.
   * @param collectives The processes to sum over
   * @param limit Numbers after which a bucket is sent. Default 32 MB of float32
   */
  constructor(collectives: Collectives, limit: number = BUCKET_SIZE) {
    this.#collectives = collectives;
    this.#limit = limit;
  }

  /** Buckets sent so far. */
  get sent(): number {
    return this.#sent.length;
  }

  /** Adds a gradient; it is consumed. */
  add(name: string, gradient: AnyTensor): void {
    this.#names.push(name);
    this.#tensors.push(gradient);
    this.#filled += gradient.size;
    if (this.#filled >= this.#limit) this.#send();
  }

  /**
   * Sends the rest and waits for all.
   * @param numbers Further numbers, for example losses
   * @returns The means; the caller disposes the gradients
   */
  async finish(numbers: readonly number[]): Promise<{ gradients: Gradients; numbers: Float32Array }> {
    this.add("", tf.tensor1d([...numbers, 0]));
    if (this.#names.length > 0) this.#send();
    const gradients: Gradients = new Map();
    for (const { names, means } of this.#sent) {
      const tensors = await means;
      names.forEach((name, i) => gradients.set(name, tensors[i]!));
    }
    const extra = takeNumbers(gradients.get("")!).slice(0, numbers.length);
    gradients.delete("");
    return { gradients, numbers: extra };
  }

  #send(): void {
    const means = meanOf(this.#collectives, this.#tensors);
    means.catch(() => {}); // finish() tells
    this.#sent.push({ names: this.#names, means });
    [this.#names, this.#tensors, this.#filled] = [[], [], 0];
  }
}
