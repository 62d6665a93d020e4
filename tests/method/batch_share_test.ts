import assert from "node:assert/strict";
import fc from "fast-check";
import { RECIPES } from "../../src/config/recipe.ts";
import { randomStream } from "../../src/core/random.ts";
import {
  type BatchShare,
  localPairs,
  ownPairs,
  rowsOfShare,
  unlabeledPlaces,
} from "../../src/method/batch_share.ts";
import { nearestPairs } from "../../src/method/pairing.ts";
import { drawStep } from "../../src/method/draw_step.ts";
import type { StepBatch } from "../../src/method/step_batch.ts";

const shares = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ index, count }) as BatchShare);
const sizes = fc.record({ count: fc.integer({ min: 1, max: 4 }), own: fc.integer({ min: 1, max: 4 }) });

Deno.test("unlabeledPlaces() gives each process the partners of its labeled images, as one process draws them", () => {
  fc.assert(fc.property(sizes, fc.nat(), ({ count, own }, iteration) => {
    const { pairs } = drawStep(RECIPES.official, 3, iteration, own * count, own * count);
    const places = shares(count).flatMap((share) =>
      unlabeledPlaces(RECIPES.official, 3, iteration, share, own)
    );
    assert.deepEqual(places, pairs!.unlabeled);
  }));
});

Deno.test("unlabeledPlaces() keeps the order where pairs are found by their features", () => {
  const places = shares(3).map((share) => unlabeledPlaces(RECIPES.guidedmix, 0, 0, share, 2));
  assert.deepEqual(places, [[0, 1], [2, 3], [4, 5]]);
});

for (const direction of ["labeled", "unlabeled"] as const) {
  Deno.test(`ownPairs() together are the pairs of the whole batch, each ${direction} image once`, () => {
    fc.assert(fc.property(sizes, fc.nat(), ({ count, own }, seed) => {
      const stream = randomStream(seed, "features");
      const features = () => ({
        values: Float32Array.from({ length: own * count }, () => stream.normal()),
        count: own * count,
      });
      const whole = nearestPairs(features(), features(), direction);
      const parts = shares(count).map((share) => ownPairs(whole, direction, share, own));
      const other = direction === "labeled" ? "unlabeled" : "labeled";
      assert.deepEqual(parts.flatMap((pairs) => pairs[other]), whole[other]);
      assert.deepEqual(parts.flatMap((pairs) => pairs.distances!), whole.distances);
      for (const pairs of parts) assert.deepEqual(pairs[direction], Array.from({ length: own }, (_, i) => i));
    }));
  });
}

Deno.test("localPairs() keeps the pairs of two own images, in own indices", () => {
  const share = { index: 1, count: 2 } as BatchShare;
  const pairs = { labeled: [3, 0, 2], unlabeled: [0, 1, 2] };
  assert.deepEqual(localPairs(pairs, "unlabeled", share, 2), { labeled: [1, 0], unlabeled: [0, 2] });
  const turned = { labeled: [0, 1], unlabeled: [1, 3], distances: [2, 5], shares: [0.1, 0.4] };
  const kept = { labeled: [1], unlabeled: [1], distances: [5], shares: [0.4] };
  assert.deepEqual(localPairs(turned, "labeled", share, 2), kept);
});

Deno.test("rowsOfShare() gives every row of the whole batch to one process", () => {
  fc.assert(fc.property(sizes, fc.nat(), ({ count, own }, iteration) => {
    const batch = { labeled: { shape: [own, 1, 1, 3] } } as unknown as StepBatch;
    for (const recipe of [RECIPES.official, RECIPES.paper]) {
      const draws = drawStep(recipe, 1, iteration, own * count, own * count);
      for (const [decoder, rows] of [["decode_head", 2 * own], ["decode_head_mix", own]] as const) {
        const all = shares(count).map((share) => rowsOfShare(share, batch, draws)(decoder, rows));
        for (const { of } of all) assert.equal(of, rows * count);
        const taken = all.flatMap((one) => one.own).sort((a, b) => a - b);
        assert.deepEqual(taken, Array.from({ length: rows * count }, (_, i) => i));
      }
    }
  }));
});
