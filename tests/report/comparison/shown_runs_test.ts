import assert from "node:assert/strict";
import { type RunKey, shownRuns, shownRunsText } from "../../../src/report/comparison/shown_runs.ts";

const RUNS: readonly RunKey[] = [0, 1].flatMap((seed) =>
  [4, 8, 12].flatMap((labels) => ["supervised", "guidedmix"].map((variant) => ({ variant, labels, seed })))
);

Deno.test("shownRuns() takes each recipe with the fewest labels and the baseline with the most, of one seed", () => {
  assert.deepEqual(shownRuns(RUNS, (run) => run), [
    { variant: "supervised", labels: 4, seed: 0 },
    { variant: "guidedmix", labels: 4, seed: 0 },
    { variant: "supervised", labels: 12, seed: 0 },
  ]);
  assert.deepEqual(shownRuns([], (run: RunKey) => run), []);
});

Deno.test("shownRunsText() says which runs are shown, by what is finished, and where the others are", () => {
  assert.equal(
    shownRunsText(RUNS),
    "The same photos of val by each recipe with 4 labels, and by supervised with 12, runs of seed 0. " +
      "The other runs have pictures in their own reports.",
  );
  const few = RUNS.filter(({ labels, seed }) => labels === 4 && seed === 1);
  assert.equal(shownRunsText(few), "The same photos of val by each recipe with 4 labels, runs of seed 1.");
});
