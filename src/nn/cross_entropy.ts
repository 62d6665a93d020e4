import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "./gather_rows.ts";
import { IGNORE_LABEL } from "../core/ignore_label.ts";
import { hardMask, type HardPixelRule } from "./hard_pixels.ts";
import { oneHot } from "./one_hot.ts";
import { sumAll } from "./position_sums.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor, LabelMap } from "./tensors.ts";

export { IGNORE_LABEL };

/**
 * What the sum over pixels is divided by: `all` of them, ignored ones included (mmseg's default, and the official
 * configuration's), or the `labeled` ones (mmseg's `avg_non_ignore`).
 */
export type CrossEntropyAverage = "all" | "labeled";

/** What else decides a cross entropy. */
export interface CrossEntropyOptions {
  /** Replaces the count of labeled pixels by its mean over several processes. */
  readonly overProcesses?: (count: AnyTensor) => AnyTensor;
  /** Factor of each class's pixels, one a class; 1 when absent. */
  readonly classWeights?: readonly number[];
  /** 1 for the pixels that `labeled` counts, 0 for others, `[N, H, W]`; those with a label when absent. */
  readonly counted?: AnyTensor;
  /** Compares with these, `[N, H, W, K]`, where a pixel has a label, in place of all on the label. */
  readonly probabilities?: AnyTensor;
  /** Leaves out the pixels that are not hard, of the sum and of what `labeled` counts; for labels alone. */
  readonly hard?: HardPixelRule;
}

interface PixelLoss {
  /** Of each pixel, `[M]`. */
  readonly losses: AnyTensor;
  /** d(sum of losses)/d(logits), `[M, K]`. */
  readonly gradient: AnyTensor;
}

/**
 * @param target Probabilities `[M, K]`
 * @param weights Of each pixel, 0 where it is ignored
 */
function pixelLosses(logits: tf.Tensor2D, target: AnyTensor, weights: tf.Tensor1D): PixelLoss {
  const logProbability = tf.logSoftmax(logits);
  const weight = tf.expandDims(weights, 1);
  return {
    losses: tf.neg(tf.sum(tf.mul(tf.mul(target, logProbability), weight), 1)),
    gradient: tf.mul(tf.sub(tf.exp(logProbability), target), weight),
  };
}

/**
 * Softmax cross entropy with an ignored label; as mmseg's, weights of classes do not change what the sum is divided by.
 * @param logits `[N, H, W, K]`
 * @param labels int32 `[N, H, W]`, each in [0, K) or 255
 * @returns A scalar; 0 where no pixel is labeled
 * @throws {RangeError} If positions differ, or weights are not as many as classes
 */
export function crossEntropy(
  tape: Tape,
  logits: Value,
  labels: LabelMap,
  average: CrossEntropyAverage = "all",
  {
    overProcesses = (count) => count,
    classWeights,
    counted: ofCount,
    probabilities,
    hard,
  }: CrossEntropyOptions = {},
): Value {
  const [n, h, w, classes] = logits.shape as [number, number, number, number];
  if (labels.shape.join() !== [n, h, w].join()) {
    throw new RangeError(
      `Cannot take cross entropy: logits [${logits.shape}], labels [${labels.shape}], expected equal N, H, W`,
    );
  }
  if (classWeights !== undefined && classWeights.length !== classes) {
    throw new RangeError(
      `Cannot take cross entropy: ${classWeights.length} weights for ${classes} classes, expected one each`,
    );
  }
  const [loss, gradient] = tf.tidy(() => {
    const flat = tf.reshape(labels, [n * h * w]) as tf.Tensor1D;
    const counted = tf.notEqual(flat, tf.scalar(IGNORE_LABEL, "int32"));
    const labeled = tf.cast(counted, "float32") as tf.Tensor1D;
    const safe = tf.mul(flat, tf.cast(counted, "int32")) as tf.Tensor1D;
    const rows = tf.reshape(logits.tensor, [n * h * w, classes]) as tf.Tensor2D;
    const target = probabilities === undefined
      ? oneHot(safe, classes)
      : tf.reshape(probabilities, [n * h * w, classes]);
    const mask = hard === undefined ? labeled : hardMask(rows, target, labeled, hard);
    const pixels = pixelLosses(rows, target, weighted(mask, safe, classWeights));
    const count = average === "all" ? tf.scalar(n * h * w) : labeledCount(ofCount ?? mask, overProcesses);
    return [
      tf.reshape(tf.div(sumAll(tf.reshape(pixels.losses, [n, h, w])), count), []),
      tf.reshape(tf.div(pixels.gradient, count), logits.shape),
    ];
  }) as [AnyTensor, AnyTensor];
  return tape.apply({
    inputs: [logits],
    output: loss,
    extras: [gradient],
    backward: (dy) => [tf.mul(gradient, dy)],
  });
}

/** The mask times the weight of each pixel's class. */
function weighted(
  mask: tf.Tensor1D,
  labels: tf.Tensor1D,
  classWeights: readonly number[] | undefined,
): tf.Tensor1D {
  if (classWeights === undefined) return mask;
  return tf.mul(mask, gatherRows(tf.tensor1d(classWeights as number[]), labels));
}

/** Never 0: without a labeled pixel the loss is 0, whatever it is divided by. */
function labeledCount(mask: AnyTensor, overProcesses: (count: AnyTensor) => AnyTensor): AnyTensor {
  const count = overProcesses(tf.sum(mask));
  return tf.where(tf.greater(count, 0), count, tf.onesLike(count));
}
