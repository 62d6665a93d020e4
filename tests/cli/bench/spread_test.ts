import assert from "node:assert/strict";
import { spreadOf } from "../../../src/cli/bench/spread.ts";

Deno.test("spreadOf() takes the middle one, or the mean of the two in the middle", () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, least: 1, most: 3, all: [3, 1, 2] });
  assert.equal(spreadOf([4, 1, 2, 10]).median, 3);
  assert.equal(spreadOf([7]).median, 7);
});
