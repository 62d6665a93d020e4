import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../src/core/random.ts";
import {
  distances,
  nearest,
  nearestPairs,
  type PooledFeatures,
  randomPairs,
} from "../../src/method/pairing.ts";

const CHANNELS = 4;

function featuresOf(rows: readonly (readonly number[])[]): PooledFeatures {
  return { values: Float32Array.from(rows.flat()), count: rows.length };
}

const rows = fc.array(
  fc.array(fc.integer({ min: -50, max: 50 }), { minLength: CHANNELS, maxLength: CHANNELS }),
  { minLength: 1, maxLength: 6 },
);

/** By sorting all keys: another way than the search under test. */
function slowNearest(
  queries: readonly (readonly number[])[],
  keys: readonly (readonly number[])[],
): number[] {
  return queries.map((query) => {
    const ranked = keys.map((key, index) => ({
      index,
      // whole numbers squared are exact; roots would round equal distances apart
      distance: key.reduce((sum, value, c) => sum + (value - query[c]!) ** 2, 0),
    }));
    return ranked.sort((a, b) => a.distance - b.distance || a.index - b.index)[0]!.index;
  });
}

/** Turns two axes by an angle whose sine and cosine are 3/5 and 4/5: exact enough to keep the order of distances. */
function rotated(list: readonly (readonly number[])[], from: number, to: number): number[][] {
  return list.map((row) =>
    row.map((value, axis) => {
      if (axis === from) return 0.8 * value - 0.6 * row[to]!;
      return axis === to ? 0.6 * row[from]! + 0.8 * value : value;
    })
  );
}

Deno.test("nearest() finds the key at the least distance, the first of equal ones", () => {
  const keys = featuresOf([[0, 0], [3, 4], [3, 4], [10, 0]]);
  assert.deepEqual(nearest(featuresOf([[1, 1], [3, 3], [9, 1], [1.5, 2]]), keys), [0, 1, 3, 0]);
});

Deno.test("nearest() equals a slow search", () => {
  fc.assert(fc.property(rows, rows, (queries, keys) => {
    assert.deepEqual(nearest(featuresOf(queries), featuresOf(keys)), slowNearest(queries, keys));
  }));
});

Deno.test("nearest() does not change when feature space is rotated, shifted or stretched", () => {
  const axes = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2, maxLength: 2 });
  const shift = fc.integer({ min: -100, max: 100 });
  fc.assert(fc.property(rows, rows, axes, shift, (queries, keys, [from, to], by) => {
    const expected = nearest(featuresOf(queries), featuresOf(keys));
    const distance = (query: number, key: number) =>
      Math.hypot(...keys[key]!.map((value, c) => value - queries[query]![c]!));
    const moved = (list: number[][]) =>
      featuresOf(rotated(list, from!, to!).map((row) => row.map((value) => 2 * value + by)));
    nearest(moved(queries), moved(keys)).forEach((key, query) => {
      // rounding may choose another of several keys at the same distance
      assert.ok(Math.abs(distance(query, key) - distance(query, expected[query]!)) < 1e-4);
    });
  }));
});

Deno.test("nearest() refuses features of different lengths, no keys and NaN", () => {
  const fine = featuresOf([[1, 2]]);
  assert.throws(() => nearest(featuresOf([[1, 2, 3]]), fine), {
    name: "RangeError",
    message: /^Cannot pair images/,
  });
  assert.throws(() => nearest(fine, { values: new Float32Array(), count: 0 }), { name: "RangeError" });
  assert.throws(() => nearest(featuresOf([[1, NaN]]), fine), {
    name: "TrainingError",
    message: /^Cannot go on: features of image 0 are not finite.*training has diverged/,
  });
});

Deno.test("nearestPairs() looks for a partner of each image of the side that it is told", () => {
  const [labeled, unlabeled] = [featuresOf([[0], [10]]), featuresOf([[9], [1], [8]])];
  assert.deepEqual(nearestPairs(labeled, unlabeled, "unlabeled"), {
    labeled: [1, 0, 1],
    unlabeled: [0, 1, 2],
    distances: [1, 1, 2],
  });
  assert.deepEqual(nearestPairs(labeled, unlabeled, "labeled"), {
    labeled: [0, 1],
    unlabeled: [1, 0],
    distances: [1, 1],
  });
});

Deno.test("nearestPairs() tells the Euclidean distance of each pair, in both directions", () => {
  const [labeled, unlabeled] = [featuresOf([[0, 0], [6, 8]]), featuresOf([[3, 4.5], [6, 9]])];
  assert.deepEqual(nearestPairs(labeled, unlabeled, "unlabeled").distances, [
    Math.sqrt(3 ** 2 + 3.5 ** 2),
    1,
  ]);
  assert.deepEqual(nearestPairs(labeled, unlabeled, "labeled").distances, [Math.hypot(3, 4.5), 1]);
});

Deno.test("nearestPairs() gives no distance beyond that of any other pair", () => {
  fc.assert(fc.property(rows, rows, (labeled, unlabeled) => {
    const [first, second] = [featuresOf(labeled), featuresOf(unlabeled)];
    const all = distances(second, first);
    const pairs = nearestPairs(first, second, "unlabeled");
    pairs.distances!.forEach((distance, i) => {
      assert.equal(distance, all[i * first.count + pairs.labeled[i]!]);
      assert.equal(distance, Math.min(...all.subarray(i * first.count, (i + 1) * first.count)));
    });
  }));
});

Deno.test("distances() are Euclidean, query by query", () => {
  assert.deepEqual([...distances(featuresOf([[0, 0], [3, 0]]), featuresOf([[3, 4], [0, 0]]))], [5, 0, 4, 3]);
});

Deno.test("randomPairs() is a permutation of the unlabeled images", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (count, seed) => {
    const { labeled, unlabeled, distances } = randomPairs(count, count, randomStream(seed, "pairs"));
    assert.equal(distances, undefined);
    assert.deepEqual(labeled, [...Array(count).keys()]);
    assert.deepEqual([...unlabeled].sort((a, b) => a - b), labeled);
  }));
  assert.throws(() => randomPairs(2, 3, randomStream(1, "pairs")), {
    name: "RangeError",
    message: /expected equal counts/,
  });
});
