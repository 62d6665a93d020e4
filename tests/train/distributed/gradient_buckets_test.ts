import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Collectives } from "../../../src/train/distributed/collectives.ts";
import { GradientBuckets } from "../../../src/train/distributed/gradient_buckets.ts";
import { numericTest } from "../../numeric.ts";

/** Two processes that hold the same: each sum is twice the own tensor. */
const TWINS = {
  count: 2,
  sumInBackground: async (x: tf.Tensor) => await tf.mul(x, 2),
} as unknown as Collectives;

numericTest("GradientBuckets gives the means back by name, in their shapes", async () => {
  const buckets = new GradientBuckets(TWINS, 4);
  buckets.add("a", tf.tensor2d([[1, 2], [3, 4]]));
  assert.equal(buckets.sent, 1, "a full bucket is sent at once");
  buckets.add("b", tf.scalar(5));
  assert.equal(buckets.sent, 1);
  const { gradients, numbers } = await buckets.finish([6, 7]);
  assert.deepEqual([...gradients.keys()], ["a", "b"]);
  assert.deepEqual(gradients.get("a")!.arraySync(), [[1, 2], [3, 4]]);
  assert.deepEqual(gradients.get("b")!.arraySync(), 5);
  assert.deepEqual([...numbers], [6, 7]);
  gradients.forEach((gradient) => gradient.dispose());
});

numericTest("GradientBuckets passes on numbers where there is no gradient", async () => {
  const { gradients, numbers } = await new GradientBuckets(TWINS).finish([]);
  assert.equal(gradients.size, 0);
  assert.equal(numbers.length, 0);
});
