import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "./tensors.ts";

/**
 * float32 one-hot vectors of int32 indices. Goes through int32: the wasm backend's kernel writes integer bits into a
 * float32 tensor when asked for one.
 * @returns `[…, depth]`
 */
export function oneHot(indices: AnyTensor, depth: number): AnyTensor {
  return tf.tidy(() => tf.cast(tf.oneHot(indices as tf.Tensor1D, depth, 1, 0, "int32"), "float32"));
}
