import * as tf from "@tensorflow/tfjs-core";
import type { ConvolutionGeometry } from "./convolution_geometry.ts";
import type { ConvolutionKernels } from "./convolution_kernels.ts";
import { spread } from "./spread.ts";
import type { AnyTensor, FeatureMap } from "./tensors.ts";

function gradInput(
  dy: AnyTensor,
  weights: AnyTensor,
  inputShape: readonly number[],
  geometry: ConvolutionGeometry,
): AnyTensor {
  const { stride, dilation, padding } = geometry;
  const [k, kw] = weights.shape as [number, number];
  const [, h, w] = inputShape as [number, number, number];
  const reach = dilation * (k - 1);
  const reachWidth = dilation * (kw - 1);
  // rows of the padded input that no output reaches get no gradient
  const [rows, columns] = [(dy.shape[1]! - 1) * stride + 1, (dy.shape[2]! - 1) * stride + 1];
  const full = spread(
    dy as FeatureMap,
    stride,
    h + 2 * padding - reach - rows,
    w + 2 * padding - reachWidth - columns,
  );
  const flipped = tf.transpose(tf.reverse(weights, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
  const sides: [number, number] = [reach - padding, reach - padding];
  const sidesWidth: [number, number] = [reachWidth - padding, reachWidth - padding];
  const grown = padOrCrop(full, sides, sidesWidth);
  return tf.conv2d(grown, flipped, 1, "valid", "NHWC", dilation);
}

/** Pads by a positive number of rows and columns, cuts them off where it is negative. */
function padOrCrop(x: FeatureMap, rows: [number, number], columns: [number, number]): FeatureMap {
  const grow = (sides: [number, number]) => sides.map((n) => Math.max(0, n)) as [number, number];
  const grown = tf.pad(x, [[0, 0], grow(rows), grow(columns), [0, 0]]);
  const cut = [Math.max(0, -rows[0]), Math.max(0, -columns[0])] as const;
  const [n, h, w, c] = grown.shape;
  if (cut[0] === 0 && cut[1] === 0) return grown;
  return tf.slice(grown, [0, cut[0], cut[1], 0], [n, h - 2 * cut[0], w - 2 * cut[1], c]);
}

function gradWeights(
  x: AnyTensor,
  dy: AnyTensor,
  weightShape: readonly number[],
  geometry: ConvolutionGeometry,
): AnyTensor {
  const { stride, dilation, padding } = geometry;
  const [k, kw, c, o] = weightShape as [number, number, number, number];
  const [n, outHeight, outWidth] = dy.shape as [number, number, number, number];
  const sides: [number, number] = [padding, padding];
  const input = padding === 0 ? x as FeatureMap : tf.pad(x as FeatureMap, [[0, 0], sides, sides, [0, 0]]);
  const flatDy = tf.reshape(dy, [n * outHeight * outWidth, o]) as tf.Tensor2D;
  const taps: tf.Tensor2D[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < kw; j++) {
      const [top, left] = [i * dilation, j * dilation];
      const end = [n, top + (outHeight - 1) * stride + 1, left + (outWidth - 1) * stride + 1, c];
      const size = [n, end[1]! - top, end[2]! - left, c];
      const seen = stride === 1
        ? tf.slice(input, [0, top, left, 0], size)
        : tf.stridedSlice(input, [0, top, left, 0], end, [1, stride, stride, 1]);
      const flat = tf.reshape(seen, [n * outHeight * outWidth, c]) as tf.Tensor2D;
      taps.push(tf.matMul(flat, flatDy, true, false));
    }
  }
  return tf.reshape(tf.stack(taps), [k, kw, c, o]);
}

/**
 * Convolution by tfjs ops that every backend has. dX is the convolution of the spread dY with the flipped, transposed
 * kernel; dW is one matrix product of a shifted slice for each tap.
 */
export const portableConvolution: ConvolutionKernels = {
  forward: (x, weights, { stride, dilation, padding }) =>
    tf.tidy(() => {
      const sides: [number, number] = [padding, padding];
      // tfjs refuses strides and dilations above 1 together; the padding is explicit, so VALID fits every geometry
      const input = padding === 0 ? x as FeatureMap : tf.pad(x as FeatureMap, [[0, 0], sides, sides, [0, 0]]);
      if (stride === 1 || dilation === 1) {
        return tf.conv2d(input, weights as tf.Tensor4D, stride, "valid", "NHWC", dilation);
      }
      const dense = tf.conv2d(input, weights as tf.Tensor4D, 1, "valid", "NHWC", dilation);
      return tf.stridedSlice(dense, [0, 0, 0, 0], dense.shape, [1, stride, stride, 1]);
    }),
  gradInput: (dy, weights, inputShape, geometry) =>
    tf.tidy(() => gradInput(dy, weights, inputShape, geometry)),
  gradWeights: (x, dy, weightShape, geometry) => tf.tidy(() => gradWeights(x, dy, weightShape, geometry)),
};
