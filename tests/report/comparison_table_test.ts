import assert from "node:assert/strict";
import { comparisonTable, groupRuns, measureSpread } from "../../src/report/comparison_table.ts";
import type { ComparedRun } from "../../src/report/run_record.ts";

function run(group: string, seed: number, miou: number, carIou?: number): ComparedRun {
  const perClass = [
    { name: "sky", iou: miou, pixels: 1, predictedPixels: 1 },
    { name: "car", iou: carIou, pixels: 0, predictedPixels: 0 },
  ];
  return {
    name: `${group}-${seed}`,
    group,
    seed,
    metrics: [],
    summary: { miou, accuracy: 0.9, meanAccuracy: 0.5, perClass },
  };
}

Deno.test("measureSpread() is mean and sample deviation, without one for a single value", () => {
  assert.deepEqual(measureSpread([1, 3]), { count: 2, mean: 2, deviation: Math.SQRT2 });
  assert.deepEqual(measureSpread([5]), { count: 1, mean: 5 });
  assert.equal(measureSpread([]), undefined);
});

Deno.test("comparisonTable() shows mean, spread and difference to the first group", () => {
  const runs = [run("supervised", 1, 0.4), run("guidedmix", 1, 0.5, 0.25), run("supervised", 2, 0.42)];
  assert.equal(
    comparisonTable(runs),
    [
      "          supervised  guidedmix  guidedmix − supervised",
      "────────  ──────────  ─────────  ──────────────────────",
      "runs               2          1",
      "mIoU      41.0 ± 1.4       50.0                    +9.0",
      "accuracy  90.0 ± 0.0       90.0                    ±0.0",
      "IoU sky   41.0 ± 1.4       50.0                    +9.0",
      "IoU car            –       25.0                       –",
    ].join("\n"),
  );
});

Deno.test("groupRuns() keeps a run without a final evaluation and counts only the others", () => {
  const groups = groupRuns([run("a", 1, 0.4), { name: "a-2", group: "a", metrics: [] }]);
  assert.equal(groups.length, 1);
  assert.equal(groups[0]!.runs.length, 2);
  assert.equal(groups[0]!.miou!.count, 1);
});

Deno.test("comparisonTable() is empty for no runs and shows dashes when none is evaluated", () => {
  assert.equal(comparisonTable([]), "");
  assert.match(comparisonTable([{ name: "a-1", group: "a", metrics: [] }]), /^mIoU +–$/m);
});
