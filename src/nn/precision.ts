import { getBackend } from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { ConfigError } from "../core/errors.ts";

/** In which element type convolutions multiply. */
export const CONVOLUTION_PRECISIONS: readonly ConvolutionPrecision[] = ["float32", "bfloat16"];

/**
 * `float32`, or `bfloat16`: convolutions on backend `tensorflow` multiply numbers of 8 significant bits and sum in
 * float32, except small ones, which casts would slow down. Parameters, their updates, norms and everything else stay
 * float32.
 */
export type ConvolutionPrecision = "float32" | "bfloat16";

/**
 * Makes sure that the current backend has convolutions of a type.
 * @throws {ConfigError} If it has not
 */
export function checkPrecision(precision: ConvolutionPrecision): void {
  if (precision === "float32" || nativeBackend() !== undefined) return;
  throw new ConfigError(
    `Cannot train with precision "${precision}": backend "${getBackend()}" convolves in float32 only, ` +
      'expected backend "tensorflow" or precision "float32"',
  );
}
