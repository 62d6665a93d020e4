import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import type { AnyTensor } from "./tensors.ts";

/** Σ over the middle axis of `[M, L, C]`, as a product with ones: `[M, C]`. */
function sumLines(x: AnyTensor, m: number, length: number, c: number): AnyTensor {
  const lines = tf.reshape(x, [m, length, c]) as tf.Tensor3D;
  return tf.reshape(tf.matMul(tf.ones([1, 1, length]), lines), [m, c]);
}

/**
 * Σ over positions, line by line first. The wasm kernel of `tf.sum` adds one number after the other: its rounding
 * grows with the count, this one's with the cube root.
 * @param x `[N, H, W, C]`
 * @returns `[N, C]`; a new tensor
 */
export function sumPositions(x: AnyTensor): AnyTensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  if (nativeBackend() !== undefined) return tf.sum(x, [1, 2]);
  return tf.tidy(() => sumLines(sumLines(x, n * h, w, c), n, h, c));
}

/** Σ over batch and positions: `[N, H, W, C]` to `[C]`; a new tensor. */
export function sumBatch(x: AnyTensor): AnyTensor {
  return tf.tidy(() => tf.sum(sumPositions(x), 0));
}

/** Σ over all elements, axis by axis from the last, for the same reason; a new scalar. */
export function sumAll(x: AnyTensor): AnyTensor {
  if (nativeBackend() !== undefined || x.rank === 0) return tf.sum(x);
  return tf.tidy(() => {
    let sum = x;
    while (sum.rank > 0) sum = tf.sum(sum, -1);
    return sum;
  });
}
