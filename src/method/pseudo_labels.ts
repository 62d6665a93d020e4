import * as tf from "@tensorflow/tfjs-core";
import type { DecoupleSpace } from "../config/recipe.ts";
import { IGNORE_LABEL } from "../nn/cross_entropy.ts";
import type { AnyTensor, LabelMap } from "../nn/tensors.ts";

/**
 * The most probable class of each position, or 255 where its probability is below a threshold.
 * @param prediction `[N, h, w, K]` in `space`; a decoupled one need not sum to 1
 * @param threshold In [0, 1)
 * @returns int32 `[N, h, w]`; the caller disposes it
 */
export function pseudoLabels(prediction: AnyTensor, space: DecoupleSpace, threshold: number): LabelMap {
  return tf.tidy(() => {
    const probabilities = space === "logits" ? tf.softmax(prediction) : prediction;
    const classes = tf.argMax(probabilities, -1) as LabelMap;
    const sure = tf.greaterEqual(tf.max(probabilities, -1), threshold);
    return tf.where(sure, classes, tf.fill(classes.shape, IGNORE_LABEL, "int32")) as LabelMap;
  });
}
