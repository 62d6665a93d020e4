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
