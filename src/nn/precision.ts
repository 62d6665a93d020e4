import { getBackend } from "@tensorflow/tfjs-core";
import { type Host, thisHost } from "../backends/library/host.ts";
import { lacksBfloat16, oneDnnIsOff } from "../backends/library/one_dnn.ts";
import { hasNvidiaDevice } from "../backends/library/platform.ts";
import { nativeBackend, nativeCapabilities } from "../backends/native.ts";
import { ConfigError } from "../core/errors.ts";

/** In which element type convolutions multiply. */
export const CONVOLUTION_PRECISIONS: readonly ConvolutionPrecision[] = ["float32", "bfloat16"];

/**
 * `float32`, or `bfloat16`: convolutions on backend `tensorflow` multiply numbers of 8 significant bits and sum in
 * float32, except small ones, which casts would slow down. Parameters, their updates, norms and everything else stay
 * float32.
 */
export type ConvolutionPrecision = "float32" | "bfloat16";

function refuse(precision: ConvolutionPrecision, state: string): never {
  throw new ConfigError(
    `Cannot train with precision "${precision}": ${state}, expected backend "tensorflow" on a processor with AVX-512 ` +
      'or on a GPU, or precision "float32"',
  );
}

/** The machine that a precision is wanted on. */
export interface PrecisionMachine {
  /** Default this one. */
  readonly host?: Host;
  /** Whether an NVIDIA device is present; default looks for one. */
  readonly hasGpu?: boolean;
}

/**
 * Refuses a precision that this machine cannot have, as far as that shows before a backend is opened or its library
 * downloaded.
 * @param backend The backend that is asked for, or `auto`
 * @throws {ConfigError} If convolutions of that type cannot be had
 */
export async function checkPrecisionHere(
  precision: ConvolutionPrecision,
  backend: string,
  { host = thisHost(), hasGpu }: PrecisionMachine = {},
): Promise<void> {
  if (precision === "float32") return;
  if (backend !== "auto" && backend !== "tensorflow") {
    refuse(precision, `backend "${backend}" convolves in float32 only`);
  }
  if (!lacksBfloat16(host) || (hasGpu ?? await hasNvidiaDevice())) return;
  refuse(precision, oneDnnIsOff() ? "oneDNN is switched off" : "this processor has no instructions for it");
}

/**
 * Makes sure that the current backend has convolutions of a type.
 * @throws {ConfigError} If it has not
 */
export function checkPrecision(precision: ConvolutionPrecision): void {
  if (precision === "float32") return;
  if (nativeBackend() === undefined) refuse(precision, `backend "${getBackend()}" convolves in float32 only`);
  if (!nativeCapabilities()!.bfloat16) {
    refuse(precision, "libtensorflow's kernels refuse it here, or miss its rounding");
  }
}
