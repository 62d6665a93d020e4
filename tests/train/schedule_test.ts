import assert from "node:assert/strict";
import fc from "fast-check";
import { polyLearningRate } from "../../src/train/schedule.ts";

const OFFICIAL = { base: 0.01, minimum: 1e-4, power: 0.9, iterations: 20000 };

Deno.test("polyLearningRate() begins at the base, ends at the minimum and is linear for power 1", () => {
  assert.equal(polyLearningRate(OFFICIAL, 0), 0.01);
  assert.equal(polyLearningRate(OFFICIAL, 20000), 1e-4);
  assert.equal(polyLearningRate(OFFICIAL, 99999), 1e-4);
  const linear = { base: 3, minimum: 1, power: 1, iterations: 4 };
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => polyLearningRate(linear, i)), [3, 2.5, 2, 1.5, 1]);
});

Deno.test("polyLearningRate() gives the numbers of mmcv's hook", () => {
  // fn-poly of the reference tensors, over 20 iterations
  const short = { ...OFFICIAL, iterations: 20 };
  assert.equal(polyLearningRate(short, 1), (0.01 - 1e-4) * 0.95 ** 0.9 + 1e-4);
  assert.ok(Math.abs(polyLearningRate(OFFICIAL, 10000) - 0.005405278639554652) < 1e-15);
});

Deno.test("polyLearningRate() never rises and stays between its ends", () => {
  const iteration = fc.integer({ min: 0, max: 1000 });
  fc.assert(fc.property(iteration, iteration, fc.double({ min: 0.1, max: 3, noNaN: true }), (i, j, power) => {
    const schedule = { base: 0.02, minimum: 0.001, power, iterations: 1000 };
    const [early, late] = [Math.min(i, j), Math.max(i, j)].map((at) => polyLearningRate(schedule, at));
    assert.ok(early! >= late! && early! <= 0.02 && late! >= 0.001);
  }));
});

Deno.test("polyLearningRate() refuses a run of no length and an iteration before it", () => {
  assert.throws(() => polyLearningRate({ ...OFFICIAL, iterations: 0 }, 0), {
    name: "RangeError",
    message: /iteration 0 of 0/,
  });
  assert.throws(() => polyLearningRate(OFFICIAL, -1), {
    name: "RangeError",
    message: /iteration -1 of 20000/,
  });
});
