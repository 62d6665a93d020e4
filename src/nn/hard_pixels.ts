/**
 * Online hard example mining (Shrivastava et al. 2016), as it is done for pixels: of the labeled ones those count whose label
 * is improbable (mmseg's `OHEMPixelSampler`; UniMatch's `ProbOhemCrossEntropy2d` for Cityscapes).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "./tensors.ts";

/** Which labeled pixels are hard. */
export interface HardPixelRule {
  /** Those whose label has a probability below this, in (0, 1]. */
  readonly below: number;
  /** Where these are fewer, as many of the hardest, and all as hard as the last of them; a whole number from 0. */
  readonly least: number;
  /** Joins the probabilities `[M]` of several processes: `least` is then over all of them. A new tensor. */
  readonly gather?: (probabilities: AnyTensor) => AnyTensor;
}

/** Stands for an unlabeled pixel among probabilities: easier than any. */
const EASIEST = 2;

/** The `least`-th smallest probability of a labeled pixel; above all of them where there are no more. */
function leastLimit(p: AnyTensor, mask: AnyTensor, { least, gather }: HardPixelRule): AnyTensor {
  const own = tf.add(tf.mul(p, mask), tf.mul(tf.sub(1, mask), EASIEST));
  const all = gather?.(own) ?? own;
  // how many are labeled is not read: a recorded step cannot
  const { values } = tf.topk(tf.neg(all), Math.min(least, all.size), false);
  return tf.neg(tf.min(values));
}

/**
 * Leaves easy pixels out of a mask.
 * @param logits `[M, K]`
 * @param target Of each pixel 1 at its label, else 0, `[M, K]`
 * @param mask 1 for labeled pixels, 0 for others, `[M]`
 * @returns 1 for hard labeled pixels, else 0, `[M]`; the caller disposes it
 */
export function hardMask(
  logits: AnyTensor,
  target: AnyTensor,
  mask: tf.Tensor1D,
  rule: HardPixelRule,
): tf.Tensor1D {
  return tf.tidy(() => {
    const p = tf.sum(tf.mul(tf.softmax(logits), target), 1);
    const below = tf.less(p, rule.below);
    const hard = rule.least === 0 ? below : tf.logicalOr(below, tf.lessEqual(p, leastLimit(p, mask, rule)));
    return tf.mul(mask, tf.cast(hard, "float32"));
  });
}
