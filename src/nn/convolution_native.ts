import * as tf from "@tensorflow/tfjs-core";
import { nativeCapabilities } from "../backends/native.ts";
import type { Capabilities } from "../backends/tensorflow/capabilities.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { type OpAttributes, runOp } from "../backends/tensorflow/run_op.ts";
import { type ConvolutionGeometry, isSamePadding } from "./convolution_geometry.ts";
import type { ConvolutionKernels } from "./convolution_kernels.ts";
import { portableConvolution } from "./convolution_portable.ts";
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

/** The same for output and gradient of the input, whose oneDNN kernels leave out a part of the padding themselves. */
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

/** How one direction of a convolution is computed. */
type Way = "kernel" | "taps" | "portable";

/** The way of each direction. */
export interface Ways {
  readonly forward: Way;
  readonly gradInput: Way;
  readonly gradWeights: Way;
}

/**
 * Chooses the ways of a convolution, the fastest of those that this machine has. Where TensorFlow's gradients refuse
 * dilations (its plain kernels), products of taps take their place, or the portable way: dX as the forward kernel, which
 * takes them, with flipped weights, and dW as a product a tap. Its plain forward kernel multiplies all of the padding, so
 * there taps pay in every direction up to the same share.
 * @param map Shape of the input, `[N, H, W, C]`
 * @param weights Shape of the weights, `[k, k, C, O]`
 */
export function waysOf(
  map: readonly number[],
  weights: readonly number[],
  geometry: ConvolutionGeometry,
  capabilities: Capabilities,
): Ways {
  const { dilatedInputGradient, dilatedWeightGradient } = capabilities;
  const isDilated = geometry.dilation > 1;
  const byTaps = (share: number) => isSparse(map, weights, geometry, share);
  const refusesInput = isDilated && !dilatedInputGradient;
  const refusesWeights = isDilated && !dilatedWeightGradient;
  const sparseForward = byTaps(isDilated && !dilatedInputGradient ? SPARSE_SHARE : SPARSE_SHARE_FORWARD);
  const pointwise = weights[0] === 1 && keepsSize(weights, geometry);
  const weightTaps = pointwise || byTaps(SPARSE_SHARE) || refusesWeights && keepsSize(weights, geometry);
  return {
    forward: sparseForward ? "taps" : "kernel",
    gradInput: sparseForward ? "taps" : refusesInput ? "portable" : "kernel",
    gradWeights: weightTaps ? "taps" : refusesWeights ? "portable" : "kernel",
  };
}

/**
 * Convolution by TensorFlow's own kernels where they are, or by products of taps where those are faster; see
 * {@linkcode waysOf}.
 * @param capabilities What the kernels can do; default what was found when the backend opened
 */
export function nativeConvolution(
  backend: NodeKernelBackend,
  capabilities: Capabilities = nativeCapabilities()!,
): ConvolutionKernels {
  const math = new NativeMath(backend, "float32");
  return {
    forward: (x, weights, geometry) =>
      tf.tidy(() => {
        const { forward } = waysOf(x.shape, weights.shape, geometry, capabilities);
        if (forward === "taps") return forwardByTaps(math, x, weights, geometry);
        const padding = paddingFor(x.shape, weights.shape, geometry);
        const input = padded(x, padding.before);
        return runOp(backend, "Conv2D", [input, weights], attributesFor(geometry, padding));
      }),

    gradInput: (dy, weights, inputShape, geometry) =>
      tf.tidy(() => {
        const { gradInput } = waysOf(inputShape, weights.shape, geometry, capabilities);
        if (gradInput === "taps") return gradInputByTaps(math, dy, weights, geometry);
        if (gradInput === "portable") return portableConvolution.gradInput(dy, weights, inputShape, geometry);
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
        const { gradWeights } = waysOf(x.shape, weightShape, geometry, capabilities);
        if (gradWeights === "taps") return gradWeightsByTaps(math, x, dy, weightShape, geometry);
        if (gradWeights === "portable") {
          return portableConvolution.gradWeights(x, dy, weightShape, geometry);
        }
        const padding = paddingFor(x.shape, weightShape, geometry);
        const input = padded(x, padding.before);
        const attributes = attributesFor(geometry, padding);
        return runOp(backend, "Conv2DBackpropFilter", [input, shapeTensor(weightShape), dy], attributes);
      }),
  };
}
