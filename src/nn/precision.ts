/** In which element type convolutions multiply. */
export const CONVOLUTION_PRECISIONS: readonly ConvolutionPrecision[] = ["float32", "bfloat16"];

/**
 * `float32`, or `bfloat16`: convolutions on backend `tensorflow` multiply numbers of 8 significant bits and sum in
 * float32. Parameters, their updates, norms and everything else stay float32.
 */
export type ConvolutionPrecision = "float32" | "bfloat16";

let precision: ConvolutionPrecision = "float32";

/** Sets the precision of all convolutions from now on; meant for the start of a process. Other backends ignore it. */
export function setConvolutionPrecision(value: ConvolutionPrecision): void {
  precision = value;
}

/** The precision that was set; float32 at first. */
export function convolutionPrecision(): ConvolutionPrecision {
  return precision;
}
