import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { checkConvolution, type ConvolutionGeometry } from "./convolution_geometry.ts";
import { type ConvolutionKernels, plainConvolution, type RunningConvolution } from "./convolution_kernels.ts";
import { Bfloat16Convolution, paysBfloat16 } from "./convolution_bfloat16.ts";
import { nativeConvolution } from "./convolution_native.ts";
import { portableConvolution } from "./convolution_portable.ts";
import type { ConvolutionPrecision } from "./precision.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor } from "./tensors.ts";

/** The kernels of the current backend. */
export function convolutionKernels(): ConvolutionKernels {
  const backend = nativeBackend();
  return backend === undefined ? skippingOutsideTaps(portableConvolution) : nativeConvolution(backend);
}

/** One convolution in the precision that is asked for, where that pays. `weights` must live until it is disposed. */
export function startConvolution(
  x: readonly number[],
  weights: AnyTensor,
  geometry: ConvolutionGeometry,
  precision: ConvolutionPrecision,
): RunningConvolution {
  const kernels = convolutionKernels();
  const backend = nativeBackend();
  const half = precision === "bfloat16" && backend !== undefined;
  return half && paysBfloat16(x, weights.shape, geometry)
    ? new Bfloat16Convolution(backend, kernels, weights, geometry)
    : plainConvolution(kernels, weights, geometry);
}

/** Which taps of a stride-1 "same" convolution can touch the map: the middle one alone along a short axis. */
function liveTaps(x: readonly number[], weights: readonly number[], geometry: ConvolutionGeometry) {
  const { stride, dilation, padding } = geometry;
  const [kh, kw] = weights as [number, number];
  const square = stride === 1 && kh === 3 && kw === 3 && padding === dilation;
  const rows = square && dilation >= x[1]!;
  const columns = square && dilation >= x[2]!;
  return rows && columns ? "middle" : "all";
}

/**
 * A dilated 3×3 kernel on a map not larger than the dilation reads zeros with eight of its taps (ASPP's dilations 24
 * and 36 at crops up to 193): it is a 1×1 convolution there, with the gradient of those taps exactly zero.
 */
function skippingOutsideTaps(kernels: ConvolutionKernels): ConvolutionKernels {
  const pointwise: ConvolutionGeometry = { stride: 1, dilation: 1, padding: 0 };
  const middle = (weights: AnyTensor) => tf.slice(weights, [1, 1, 0, 0], [1, 1, ...weights.shape.slice(2)]);
  return {
    forward: (x, weights, geometry) =>
      liveTaps(x.shape, weights.shape, geometry) === "all"
        ? kernels.forward(x, weights, geometry)
        : tf.tidy(() => kernels.forward(x, middle(weights), pointwise)),
    gradInput: (dy, weights, inputShape, geometry) =>
      liveTaps(inputShape, weights.shape, geometry) === "all"
        ? kernels.gradInput(dy, weights, inputShape, geometry)
        : tf.tidy(() => kernels.gradInput(dy, middle(weights), inputShape, pointwise)),
    gradWeights: (x, dy, shape, geometry) =>
      liveTaps(x.shape, shape, geometry) === "all"
        ? kernels.gradWeights(x, dy, shape, geometry)
        : tf.tidy(() => {
          const tap = kernels.gradWeights(x, dy, [1, 1, ...shape.slice(2)], pointwise) as tf.Tensor4D;
          return tf.pad(tap, [[1, 1], [1, 1], [0, 0], [0, 0]]);
        }),
  };
}

/**
 * Two-dimensional convolution with zero padding, as PyTorch's `Conv2d` (a cross-correlation).
 * @param x `[N, H, W, C]`
 * @param weights `[k, k, C, O]`
 * @param bias `[O]`, or none
 * @returns `[N, H', W', O]` with H' = ⌊(H + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1
 * @throws {RangeError} If the shapes do not fit each other or the geometry
 */
export function convolution(
  tape: Tape,
  x: Value,
  weights: Value,
  geometry: ConvolutionGeometry,
  bias?: Value,
): Value {
  checkConvolution(x.shape, weights.shape, geometry);
  const running = startConvolution(x.shape, weights.tensor, geometry, tape.precision);
  const product = running.forward(x.tensor);
  const output = bias === undefined ? product : tf.tidy(() => tf.add(product, bias.tensor));
  if (output !== product) product.dispose();
  return tape.apply({
    inputs: bias === undefined ? [x, weights] : [x, weights, bias],
    output,
    saves: [x, weights],
    extras: [running],
    backward: (dy) => {
      const needs = { dx: x.requiresGrad, dw: weights.requiresGrad };
      const { dx, dw } = running.backward(dy, x.tensor, needs);
      const db = bias?.requiresGrad ? tf.sum(dy, [0, 1, 2]) : undefined;
      return [dx, dw, db];
    },
  });
}
