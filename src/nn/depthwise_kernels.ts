import type { SameGeometry } from "./depthwise_geometry.ts";
import type { AnyTensor } from "./tensors.ts";

/**
 * The three directions of a depthwise convolution with TensorFlow's SAME padding; every result is a new tensor of the
 * caller's. Weights are `[k, k, C, 1]`.
 */
export interface DepthwiseKernels {
  /** `[N, H, W, C]`, `[k, k, C, 1]` → `[N, ⌈H / stride⌉, ⌈W / stride⌉, C]` */
  forward(x: AnyTensor, weights: AnyTensor, geometry: SameGeometry): AnyTensor;
  /** Gradient with respect to the input of shape `inputShape`. */
  gradInput(
    dy: AnyTensor,
    weights: AnyTensor,
    inputShape: readonly number[],
    geometry: SameGeometry,
  ): AnyTensor;
  /** Gradient with respect to the weights of shape `weightShape`. */
  gradWeights(
    x: AnyTensor,
    dy: AnyTensor,
    weightShape: readonly number[],
    geometry: SameGeometry,
  ): AnyTensor;
}
