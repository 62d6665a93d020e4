import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "../core/random.ts";
import type { Tape, Value } from "./tape.ts";

/**
 * Drops whole channels in training, as PyTorch's `Dropout2d`: each channel of each image is zero with
 * `probability`, the others are divided by 1 − probability.
 * @param x `[N, H, W, C]`
 * @param probability In [0, 1)
 * @param stream Where the N·C draws come from
 * @throws {RangeError} If the probability is outside
 */
export function dropoutChannels(tape: Tape, x: Value, probability: number, stream: RandomStream): Value {
  if (!(probability >= 0 && probability < 1)) {
    throw new RangeError(`Cannot drop channels: probability is ${probability}, expected a number in [0, 1)`);
  }
  if (probability === 0) return x;
  const [n, , , c] = x.shape as [number, number, number, number];
  const keep = 1 / (1 - probability);
  const factors = Float32Array.from({ length: n * c }, () => (stream.uniform() < probability ? 0 : keep));
  const mask = tf.tensor4d(factors, [n, 1, 1, c]);
  return tape.apply({
    inputs: [x],
    output: tf.mul(x.tensor, mask),
    extras: [mask],
    backward: (dy) => [tf.mul(dy, mask)],
  });
}
