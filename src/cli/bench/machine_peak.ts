import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../backends/native.ts";
import { NativeMath } from "../../nn/native_math.ts";
import type { ConvolutionPrecision } from "../../nn/precision.ts";

const SIDE = 2048;
const REPEATS = 8;

/** Floating-point operations a second of a large matrix product, the best of several: what the machine can give. */
export function machinePeak(precision: ConvolutionPrecision): number {
  const math = new NativeMath(nativeBackend()!, precision);
  const x = tf.tidy(() => math.from(tf.randomNormal([SIDE, SIDE], 0, 1, "float32", 1)));
  let bestMs = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const started = performance.now();
    math.product(x, x).dispose();
    bestMs = Math.min(bestMs, performance.now() - started);
  }
  x.dispose();
  return 2 * SIDE ** 3 / (bestMs / 1000);
}
