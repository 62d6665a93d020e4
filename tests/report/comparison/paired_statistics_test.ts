import assert from "node:assert/strict";
import {
  estimate,
  gapShare,
  isSure,
  pairedDifferences,
  type SeedValues,
} from "../../../src/report/comparison/paired_statistics.ts";
import { tFactor } from "../../../src/report/comparison/student_t.ts";

const seeds = (...values: number[]): SeedValues => new Map(values.map((value, seed) => [seed, value]));

function near(actual: number | undefined, expected: number, tolerance = 1e-9): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${actual}, expected ${expected}`,
  );
}

Deno.test("tFactor() is scipy.stats.t.ppf(0.975, df)", () => {
  const facts = [
    [1, 12.706204736174694],
    [2, 4.302652729749462],
    [4, 2.7764451051977934],
    [
      10,
      2.228138851986274,
    ],
    [11, 2.200985160091639],
    [15, 2.131449545559776],
    [29, 2.045229642132703],
    [
      100,
      1.9839715185235518,
    ],
  ] as const;
  for (const [freedom, expected] of facts) near(tFactor(freedom), expected, 1e-5);
});

Deno.test("tFactor() falls with the degrees of freedom, across the end of its table too", () => {
  for (let freedom = 1; freedom < 60; freedom++) {
    assert.ok(tFactor(freedom + 1) < tFactor(freedom), `${freedom}`);
  }
});

Deno.test("tFactor() refuses what is no number of degrees of freedom", () => {
  for (const wrong of [0, -1, 1.5, NaN]) assert.throws(() => tFactor(wrong), RangeError);
});

Deno.test("estimate() of one value has a mean alone, of none is undefined", () => {
  assert.deepEqual(estimate([0.5]), { count: 1, mean: 0.5 });
  assert.equal(estimate([]), undefined);
});

Deno.test("estimate() of paired differences is scipy.stats.ttest_rel(a, b).confidence_interval()", () => {
  const differences = pairedDifferences(seeds(0.52, 0.49, 0.55, 0.5), seeds(0.47, 0.46, 0.49, 0.47));
  const { count, mean, deviation, interval } = estimate(differences)!;
  assert.equal(count, 4);
  near(mean, 0.0425);
  near(deviation, 0.015);
  near(interval![0], 0.01863165271037217);
  near(interval![1], 0.06636834728962787);
});

Deno.test("pairedDifferences() leaves out seeds that one of both lacks", () => {
  const [a, b] = [new Map([[0, 5], [1, 7], [3, 1]]), new Map([[3, 2], [0, 4], [2, 9]])];
  assert.deepEqual(pairedDifferences(a, b), [1, -1]);
});

Deno.test("gapShare() is the ratio of mean gain and mean gap, with the spread of a ratio estimate", () => {
  // gains 5, 3, 6, 3 and gaps 13, 12, 12, 10 points: 17 / 47
  const share = gapShare({
    recipe: seeds(0.52, 0.49, 0.55, 0.5),
    baseline: seeds(0.47, 0.46, 0.49, 0.47),
    all: seeds(0.6, 0.58, 0.61, 0.57),
  })!;
  near(share.mean, 17 / 47);
  // numpy: (d - R * g).std(ddof=1) / g.mean()
  near(share.deviation, 0.11009546273943006);
  near(share.interval![0], 0.18651567834777505);
  near(share.interval![1], 0.5368885769713744);
});

Deno.test("gapShare() has no spread where each seed closes the same share", () => {
  const share = gapShare({ recipe: seeds(2, 3), baseline: seeds(1, 1), all: seeds(3, 5) })!;
  assert.deepEqual(share, { count: 2, mean: 0.5, deviation: 0, interval: [0.5, 0.5] });
});

Deno.test("gapShare() is undefined where all labels are no better, or no seed has all three", () => {
  const [recipe, baseline] = [seeds(0.5, 0.5), seeds(0.4, 0.4)];
  assert.equal(gapShare({ recipe, baseline, all: seeds(0.3, 0.5) }), undefined);
  assert.equal(gapShare({ recipe, baseline, all: new Map([[7, 0.9]]) }), undefined);
});

Deno.test("isSure() wants an interval without 0", () => {
  assert.equal(isSure({ count: 1, mean: 3 }), false);
  assert.equal(isSure({ count: 3, mean: 1, interval: [-1, 3] }), false);
  assert.equal(isSure({ count: 3, mean: 1, interval: [0.5, 1.5] }), true);
  assert.equal(isSure({ count: 3, mean: -1, interval: [-1.5, -0.5] }), true);
});
