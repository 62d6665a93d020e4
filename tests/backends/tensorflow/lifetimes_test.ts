import assert from "node:assert/strict";
import { describeEnd, runScript } from "../../limited_process.ts";
import { whyNot } from "../../numeric.ts";
import { testUnless } from "../../support.ts";
import type { StepRecord } from "./training_loop.ts";

const STEPS = 200;

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
    const resident = records.flatMap(({ residentKib }) => residentKib ?? []);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
    const grown = mean(resident.slice(-4)) - mean(resident.slice(1, 5));
    // the map of 32×32×16 of two images, kept in each step, would be 150 times 128 KiB
    assert.ok(grown < 9 * 1024, `resident memory grew by ${grown} KiB, at every tenth step: ${resident}`);
  },
);
