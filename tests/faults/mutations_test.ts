import assert from "node:assert/strict";
import { describeEnd, runScript } from "../limited_process.ts";
import type { MutationReport } from "./read_mutations.ts";
import { STRANGE_FORMATS } from "./strange_formats.ts";

const COUNT = Deno.env.get("GUIDEDMIX_LONG") === undefined ? 300 : 10_000;

for (const name of Object.keys(STRANGE_FORMATS)) {
  Deno.test(`${COUNT} changed files of ${name} are read or refused in a sentence, each within 1 s and all in 500 MB`, async () => {
    const end = await runScript("tests/faults/read_mutations.ts", [name, `${COUNT}`], { limitMs: 300_000 });
    assert.equal(end.code, 0, describeEnd(end));
    const { read, refused, wrong, slowest, peakBytes } = JSON.parse(end.stdout) as MutationReport;
    assert.deepEqual(wrong, []);
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
    assert.equal(read + refusals, COUNT);
    assert.ok(refusals > COUNT / 10, "many changes are noticed");
    assert.ok(slowest.ms < 1000, `seed ${slowest.seed} took ${slowest.ms} ms`);
    assert.ok(peakBytes < 500e6, `${peakBytes} bytes`);
  });
}
