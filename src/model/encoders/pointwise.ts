import type { ConvolutionGeometry } from "../../nn/convolution_geometry.ts";

/** A 1×1 convolution. */
export const POINTWISE: ConvolutionGeometry = { stride: 1, dilation: 1, padding: 0 };
