import assert from "node:assert/strict";
import type { ParityReport } from "../../src/parity/report.ts";
import { describeFailure } from "../../src/parity/report_text.ts";
import { matches, runParity } from "../../src/parity/run_parity.ts";
import { numericTest } from "../numeric.ts";
import { projectPath, sharedPath } from "../support.ts";

/** Says what failed instead of false. */
function assertPassed(report: ParityReport): void {
  const wrong = report.cases.flatMap(({ name, errors, failures }) =>
    [...errors, ...failures.map(describeFailure)].map((text) => `${name}: ${text}`)
  );
  assert.deepEqual(wrong, []);
  assert.ok(report.passed);
  const { tensors, compared, inputs, taken, leftOut } = report.totals;
  assert.equal(compared + inputs + taken + leftOut, tensors, "every tensor is counted once");
  assert.equal(report.leftOut.length, leftOut, "what is left out is listed");
  assert.equal(report.taken.length, taken, "what is taken over is listed");
  assert.equal(report.cases.reduce((sum, one) => sum + one.compared, 0), compared);
}

for (const folder of ["official-seed7", "restated-seed11"]) {
  numericTest(`runParity() passes ${folder}`, async () => {
    const report = await runParity(projectPath(`fixtures/reference/${folder}`));
    assertPassed(report);
    assert.deepEqual([report.unlistedFiles, report.skippedFiles], [[], []]);
    const reasons = report.leftOut.filter(({ reason }) => !reason.includes("reference's losses are NaN"));
    assert.deepEqual(reasons, [], "only what is NaN in the reference is left out");
    const results = report.taken.filter(({ tensor }) => !tensor.includes("/edges/"));
    assert.ok(results.every(({ reason }) => reason.includes("torch's generator")));
    for (const { name, edges } of report.cases.filter(({ name }) => name.startsWith("train-"))) {
      assert.ok(
        edges!.listed > 0 && edges!.taken.length <= 0.1 * edges!.listed,
        `${name}: few are decided otherwise`,
      );
    }
  });
}

const shared = sharedPath("reference/seed1234");
if (shared !== undefined) {
  numericTest("runParity() passes seed1234, ResNet-50 with MITrans included", async () => {
    const report = await runParity(shared, { only: ["train-focal-*", "fn-*"] });
    assertPassed(report);
    assert.deepEqual(report.skippedFiles, ["train-own-mse-mitrans-b3", "train-own-mse-plain-b3"]);
  });
}

Deno.test("matches() takes * for anything and ? for one character, all else as it stands", () => {
  assert.ok(matches("train-focal-plain", "train-*"));
  assert.ok(matches("fn-ce", "fn-??"));
  assert.ok(!matches("fn-focal", "fn-??"));
  assert.ok(!matches("fnxce", "fn.ce"));
  assert.ok(!matches("a+b", "a"));
});
