import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { oneHot } from "../../src/nn/one_hot.ts";
import { numericTest, take } from "../numeric.ts";

numericTest("oneHot() is 1 at each index, and 0 everywhere for indices outside", () => {
  const indices = tf.tensor([0, 2, 3, -1], [4], "int32");
  const hot = oneHot(indices, 3);
  assert.deepEqual([hot.dtype, hot.shape], ["float32", [4, 3]]);
  assert.deepEqual([...take(hot)], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  indices.dispose();
});
