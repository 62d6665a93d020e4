import type { ConvolutionGeometry } from "./convolution_geometry.ts";
import type { AnyTensor } from "./tensors.ts";

/** The three directions of a convolution; every result is a new tensor of the caller's. Weights are HWIO. */
export interface ConvolutionKernels {
  /** `[N, H, W, C]`, `[k, k, C, O]` → `[N, H', W', O]` */
  forward(x: AnyTensor, weights: AnyTensor, geometry: ConvolutionGeometry): AnyTensor;
  /** Gradient with respect to the input of shape `inputShape`. */
  gradInput(
    dy: AnyTensor,
    weights: AnyTensor,
    inputShape: readonly number[],
    geometry: ConvolutionGeometry,
  ): AnyTensor;
  /** Gradient with respect to the weights of shape `weightShape`. */
  gradWeights(
    x: AnyTensor,
    dy: AnyTensor,
    weightShape: readonly number[],
    geometry: ConvolutionGeometry,
  ): AnyTensor;
}

/** One convolution from its forward to its gradients; it may keep what both use. */
export interface RunningConvolution {
  /** `[N, H, W, C]` → `[N, H', W', O]` */
  forward(x: AnyTensor): AnyTensor;
  /** Gradients with respect to input and weights, where asked for. */
  backward(dy: AnyTensor, x: AnyTensor, needs: { readonly dx: boolean; readonly dw: boolean }): Gradients;
  /** Frees what it kept. */
  dispose(): void;
}

/** Gradients of a convolution; `undefined` where not asked for. */
export interface Gradients {
  readonly dx: AnyTensor | undefined;
  readonly dw: AnyTensor | undefined;
}

/** A convolution by plain kernels, which keep nothing. */
export function plainConvolution(
  kernels: ConvolutionKernels,
  weights: AnyTensor,
  geometry: ConvolutionGeometry,
): RunningConvolution {
  const { shape } = weights;
  return {
    forward: (x) => kernels.forward(x, weights, geometry),
    backward: (dy, x, needs) => ({
      dx: needs.dx ? kernels.gradInput(dy, weights, x.shape, geometry) : undefined,
      dw: needs.dw ? kernels.gradWeights(x, dy, shape, geometry) : undefined,
    }),
    dispose() {},
  };
}
