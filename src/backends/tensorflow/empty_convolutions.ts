import {
  backend_util,
  Conv2D,
  type Conv2DAttrs,
  DepthwiseConv2dNative,
  getKernel,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  zeros,
} from "@tensorflow/tfjs-core";

type Shape4 = [number, number, number, number];

/** Shape of a convolution's result where it has no elements or sums over none; undefined where TensorFlow computes it. */
function emptyShape(
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Conv2DAttrs,
  depthwise: boolean,
): number[] | undefined {
  if (!x.shape.includes(0) && !filter.shape.includes(0)) return undefined;
  const { strides, pad, dilations, dimRoundingMode } = attrs;
  const format = backend_util.convertConv2DDataFormat(attrs.dataFormat ?? "NHWC");
  const [input, taps] = [x.shape as Shape4, filter.shape as Shape4];
  return backend_util
    .computeConv2DInfo(input, taps, strides, dilations, pad, dimRoundingMode, depthwise, format)
    .outShape;
}

/**
 * Gives convolutions without elements the shape that tfjs expects: TensorFlow's oneDNN kernels hand back the input's
 * shape for a batch of 0, and refuse filters of size 0.
 */
export function fixEmptyConvolutions(backendName: string): void {
  for (const name of [Conv2D, DepthwiseConv2dNative]) {
    const kernel = getKernel(name, backendName);
    unregisterKernel(name, backendName);
    registerKernel({
      ...kernel,
      kernelFunc(call) {
        const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
        const attrs = call.attrs as unknown as Conv2DAttrs;
        const shape = emptyShape(x, filter, attrs, name === DepthwiseConv2dNative);
        return shape === undefined ? kernel.kernelFunc(call) : zeros(shape);
      },
    });
  }
}
