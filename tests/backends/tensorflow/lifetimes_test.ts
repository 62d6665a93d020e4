import assert from "node:assert/strict";
import { describeEnd, runScript } from "../../limited_process.ts";
import { whyNot } from "../../numeric.ts";
import { testUnless } from "../../support.ts";
import type { StepRecord } from "./training_loop.ts";

const STEPS = 200;

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b) / values.length;
}

testUnless(
  whyNot("tensorflow"),
  `${STEPS} training steps keep tensors and resident memory constant`,
  async () => {
    // with garbage collected, so that V8's growing young generation does not hide a leak of native memory
    const flags = ["--v8-flags=--expose-gc"];
    const result = await runScript("tests/backends/tensorflow/training_loop.ts", [String(STEPS)], { flags });
    assert.ok(result.code === 0, describeEnd(result));
    const records = JSON.parse(result.stdout) as StepRecord[];
    assert.equal(records.length, STEPS);
    const [first, last] = [records[0]!, records.at(-1)!];
    for (const [i, { tensors, handles, bytes }] of records.entries()) {
      assert.deepEqual([tensors, handles, bytes], [first.tensors, first.handles, first.bytes], `step ${i}`);
    }
    assert.ok(last.loss < 0.8 * first.loss, `it learns: loss ${first.loss} to ${last.loss}`);
    // a copy of the input alone, kept in each step, would be 150 times 75 KiB
    for (const memory of ["outsideBytes", "heapBytes"] as const) {
      const seen = records.flatMap((record) => record[memory] ?? []);
      const grown = mean(seen.slice(-4)) - mean(seen.slice(1, 5));
      assert.ok(grown < 8 * 2 ** 20, `${memory} grew by ${grown}, at every tenth step: ${seen}`);
    }
  },
);
