import * as tf from "@tensorflow/tfjs-core";
import { type SameGeometry, samePadding } from "./depthwise_geometry.ts";
import type { DepthwiseKernels } from "./depthwise_kernels.ts";
import { sumBatch } from "./position_sums.ts";
import { spread } from "./spread.ts";
import type { AnyTensor, FeatureMap } from "./tensors.ts";

type Sides = [number, number];

/** Zeros before and after rows and columns. */
function sidesOf(x: readonly number[], kernel: number, geometry: SameGeometry): [Sides, Sides] {
  const along = (axis: 1 | 2) => [...samePadding(x[axis]!, kernel, geometry)] as Sides;
  return [along(1), along(2)];
}

function gradInput(
  dy: AnyTensor,
  weights: AnyTensor,
  inputShape: readonly number[],
  geometry: SameGeometry,
): AnyTensor {
  const { stride, dilation } = geometry;
  const [n, h, w, c] = inputShape as [number, number, number, number];
  const kernel = weights.shape[0]!;
  const reach = dilation * (kernel - 1);
  const [[top], [left]] = sidesOf(inputShape, kernel, geometry);
  const full = spread(dy as FeatureMap, stride, 0, 0);
  // each input position sees the outputs from `reach` before it, in the padded input's positions
  const before = (side: number) => reach - side;
  const after = (size: number, side: number, length: number) => Math.max(0, size + side - length);
  const rows: Sides = [before(top), after(h, top, full.shape[1])];
  const columns: Sides = [before(left), after(w, left, full.shape[2])];
  const grown = tf.pad(full, [[0, 0], rows, columns, [0, 0]]);
  const flipped = tf.reverse(weights, [0, 1]) as tf.Tensor4D;
  const dx = tf.depthwiseConv2d(grown, flipped, 1, "valid", "NHWC", dilation);
  return tf.slice(dx, [0, 0, 0, 0], [n, h, w, c]);
}

function gradWeights(
  x: AnyTensor,
  dy: AnyTensor,
  weightShape: readonly number[],
  geometry: SameGeometry,
): AnyTensor {
  const { stride, dilation } = geometry;
  const [k, kw, c] = weightShape as [number, number, number];
  const [n, outHeight, outWidth] = dy.shape as [number, number, number];
  const [rows, columns] = sidesOf(x.shape, k, geometry);
  const input = tf.pad(x as FeatureMap, [[0, 0], rows, columns, [0, 0]]);
  const taps: AnyTensor[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < kw; j++) {
      const [top, left] = [i * dilation, j * dilation];
      const end = [n, top + (outHeight - 1) * stride + 1, left + (outWidth - 1) * stride + 1, c];
      const seen = stride === 1
        ? tf.slice(input, [0, top, left, 0], [n, outHeight, outWidth, c])
        : tf.stridedSlice(input, [0, top, left, 0], end, [1, stride, stride, 1]);
      taps.push(sumBatch(tf.mul(seen, dy)));
    }
  }
  return tf.reshape(tf.stack(taps), [k, kw, c, 1]);
}

/**
 * Depthwise convolution by tfjs ops that every backend has. dX is the depthwise convolution of the spread dY with the
 * flipped kernel; dW is one sum of products with a shifted slice for each tap.
 */
export const portableDepthwise: DepthwiseKernels = {
  forward: (x, weights, geometry) =>
    tf.tidy(() => {
      const [rows, columns] = sidesOf(x.shape, weights.shape[0]!, geometry);
      const input = tf.pad(x as FeatureMap, [[0, 0], rows, columns, [0, 0]]);
      const { stride, dilation } = geometry;
      return tf.depthwiseConv2d(input, weights as tf.Tensor4D, stride, "valid", "NHWC", dilation);
    }),
  gradInput: (dy, weights, inputShape, geometry) =>
    tf.tidy(() => gradInput(dy, weights, inputShape, geometry)),
  gradWeights: (x, dy, weightShape, geometry) => tf.tidy(() => gradWeights(x, dy, weightShape, geometry)),
};
