import assert from "node:assert/strict";
import { costsOf } from "../../../src/cli/compare/read_trials.ts";

Deno.test("costsOf() takes the median step, the sum of all steps and the highest memory", () => {
  const rows = [
    { kind: "train", iteration: 10, secondsPerIteration: 3, memoryBytes: 5 },
    { kind: "eval", iteration: 10, miou: 0.5 },
    { kind: "train", iteration: 20, secondsPerIteration: 1, memoryBytes: 9 },
    { kind: "train", iteration: 24, secondsPerIteration: 2, memoryBytes: 7 },
  ] as const;
  // 10 · 3 + 10 · 1 + 4 · 2
  assert.deepEqual(costsOf(rows), { secondsPerIteration: 2, trainingSeconds: 48, memoryBytes: 9 });
});

Deno.test("costsOf() of a log that is gone, or of an earlier version, has no numbers", () => {
  const none = { secondsPerIteration: null, trainingSeconds: null, memoryBytes: null };
  assert.deepEqual(costsOf([]), none);
  assert.deepEqual(costsOf([{ kind: "train", iteration: 10 }]), none);
});
