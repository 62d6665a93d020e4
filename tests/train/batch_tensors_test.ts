import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { LoadedBatch } from "../../src/data/loader/batch.ts";
import { batchTensors } from "../../src/train/batch_tensors.ts";
import { numericTest } from "../numeric.ts";

const LOADED: LoadedBatch = {
  iteration: 0,
  size: { height: 1, width: 2 },
  labeled: Float32Array.of(1, 2, 3, 4, 5, 6),
  labels: Int32Array.of(0, 255),
  unlabeled: new Float32Array(0),
  labeledIds: ["a"],
  unlabeledIds: [],
};

numericTest("batchTensors() gives only what the batch has", async () => {
  const before = tf.memory().numTensors;
  const { labeled, labels, ...others } = batchTensors(LOADED);
  assert.deepEqual(labeled.shape, [1, 1, 2, 3]);
  assert.deepEqual([labels.shape, labels.dtype, [...await labels.data()]], [[1, 1, 2], "int32", [0, 255]]);
  assert.ok(Object.values(others).every((tensor) => tensor === undefined));
  tf.dispose([labeled, labels]);
  assert.equal(tf.memory().numTensors, before);
});

numericTest("batchTensors() gives all views of unlabeled images and the map of their warp", async () => {
  const views = {
    unlabeled: Float32Array.from({ length: 12 }, (_, i) => i),
    unlabeledPlain: Float32Array.from({ length: 12 }, (_, i) => -i),
    unlabeledSecond: Float32Array.from({ length: 12 }, (_, i) => 2 * i),
    unlabeledWarp: Int32Array.of(1, 0, -1, 1),
  };
  const tensors = batchTensors({ ...LOADED, ...views, unlabeledIds: ["b", "c"] });
  for (const name of ["unlabeled", "unlabeledPlain", "unlabeledSecond"] as const) {
    assert.deepEqual(tensors[name]!.shape, [2, 1, 2, 3]);
    assert.deepEqual([...await tensors[name]!.data()], [...views[name]]);
  }
  const warp = tensors.unlabeledWarp!;
  assert.deepEqual([warp.shape, warp.dtype, [...await warp.data()]], [[2, 1, 2], "int32", [1, 0, -1, 1]]);
  tf.dispose(Object.values(tensors) as tf.Tensor[]);
});
