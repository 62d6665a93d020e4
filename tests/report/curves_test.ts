import assert from "node:assert/strict";
import fc from "fast-check";
import {
  drawnRange,
  lossCurve,
  lossNames,
  miouCurve,
  smoothCurve,
  smoothingSpan,
  thinCurve,
} from "../../src/report/curves.ts";
import type { CurvePoint } from "../../src/report/curves.ts";
import type { MetricRow } from "../../src/report/run_record.ts";

const ROWS: MetricRow[] = [
  { kind: "train", iteration: 1, losses: { ce: 2, total: 3 } },
  { kind: "eval", iteration: 1, miou: 0.25 },
  { kind: "train", iteration: 2, losses: { ce: null, total: 2, usup: 1 } },
];

function curve(): fc.Arbitrary<CurvePoint[]> {
  return fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 2000 })
    .map((values) => values.map((value, index): CurvePoint => [index, value]));
}

Deno.test("lossNames() puts the total first and lossCurve() leaves out values that are not finite", () => {
  assert.deepEqual(lossNames(ROWS), ["total", "ce", "usup"]);
  assert.deepEqual(lossCurve(ROWS, "ce"), [[1, 2]]);
  assert.deepEqual(miouCurve(ROWS), [[1, 0.25]]);
});

Deno.test("smoothCurve() is the curve itself when it is short", () => {
  assert.equal(smoothingSpan(10), 1);
  assert.deepEqual(smoothCurve([[1, 5], [2, 7]]), [[1, 5], [2, 7]]);
});

Deno.test("smoothCurve() stays between the extremes and keeps a constant", () => {
  fc.assert(fc.property(curve(), (points) => {
    const values = points.map((point) => point[1]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const slack = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
    smoothCurve(points).forEach(([iteration, value], i) => {
      assert.equal(iteration, points[i]![0]);
      assert.ok(value >= low - slack && value <= high + slack);
    });
    const constant = points.map(([iteration]): CurvePoint => [iteration, 4]);
    assert.ok(smoothCurve(constant).every((point) => Math.abs(point[1] - 4) < 1e-9));
  }));
});

Deno.test("thinCurve() keeps order, extremes and at most 480 points", () => {
  fc.assert(fc.property(curve(), (points) => {
    const thin = thinCurve(points);
    assert.ok(thin.length <= 480);
    assert.ok(thin.every((point, i) => i === 0 || point[0] > thin[i - 1]![0]));
    for (const pick of [Math.min, Math.max]) {
      assert.equal(pick(...thin.map((point) => point[1])), pick(...points.map((point) => point[1])));
    }
  }));
});

Deno.test("drawnRange() gives two different numbers that hold nearly all values", () => {
  fc.assert(fc.property(curve(), (points) => {
    const values = points.map((point) => point[1]);
    const [low, high] = drawnRange(values);
    assert.ok(low < high);
    const outside = values.filter((value) => value < low || value > high).length;
    assert.ok(outside <= values.length / 50);
  }));
  assert.deepEqual(drawnRange([]), [0, 1]);
  assert.deepEqual(drawnRange([0, 0]), [0, 1]);
  assert.deepEqual(drawnRange([3]), [0, 6]);
  assert.deepEqual(drawnRange([-2]), [-4, 0]);
  assert.deepEqual(drawnRange([0.1, 5]), [0, 5]);
  assert.deepEqual(drawnRange([4, 5]), [4, 5]);
});
