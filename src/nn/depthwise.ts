import { nativeBackend } from "../backends/native.ts";
import { checkDepthwise, type SameGeometry } from "./depthwise_geometry.ts";
import type { DepthwiseKernels } from "./depthwise_kernels.ts";
import { nativeDepthwise } from "./depthwise_native.ts";
import { portableDepthwise } from "./depthwise_portable.ts";
import type { Tape, Value } from "./tape.ts";

/** The kernels of the current backend. */
export function depthwiseKernels(): DepthwiseKernels {
  const backend = nativeBackend();
  return backend === undefined ? portableDepthwise : nativeDepthwise(backend);
}

/**
 * Depthwise convolution: each channel by a kernel of its own, with TensorFlow's SAME padding (Howard et al. 2017,
 * section 3.1). It runs in float32 whatever the tape's precision: there is too little to multiply for a cast.
 * @param x `[N, H, W, C]`
 * @param weights `[k, k, C, 1]`
 * @param geometry One of stride and dilation is 1
 * @returns `[N, ⌈H / stride⌉, ⌈W / stride⌉, C]`
 * @throws {RangeError} If the shapes do not fit each other or the geometry
 */
export function depthwiseConvolution(
  tape: Tape,
  x: Value,
  weights: Value,
  geometry: SameGeometry,
): Value {
  checkDepthwise(x.shape, weights.shape, geometry);
  const kernels = depthwiseKernels();
  return tape.apply({
    inputs: [x, weights],
    output: kernels.forward(x.tensor, weights.tensor, geometry),
    saves: [x, weights],
    backward: (dy) => [
      x.requiresGrad ? kernels.gradInput(dy, weights.tensor, x.shape, geometry) : undefined,
      weights.requiresGrad ? kernels.gradWeights(x.tensor, dy, weights.shape, geometry) : undefined,
    ],
  });
}
