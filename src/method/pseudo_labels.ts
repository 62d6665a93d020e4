import * as tf from "@tensorflow/tfjs-core";
import type { DecoupleSpace } from "../config/objectives/guided_mix.ts";
import { IGNORE_LABEL } from "../nn/cross_entropy.ts";
import { gatherRows } from "../nn/gather_rows.ts";
import { resizeTensor } from "../nn/pool_and_resize.ts";
import type { AnyTensor, LabelMap } from "../nn/tensors.ts";

/**
 * Least probability of a class that is sure: a number in [0, 1), or what probabilities `[N, H, W, K]` make of it, `[1]` or one
 * number a class `[K]`.
 */
export type Threshold = number | ((probabilities: AnyTensor) => AnyTensor);

/** The threshold of each position's class, where there is one a class. */
function leastOf(threshold: Threshold, probabilities: AnyTensor, classes: LabelMap): AnyTensor | number {
  if (typeof threshold === "number") return threshold;
  const least = threshold(probabilities);
  return least.size === 1 ? least : gatherRows(least, classes);
}

function sureClasses(probabilities: AnyTensor, threshold: Threshold): LabelMap {
  const classes = tf.argMax(probabilities, -1) as LabelMap;
  const sure = tf.greaterEqual(tf.max(probabilities, -1), leastOf(threshold, probabilities, classes));
  return tf.where(sure, classes, tf.fill(classes.shape, IGNORE_LABEL, "int32")) as LabelMap;
}

/**
 * The most probable class of each position, or 255 where its probability is below a threshold.
 * @param prediction `[N, h, w, K]` in `space`; a decoupled one need not sum to 1
 * @param threshold In [0, 1)
 * @returns int32 `[N, h, w]`; the caller disposes it
 */
export function pseudoLabels(prediction: AnyTensor, space: DecoupleSpace, threshold: number): LabelMap {
  return tf.tidy(() => sureClasses(space === "logits" ? tf.softmax(prediction) : prediction, threshold));
}

/** What a prediction says of images, for a student to learn; the caller disposes it. */
export interface PseudoTarget {
  /** int32 `[N, H, W]`: the most probable class, 255 where it is not sure enough. */
  readonly labels: LabelMap;
  /** `[N, H, W, K]`, for soft targets. */
  readonly probabilities?: AnyTensor;
}

/**
 * Targets from logits, resized to the images.
 * @param logits `[N, h, w, K]`
 * @param threshold Asked once
 * @param kind `soft` keeps the probabilities too
 */
export function pseudoTarget(
  logits: AnyTensor,
  [height, width]: readonly [number, number],
  alignCorners: boolean,
  threshold: Threshold,
  kind: "hard" | "soft",
): PseudoTarget {
  const [labels, probabilities] = tf.tidy(() => {
    const all = tf.softmax(resizeTensor(logits, height, width, alignCorners));
    return [sureClasses(all, threshold), ...(kind === "soft" ? [all] : [])];
  }) as [LabelMap, AnyTensor | undefined];
  return { labels, ...(probabilities && { probabilities }) };
}

/** Changes both parts of a target. @param keep Otherwise the one before is given up */
export function mapTarget(
  target: PseudoTarget,
  change: <T extends AnyTensor>(part: T) => T,
  keep = false,
): PseudoTarget {
  const mapped = Object.entries(target).map((
    [name, part],
  ) => [name, tf.tidy(() => change(part as AnyTensor))]);
  if (!keep) disposeTarget(target);
  return Object.fromEntries(mapped) as PseudoTarget;
}

/** Frees a target. */
export function disposeTarget({ labels, probabilities }: PseudoTarget): void {
  labels.dispose();
  probabilities?.dispose();
}
