import assert from "node:assert/strict";
import type { EdgeDecision } from "../../src/parity/edge_findings.ts";
import type { CaseReport, ParityReport } from "../../src/parity/report.ts";
import { describeDecision, parityText } from "../../src/parity/report_text.ts";

const FLIPPED: EdgeDecision = {
  step: 2,
  module: "backbone.layer1.0.relu",
  call: 1,
  index: [0, 3, 4, 5],
  reference: -2e-8,
  actual: 4e-8,
  largest: 4,
};

function reportOf(cases: readonly Partial<CaseReport>[]): ParityReport {
  const totals = { tensors: 0, compared: 0, inputs: 0, taken: 0, leftOut: 0, nonFiniteElements: 0 };
  const whole = cases.map((one): CaseReport => ({
    name: "train-x",
    compared: 0,
    elements: 0,
    beyond: 0,
    failures: [],
    errors: [],
    ...one,
  }));
  const none = { taken: [], leftOut: [], unlistedFiles: [], skippedFiles: [] };
  return { folder: "F", cases: whole, totals, passed: true, seconds: 1, ...none };
}

Deno.test("describeDecision() names place and both inputs, as shares of the largest too", () => {
  assert.equal(
    describeDecision(FLIPPED),
    "step 2, backbone.layer1.0.relu, call 1, [0, 3, 4, 5]: -2.0e-8 (-5.0e-9 of the largest) there, " +
      "ours is 4.0e-8 (1.0e-8 of the largest)",
  );
  const chosen = { ...FLIPPED, module: "backbone.maxpool", reference: undefined };
  assert.match(
    describeDecision(chosen),
    /: chosen there, ours is 4\.0e-8 \(1\.0e-8 of the largest\) below another$/,
  );
});

Deno.test("parityText() counts decisions at an edge over all cases and lists those that were taken", () => {
  const text = parityText(reportOf([{ edges: { listed: 7, taken: [FLIPPED] } }, {
    name: "train-y",
    edges: { listed: 5, taken: [] },
  }]));
  assert.match(text, /at 1 of the 12 inputs at an edge that the reference lists; its decision was taken/);
  assert.match(text, /\n {2}train-x, step 2, backbone\.layer1\.0\.relu, call 1/);
});

Deno.test("parityText() says nothing of decisions where the folder lists none", () => {
  assert.doesNotMatch(parityText(reportOf([{}])), /at an edge/);
});
