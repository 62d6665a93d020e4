import * as tf from "@tensorflow/tfjs-core";
import { type SameGeometry, samePadding } from "./depthwise_geometry.ts";
import type { Tape, Value } from "./tape.ts";
import type { FeatureMap } from "./tensors.ts";

/**
 * Zeros around a map, as TensorFlow's SAME padding puts them before a convolution, for a convolution without padding.
 * @param x `[N, H, W, C]`
 * @param kernel Side of the kernel
 * @returns `[N, H + …, W + …, C]`
 */
export function padSame(tape: Tape, x: Value, kernel: number, geometry: SameGeometry): Value {
  const [, h, w] = x.shape as [number, number, number];
  const [top, bottom] = samePadding(h, kernel, geometry);
  const [left, right] = samePadding(w, kernel, geometry);
  return tape.apply({
    inputs: [x],
    output: tf.pad(x.tensor as FeatureMap, [[0, 0], [top, bottom], [left, right], [0, 0]]),
    backward: (dy) => [tf.slice(dy, [0, top, left, 0], x.shape)],
  });
}
