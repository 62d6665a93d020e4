import * as tf from "@tensorflow/tfjs-core";
import type { LoadedBatch } from "../data/loader/batch.ts";
import type { StepBatch } from "../method/step_batch.ts";

/** A loaded batch as tensors; the caller disposes them. */
export function batchTensors(batch: LoadedBatch): StepBatch {
  const { height, width } = batch.size;
  const n = batch.labeledIds.length, m = batch.unlabeledIds.length;
  const images = (values: Float32Array, count: number) => tf.tensor4d(values, [count, height, width, 3]);
  const integers = (values: Int32Array, count: number) => {
    return tf.tensor3d(values, [count, height, width], "int32");
  };
  return {
    labeled: images(batch.labeled, n),
    labels: integers(batch.labels, n),
    unlabeled: m > 0 ? images(batch.unlabeled, m) : undefined,
    unlabeledPlain: batch.unlabeledPlain && images(batch.unlabeledPlain, m),
    unlabeledSecond: batch.unlabeledSecond && images(batch.unlabeledSecond, m),
    unlabeledLabels: batch.unlabeledLabels && integers(batch.unlabeledLabels, m),
    unlabeledWarp: batch.unlabeledWarp && integers(batch.unlabeledWarp, m),
  };
}
