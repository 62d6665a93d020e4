import assert from "node:assert/strict";
import { compareTrials } from "../../../src/report/comparison/compare_trials.ts";
import {
  comparisonCsv,
  comparisonJson,
  comparisonText,
} from "../../../src/report/comparison/comparison_text.ts";
import { doubts } from "../../../src/report/comparison/doubts.ts";
import { trial, twoSeeds } from "./records.ts";

const close = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs(actual! - expected) < 1e-12, `${actual}, expected ${expected}`);

Deno.test("compareTrials() groups by labels, then recipe, and pairs seeds", () => {
  const groups = compareTrials(twoSeeds());
  assert.deepEqual(groups.map(({ variant, labels }) => `${variant} ${labels}`), [
    "supervised 20",
    "guidedmix 20",
    "supervised 100",
  ]);
  const [baseline, mixed, all] = groups;
  assert.deepEqual(mixed!.trials.map(({ seed }) => seed), [0, 1]);
  close(mixed!.miou.mean, 0.48);
  // 5 and 7 points more
  close(mixed!.difference!.mean, 0.06);
  close(mixed!.difference!.deviation, Math.sqrt(2) / 100);
  // of gaps of 20 and 18 points
  close(mixed!.gapShare!.mean, 6 / 19);
  for (const group of [baseline, all]) assert.equal(group!.difference ?? group!.gapShare, undefined);
  assert.deepEqual([mixed!.perClass[1], mixed!.secondsPerIteration, mixed!.trainingSeconds], [
    undefined,
    0.5,
    50,
  ]);
});

Deno.test("compareTrials() gives no share of a gap where the baseline is not supervised or not trained with all labels", () => {
  const record = twoSeeds();
  const others = { ...record, variants: record.variants.map((one) => ({ ...one, recipe: "paper" })) };
  assert.ok(compareTrials(others).every(({ gapShare }) => gapShare === undefined));
  const few = { ...record, labels: record.labels.slice(0, 1) };
  assert.ok(compareTrials(few).every(({ gapShare }) => gapShare === undefined));
});

/** What is said of `twoSeeds`, whose second class no run has an IoU of. */
const LACKED = 'Val shows no "a "road", wet": mIoU is the mean of the other class.';

Deno.test("doubts() tells of classes that val lacks, and in how many runs they count", () => {
  const record = twoSeeds();
  assert.ok(doubts(record, compareTrials(record)).includes(LACKED));
  const trials = record.trials.map((one, i) => i < 2 ? { ...one, perClass: [one.miou, 0] } : one);
  const some = doubts({ ...record, trials }, compareTrials({ ...record, trials }));
  assert.ok(some.includes(`${LACKED} In 2 runs some of these are predicted and count as 0.`), some.join());
  const whole = record.trials.map((one) => ({ ...one, perClass: [one.miou, 0] }));
  assert.doesNotMatch(doubts({ ...record, trials: whole }, compareTrials(record)).join(), /Val shows no/);
});

Deno.test("doubts() tells where seeds spread more than recipes differ", () => {
  const record = twoSeeds();
  // 5 and 7 points: t(1) = 12.7 makes the interval ± 12.7 points, but seeds spread by 4.2 points only
  assert.deepEqual(doubts(record, compareTrials(record)), [
    "With 20 labels guidedmix (+6.0) cannot be told from supervised: the 95 % interval has 0 inside, more seeds may tell.",
    LACKED,
  ]);
  const near = twoSeeds({
    trials: record.trials.map((one) => one.variant === "guidedmix" ? { ...one, miou: 0.425 } : one),
  });
  assert.deepEqual(doubts(near, compareTrials(near)), [
    "With 20 labels guidedmix (+0.5) cannot be told from supervised: seeds of one recipe spread more, by up to 2.8 points.",
    LACKED,
  ]);
});

Deno.test("doubts() tells where all labels are no clear gain", () => {
  const record = twoSeeds();
  // 40 and 44 points with 20 labels, 46 and 45 with all: gaps of 6 and 1, 3.5 ± 3.54, by t(1) = 12.7 within ± 31.8
  const firstWith = (all: readonly [number, number]) => {
    const trials = record.trials.map((one) => one.labels === 100 ? { ...one, miou: all[one.seed]! } : one);
    return doubts({ ...record, trials }, compareTrials({ ...record, trials }))[0];
  };
  assert.equal(
    firstWith([0.46, 0.45]),
    "With supervised all 100 labels are only 3.5 points better than 20, and by other seeds perhaps not at all (95 % interval " +
      '−28.3 to +35.3): a share of so small a difference ("gap closed") means nothing; more iterations may tell them apart.',
  );
  const none =
    'there is no difference to have a share of ("gap closed"); more iterations may tell them apart.';
  assert.equal(firstWith([0.4, 0.44]), `With supervised all 100 labels are no better than 20: ${none}`);
  assert.equal(
    firstWith([0.39, 0.43]),
    `With supervised all 100 labels are 1.0 points worse than 20: ${none}`,
  );
});

Deno.test("doubts() is silent where the interval leaves out 0", () => {
  const trials = [0, 1, 2].flatMap((seed) => [
    trial("supervised", 20, seed, 0.4 + seed / 100),
    trial("guidedmix", 20, seed, 0.5 + seed / 100 + (seed === 1 ? 0.001 : 0)),
  ]);
  const record = twoSeeds({ trials, seeds: [0, 1, 2] });
  assert.deepEqual(doubts(record, compareTrials(record)), [LACKED]);
});

Deno.test("doubts() tells that runs are too short where most classes are at 0 in all of them", () => {
  const withClasses = (...ious: readonly (number | null)[]) => {
    const record = twoSeeds();
    const classes = ious.map((_, k) => `class ${k}`);
    const trials = record.trials.map((one, i) => ({
      ...one,
      perClass: i === 0 ? ious : ious.map((iou) => iou && 0),
    }));
    return { ...record, dataset: { ...record.dataset, classes }, trials };
  };
  const short = withClasses(0.4, 0.0001, 0, null);
  assert.equal(
    doubts(short, compareTrials(short))[0],
    "2 of 3 classes are at 0 in all runs: 100 iterations are too short to compare recipes by, more of them in another " +
      "--out may tell.",
  );
  const long = withClasses(0.4, 0.1, 0, null);
  assert.doesNotMatch(doubts(long, compareTrials(long)).join(), /too short/);
});

Deno.test("doubts() tells of few photos to evaluate on, with their count", () => {
  const record = twoSeeds();
  const few = { ...record, dataset: { ...record.dataset, counts: { val: 2 } } };
  assert.match(doubts(few, compareTrials(few))[0]!, /^Only 2 photos are there to evaluate on/);
});

Deno.test("doubts() tells of one seed, of failed and of unfinished runs", () => {
  const [gone] = twoSeeds().trials;
  const missing = [{ ...gone!, error: "Cannot read it" }, { ...gone! }, { ...gone! }];
  const record = twoSeeds({ seeds: [0], trials: [], missing });
  const [one, failed, open] = doubts(record, []);
  assert.match(one!, /^One seed: /);
  assert.equal(failed, "1 run failed and is left out.");
  assert.equal(open, "2 runs are not finished and left out.");
});

Deno.test("comparisonText() aligns a row a group and leaves out columns without a value", () => {
  const record = twoSeeds();
  const lines = comparisonText(record, compareTrials(record)).replaceAll("\u00a0", " ").split("\n");
  assert.deepEqual(lines, [
    "labels   recipe      runs      mIoU %  difference           95 %  gap closed %  an iteration   memory",
    "───────  ──────────  ────  ──────────  ──────────  ─────────────  ────────────  ────────────  ───────",
    "20       supervised     2  42.0 ± 2.8                                                  0.5 s  1.0 GiB",
    "20       guidedmix      2  48.0 ± 4.2        +6.0  −6.7 to +18.7       32 ± 10         0.5 s  1.0 GiB",
    "all 100  supervised     2  61.0 ± 1.4                                                  0.5 s  1.0 GiB",
  ]);
  const alone = { ...record, trials: record.trials.filter(({ variant }) => variant === "supervised") };
  assert.doesNotMatch(comparisonText(alone, compareTrials(alone)), /difference|gap/);
});

Deno.test("comparisonCsv() has a row a run and quotes what needs it", () => {
  const [head, first, ...rest] = comparisonCsv(twoSeeds()).split("\r\n");
  assert.equal(
    head,
    "recipe,labels,seed,iteration,miou,accuracy,secondsPerIteration,trainingSeconds,memoryBytes,folder,iou sky," +
      '"iou a ""road"", wet"',
  );
  assert.equal(first, "guidedmix,20,1,100,0.51,0.75,0.5,50,1073741824,runs/guidedmix-20-seed1,0.51,");
  assert.equal(rest.length, 6);
});

Deno.test("comparisonJson() holds runs, groups by class name and doubts, and no pictures", () => {
  const record = twoSeeds();
  const groups = compareTrials(record);
  const read = JSON.parse(comparisonJson(record, groups, ["careful"])) as Record<string, unknown>;
  assert.equal((read.trials as unknown[]).length, 6);
  assert.deepEqual(read.doubts, ["careful"]);
  assert.equal("pictures" in read, false);
  const [, mixed] = read.groups as { perClass: Record<string, { mean: number } | null>; seeds: number[] }[];
  assert.deepEqual(mixed!.seeds, [0, 1]);
  close(mixed!.perClass["sky"]!.mean, 0.48);
  assert.equal(mixed!.perClass['a "road", wet'], null);
});
