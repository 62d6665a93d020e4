import assert from "node:assert/strict";
import { fittingIterations, makespan } from "../../../src/cli/compare/budget.ts";
import { ConfigError } from "../../../src/core/errors.ts";

const cost = (secondsPerIteration: number, overheadSeconds = 0) => ({ secondsPerIteration, overheadSeconds });

Deno.test("makespan() begins each run where a place is free first", () => {
  // 30 | 10, 10, 20
  assert.equal(makespan({ costs: [cost(3), cost(1), cost(1), cost(2)], jobs: 2 }, 10), 40);
  assert.equal(makespan({ costs: [cost(3), cost(1), cost(1)], jobs: 2 }, 10), 30);
  assert.equal(makespan({ costs: [cost(1, 5), cost(1, 5)], jobs: 1 }, 10), 30);
});

Deno.test("fittingIterations() plans with 92 % of the time and rounds down to two digits", () => {
  // 100 s, of which 92 are planned with: two runs after each other, 5 s of start each, 41 s of steps
  assert.equal(fittingIterations({ costs: [cost(0.1, 5), cost(0.1, 5)], jobs: 1, seconds: 100 }), 410);
  assert.equal(fittingIterations({ costs: [cost(0.0123)], jobs: 2, seconds: 100 }), 7400);
  assert.equal(fittingIterations({ costs: [cost(1)], jobs: 2, seconds: 60 }), 55);
});

Deno.test("fittingIterations() fits, and more would not", () => {
  const costs = [cost(0.3, 2), cost(0.7, 4), cost(0.9, 1), cost(0.2, 3), cost(0.5, 3)];
  for (const seconds of [40, 100, 1234, 5000]) {
    const found = fittingIterations({ costs, jobs: 2, seconds });
    assert.ok(makespan({ costs, jobs: 2 }, found) <= 0.92 * seconds);
    assert.ok(makespan({ costs, jobs: 2 }, found * 1.1 + 1) > 0.92 * seconds);
  }
});

Deno.test("fittingIterations() refuses a time in which nothing can be learned, and says what is needed", () => {
  assert.throws(
    () => fittingIterations({ costs: [cost(1, 36), cost(1, 36)], jobs: 1, seconds: 60 }),
    (error: Error) =>
      error instanceof ConfigError &&
      error.message ===
        "Cannot compare in 1 min 00 s: 2 runs of only 10 iterations take about 1 min 40 s, expected more time, " +
          "or fewer recipes, labels or seeds",
  );
});
