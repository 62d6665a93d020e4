import assert from "node:assert/strict";
import { compareTrials } from "../../../src/report/comparison/compare_trials.ts";
import { differenceChart } from "../../../src/report/comparison/difference_chart.ts";
import { labelChart } from "../../../src/report/comparison/label_chart.ts";

import { trial, twoSeeds } from "./records.ts";

/** Two seeds with such differences to supervised, in points. */
function chartOf(...differences: readonly [number, number]): string {
  const record = twoSeeds({
    trials: differences.flatMap((points, seed) => [
      trial("supervised", 20, seed, 0.4),
      trial("guidedmix", 20, seed, 0.4 + points / 100),
    ]),
  });
  return differenceChart(record, compareTrials(record))!.text;
}

/** Texts under the axis, left to right. */
const ticks = (svg: string) =>
  [...svg.matchAll(/<text class="tick" [^>]*text-anchor="middle">([^<]*)<\/text>/g)].map(([, text]) => text);

const arrows = (svg: string) => svg.match(/<path class="whisker/g)?.length ?? 0;

Deno.test("differenceChart() gives the ticks of its axis the digits that their step needs", () => {
  const narrow = ticks(chartOf(-0.6, 0.2)).slice(0, -1);
  assert.deepEqual(narrow, ["−1.0", "−0.5", "0", "+0.5", "+1.0"]);
  const wide = ticks(chartOf(5.5, 6.5)).slice(0, -1);
  assert.equal(new Set(wide).size, wide.length);
  assert.ok(wide.every((text) => !text!.includes(".")), wide.join(" "));
});

Deno.test("differenceChart() marks an interval that leaves the axis, says so, and draws nothing beyond", () => {
  // −0.2 ± 12.71 · 0.4 points on an axis from −1 to 1
  const cut = chartOf(-0.6, 0.2);
  assert.equal(arrows(cut), 2);
  assert.match(cut, /an arrow: it goes on beyond the axis/);
  for (const [, x] of cut.matchAll(/ (?:x|x1|x2|cx)="([^"]*)"/g)) {
    assert.ok(Number(x) >= 0 && Number(x) <= 560, x);
  }
  const whole = chartOf(5.9, 6.1);
  assert.equal(arrows(whole), 0);
  assert.doesNotMatch(whole, /arrow/);
});

Deno.test("labelChart() gives the ticks of its values the digits that their step needs", () => {
  const record = twoSeeds({ trials: [trial("supervised", 20, 0, 0.02), trial("supervised", 20, 1, 0.021)] });
  const svg = labelChart(record, compareTrials(record)).text;
  const values = [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map(([, text]) => text);
  assert.ok(values.length > 3);
  assert.equal(new Set(values).size, values.length, values.join(", "));
});
