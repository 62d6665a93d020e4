import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "../../nn/tensors.ts";
import type { Gradients } from "../gradients.ts";
import { type Collectives, takeNumbers } from "./collectives.ts";

/** Numbers of a bucket, 32 MB of float32. */
export const BUCKET_SIZE = 8 * 1024 * 1024;

/** Cuts a list into runs of at most `limit` elements together; what is larger by itself stands alone. */
export function bucketsOf(sizes: readonly number[], limit: number): number[][] {
  const buckets: number[][] = [];
  let filled = Infinity;
  sizes.forEach((size, i) => {
    if (filled + size > limit) {
      buckets.push([]);
      filled = 0;
    }
    buckets.at(-1)!.push(i);
    filled += size;
  });
  return buckets;
}

/** The mean over all processes of some tensors, in their shapes. */
async function meanOf(collectives: Collectives, tensors: readonly AnyTensor[]): Promise<AnyTensor[]> {
  const flat = tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))));
  const sum = await collectives.sumInBackground(flat);
  flat.dispose();
  return tf.tidy(() => {
    const mean = tf.div(sum, collectives.count);
    sum.dispose();
    let start = 0;
    return tensors.map(({ size, shape }) => {
      const part = tf.slice(mean, [start], [size]);
      start += size;
      return tf.reshape(part, shape);
    });
  });
}

/**
 * Replaces gradients by their mean over all processes, a few large buckets at a time.
 * @param gradients Changed; every process holds the same names
 * @param numbers Further numbers, for example losses
 * @returns The mean of `numbers`
 */
export async function reduceGradients(
  collectives: Collectives,
  gradients: Gradients,
  numbers: readonly number[],
): Promise<Float32Array> {
  const names = [...gradients.keys()];
  const tensors = names.map((name) => gradients.get(name)!);
  const extra = tf.tensor1d([...numbers, 0]);
  const all = [extra, ...tensors];
  const buckets = bucketsOf(all.map(({ size }) => size), BUCKET_SIZE);
  const means = (await Promise.all(buckets.map((bucket) => meanOf(collectives, bucket.map((i) => all[i]!)))))
    .flat();
  all.forEach((tensor) => tensor.dispose());
  names.forEach((name, i) => gradients.set(name, means[i + 1]!));
  return takeNumbers(means[0]!).slice(0, numbers.length);
}
