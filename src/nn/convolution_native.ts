import * as tf from "@tensorflow/tfjs-core";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { type OpAttributes, runOp } from "../backends/tensorflow/run_op.ts";
import { type ConvolutionGeometry, isSamePadding } from "./convolution_geometry.ts";
import type { ConvolutionKernels } from "./convolution_kernels.ts";
import {
  forwardByTaps,
  gradInputByTaps,
  gradWeightsByTaps,
  keepsSize,
  shareOfProducts,
} from "./convolution_taps.ts";
import { NativeMath } from "./native_math.ts";
import type { AnyTensor } from "./tensors.ts";

/**
 * The largest share of products that do not meet the padding at which matrix products of single taps are faster than
 * TensorFlow's kernels, which multiply the padding's zeros too (measured on a CPU for the gradient of the weights: at
 * 0.65 by a third, at 0.2 fivefold; slower at 0.71).
 */
export const SPARSE_SHARE = 0.66;

/** The same for output and gradient of the input, whose kernels leave out a part of the padding themselves. */
const SPARSE_SHARE_FORWARD = 0.2;

/** TensorFlow's padding rule for a geometry. */
export interface Padding {
  readonly name: "SAME" | "VALID";
  /** Zeros to add before, for a geometry that TensorFlow's two rules do not know. */
  readonly before: number;
}

/** EXPLICIT padding is left out: TensorFlow's oneDNN kernels, the fast ones on a CPU, do not take it. */
export function paddingFor(
  x: readonly number[],
  kernel: readonly number[],
  geometry: ConvolutionGeometry,
): Padding {
  if (geometry.padding === 0) return { name: "VALID", before: 0 };
  const same = isSamePadding(x[1]!, kernel[0]!, geometry) && isSamePadding(x[2]!, kernel[1]!, geometry);
  return same ? { name: "SAME", before: 0 } : { name: "VALID", before: geometry.padding };
}

/** Attributes of TensorFlow's three convolution ops. */
export function attributesFor(geometry: ConvolutionGeometry, padding: Padding): OpAttributes {
  const { stride, dilation } = geometry;
  return {
    ints: { strides: [1, stride, stride, 1], dilations: [1, dilation, dilation, 1] },
    bools: { use_cudnn_on_gpu: true },
    strings: { padding: padding.name, data_format: "NHWC" },
  };
}

function padded(x: AnyTensor, before: number): AnyTensor {
  const sides: [number, number] = [before, before];
  return before === 0 ? tf.clone(x) : tf.pad(x as tf.Tensor4D, [[0, 0], sides, sides, [0, 0]]);
}

function shapeTensor(shape: readonly number[]): tf.Tensor1D {
  return tf.tensor1d(shape as number[], "int32");
}

function isSparse(
  map: readonly number[],
  kernel: readonly number[],
  geometry: ConvolutionGeometry,
  share: number,
): boolean {
  return keepsSize(kernel, geometry) && shareOfProducts(map, kernel, geometry) <= share;
}

/**
 * Convolution by TensorFlow's own kernels, which take dilations in all three directions, or by products of taps where
 * those are faster.
 */
export function nativeConvolution(backend: NodeKernelBackend): ConvolutionKernels {
  const math = new NativeMath(backend, "float32");
  return {
    forward: (x, weights, geometry) =>
      tf.tidy(() => {
        if (isSparse(x.shape, weights.shape, geometry, SPARSE_SHARE_FORWARD)) {
          return forwardByTaps(math, x, weights, geometry);
        }
        const padding = paddingFor(x.shape, weights.shape, geometry);
        const input = padded(x, padding.before);
        return runOp(backend, "Conv2D", [input, weights], attributesFor(geometry, padding));
      }),

    gradInput: (dy, weights, inputShape, geometry) =>
      tf.tidy(() => {
        if (isSparse(inputShape, weights.shape, geometry, SPARSE_SHARE_FORWARD)) {
          return gradInputByTaps(math, dy, weights, geometry);
        }
        const padding = paddingFor(inputShape, weights.shape, geometry);
        const [n, h, w, c] = inputShape as [number, number, number, number];
        const grown = [n, h + 2 * padding.before, w + 2 * padding.before, c];
        const attributes = attributesFor(geometry, padding);
        const dx = runOp(backend, "Conv2DBackpropInput", [shapeTensor(grown), weights, dy], attributes);
        if (padding.before === 0) return dx;
        return tf.slice(dx, [0, padding.before, padding.before, 0], [n, h, w, c]);
      }),

    gradWeights: (x, dy, weightShape, geometry) =>
      tf.tidy(() => {
        if (weightShape[0] === 1 || isSparse(x.shape, weightShape, geometry, SPARSE_SHARE)) {
          if (keepsSize(weightShape, geometry)) return gradWeightsByTaps(math, x, dy, weightShape, geometry);
        }
        const padding = paddingFor(x.shape, weightShape, geometry);
        const input = padded(x, padding.before);
        const attributes = attributesFor(geometry, padding);
        return runOp(backend, "Conv2DBackpropFilter", [input, shapeTensor(weightShape), dy], attributes);
      }),
  };
}
