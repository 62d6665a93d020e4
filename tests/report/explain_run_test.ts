import assert from "node:assert/strict";
import fc from "fast-check";
import { type ExplainedRun, explainRun as explain } from "../../src/report/explain_run.ts";
import { readMetrics } from "../../src/report/metrics_file.ts";
import type { EvaluationRecord, Finding } from "../../src/report/run_record.ts";
import { projectPath } from "../support.ts";

/** A run of `fixtures/metrics`, with facts that limit nothing. */
async function realRun(name: string, facts: Partial<ExplainedRun> = {}): Promise<ExplainedRun> {
  const read = (ending: string) => Deno.readTextFile(projectPath(`fixtures/metrics/${name}.${ending}`));
  return {
    metrics: readMetrics(await read("jsonl")),
    evaluation: JSON.parse(await read("json")) as EvaluationRecord,
    labeled: 8,
    val: 20,
    paddedShare: 0,
    crop: [64, 64],
    usesUnlabeled: false,
    hasBaseline: false,
    hasWeights: true,
    ...facts,
  };
}

/** With plain spaces in place of those that keep a number and its unit on a line. */
function explainRun(run: ExplainedRun): Finding[] {
  return explain(run).map((finding) => ({ ...finding, text: finding.text.replace(/[\u00a0\u202f]/g, " ") }));
}

const kinds = (findings: readonly Finding[]) => findings.map(({ kind }) => kind);

Deno.test("explainRun() names the classes that were never found, with their labeled pixels", async () => {
  const shares = [0.7, 0.1, 0.089, 0.025, 0.045, 0];
  const [first, ...more] = explainRun(await realRun("short", { classShares: shares }));
  assert.deepEqual(kinds(more), ["still-rising"]);
  assert.equal(
    first!.text,
    '4 classes are never found: "checked square" (8.9 % of the labeled pixels), "dotted triangle" (2.5 % of the ' +
      'labeled pixels), "rayed ring" (4.5 % of the labeled pixels) and 1 more. Each counts as 0 in the mean.',
  );
  assert.match(first!.advice, /\(8 are labeled for training, \d+ for val\)/);
  const [uncounted] = explainRun(await realRun("short"));
  assert.match(uncounted!.text, /"checked square" \(pixels not counted\)/);
  const none = shares.map(() => 0);
  assert.match(explainRun(await realRun("short", { classShares: none }))[0]!.text, /\(no labeled pixel\)/);
});

Deno.test("explainRun() tells that mIoU still rose, by how much and since when", async () => {
  const rising = explainRun(await realRun("msrc")).find(({ kind }) => kind === "still-rising")!;
  assert.match(rising.text, /^mIoU still rose by 4\.\d points after iteration 40 of 60/);
  assert.match(rising.advice, /--iterations 120/);
});

/** A run with such evaluations. */
async function evaluated(...curve: readonly (readonly [iteration: number, miou: number])[]) {
  const run = await realRun("flat");
  const iteration = curve.at(-1)![0];
  const metrics = curve.map(([iteration, miou]) => ({ kind: "eval", iteration, miou }) as const);
  return { ...run, metrics, evaluation: { ...run.evaluation, iteration } };
}

Deno.test("explainRun() says that mIoU rose only where the last evaluation is the best, and names what it rose from", async () => {
  const fell = await evaluated([300, 0.45], [600, 0.375], [900, 0.468], [1200, 0.532], [1210, 0.516]);
  assert.ok(!kinds(explainRun(fell)).includes("still-rising"));
  const rose = await evaluated([300, 0.45], [600, 0.375], [900, 0.468], [1200, 0.532]);
  const rising = explainRun(rose).find(({ kind }) => kind === "still-rising")!;
  assert.match(
    rising.text,
    /rose by 8\.2 points after iteration 300 of 1 200, the best of the first two thirds:/,
  );
});

Deno.test("explainRun() tells first of few photos to evaluate on, with their count", async () => {
  const [first, ...others] = explainRun(await realRun("msrc", { val: 2 }));
  assert.equal(first!.kind, "few-val");
  assert.match(first!.text, /^Only 2 photos are there to evaluate on: .* by many points/);
  assert.match(explainRun(await realRun("msrc", { val: 1 }))[0]!.text, /^Only 1 photo is there/);
  assert.deepEqual(kinds(others), kinds(explainRun(await realRun("msrc", { val: 20 })).slice(0, 2)));
});

Deno.test("explainRun() tells that labeled photos were seen too rarely, and how many iterations show each five times", async () => {
  const run = await realRun("msrc", { labeled: 400, timesSeen: 1.2 });
  const short = explainRun(run).filter(({ advice }) => advice.includes("--resume"));
  assert.deepEqual(kinds(short), ["seen-little"], "and not that it still rises as well");
  assert.match(
    short[0]!.text,
    /^Each of the 400 labeled photos was seen 1\.2 times on average in 60 iterations: /,
  );
  assert.match(short[0]!.advice, /--iterations 250\.$/);
  assert.ok(!kinds(explainRun({ ...run, timesSeen: 5 })).includes("seen-little"));
});

/** A run whose labeled loss is so in its three thirds. */
async function withLosses(...thirds: readonly number[]): Promise<ExplainedRun> {
  const run = await realRun("flat");
  const metrics = Array.from(
    { length: 12 },
    (_, i) =>
      ({ kind: "train", iteration: 5 * (i + 1), losses: { ce: thirds[Math.floor(i / 4)]! } }) as const,
  );
  return { ...run, metrics };
}

Deno.test("explainRun() tells of a loss that still falls steeply, unless its photos are learned", async () => {
  const falling = explainRun(await withLosses(3, 2, 1.5)).find(({ kind }) => kind === "still-falling")!;
  assert.match(
    falling.text,
    /still falls steeply, 2\.00 in the second third and 1\.50 in the last: .* too short/,
  );
  assert.match(falling.advice, /--resume --iterations 120\.$/);
  assert.ok(!kinds(explainRun(await withLosses(3, 2, 1.7))).includes("still-falling"));
  assert.deepEqual(kinds(explainRun(await withLosses(0.3, 0.1, 0.01))), ["labels-learned"]);
});

/** A run in whose val two classes lack, of which one is predicted. */
async function lackingRun(facts: Partial<ExplainedRun> = {}): Promise<ExplainedRun> {
  const run = await realRun("overfit", facts);
  const { summary } = run.evaluation;
  const perClass = summary.perClass.map((result, i) => {
    if (i === 1) return { name: "cat", pixels: 0, predictedPixels: 0 };
    return i === 2 ? { name: "cow", iou: 0, pixels: 0, predictedPixels: 7 } : result;
  });
  return { ...run, evaluation: { ...run.evaluation, summary: { ...summary, perClass } } };
}

Deno.test("explainRun() tells which classes no val photo shows, what the mean is of, and which no label shows either", async () => {
  const [first] = explainRun(await lackingRun());
  assert.equal(first!.kind, "val-lacks");
  assert.match(
    first!.text,
    /^Val shows no "cat", "cow": mIoU is the mean of the other \d classes, and of "cow" as 0, since it is predicted\.$/,
  );
  const [either] = explainRun(await lackingRun({ classShares: [0.5, 0, 0.1, 0.1, 0.2, 0.1] }));
  assert.match(either!.text, /predicted\. No labeled photo shows "cat" either\.$/);
  const [few, ...others] = explainRun(await lackingRun({ val: 4 }));
  assert.equal(few!.kind, "few-val");
  assert.match(few!.text, /^Only 4 photos .* by many points\. Val shows no "cat", "cow": /);
  assert.ok(others.every(({ kind }) => kind !== "val-lacks"));
});

Deno.test("explainRun() tells of labeled photos learned by heart, and of an mIoU that has fallen", async () => {
  const findings = explainRun(await realRun("overfit", { labeled: 4 }));
  assert.deepEqual(kinds(findings), ["fell", "labels-learned"]);
  assert.match(findings[0]!.text, /best at iteration 1 500 and is 2\.2 points lower at the end/);
  assert.match(findings[1]!.text, /^The 4 labeled photos are learned .* pixels of val are right in 69\.0 %/);
});

Deno.test("explainRun() tells of a flat loss, padding and a missing baseline, and of three things at most", async () => {
  const facts = { paddedShare: 0.68, crop: [129, 100], usesUnlabeled: true } as const;
  const findings = explainRun(await realRun("flat", { ...facts, hasWeights: false }));
  assert.deepEqual(kinds(findings), ["flat-loss", "padding", "no-baseline"]);
  assert.match(findings[0]!.advice, /--weights imagenet/);
  assert.match(findings[1]!.text, /^68 % of a crop of 100 × 129 is padding/);
  assert.match(explainRun(await realRun("flat", facts))[0]!.advice, /learning rate/);
  const withBaseline = explainRun(await realRun("flat", { ...facts, hasBaseline: true }));
  assert.deepEqual(kinds(withBaseline), ["flat-loss", "padding"]);
  const much = explainRun(await realRun("short", facts));
  assert.deepEqual(kinds(much), ["lost-classes", "still-rising", "padding"]);
});

Deno.test("explainRun() is silent where no measure tells of a limit, and never breaks on rows that lack", async () => {
  const run = await realRun("overfit");
  const good = { ...run.evaluation, summary: { ...run.evaluation.summary, accuracy: 0.9, miou: 0.9 } };
  assert.deepEqual(explainRun({ ...run, evaluation: good }), []);
  assert.deepEqual(explainRun({ ...run, metrics: [] }), []);
  fc.assert(fc.property(fc.subarray([...run.metrics], { maxLength: 30 }), (metrics) => {
    assert.ok(explainRun({ ...run, metrics }).length <= 3);
  }));
});
