import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../../src/core/errors.ts";
import { ownShare } from "../../../src/train/distributed/agreement.ts";
import { bucketsOf } from "../../../src/train/distributed/reduce_gradients.ts";

Deno.test("bucketsOf() fills buckets in order", () => {
  assert.deepEqual(bucketsOf([3, 4, 5, 20, 1], 10), [[0, 1], [2], [3], [4]]);
  assert.deepEqual(bucketsOf([], 10), []);
});

Deno.test("bucketsOf() keeps every element once, in order, and only a single one above the limit", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }));
  fc.assert(fc.property(sizes, fc.integer({ min: 1, max: 60 }), (list, limit) => {
    const buckets = bucketsOf(list, limit);
    assert.deepEqual(buckets.flat(), list.map((_, i) => i));
    for (const bucket of buckets) {
      const size = bucket.reduce((sum, i) => sum + list[i]!, 0);
      assert.ok(bucket.length === 1 || size <= limit);
    }
  }));
});

Deno.test("ownShare() divides a batch, and refuses one that does not divide", () => {
  assert.equal(ownShare(6, 3, "batch.labeled"), 2);
  assert.throws(
    () => ownShare(4, 3, "batch.labeled"),
    (error) =>
      error instanceof ConfigError &&
      /batch.labeled is 4 for 3 workers, expected a multiple, for example 6/.test(error.message),
  );
});
