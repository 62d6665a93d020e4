/** What limits a run, by its own measures, and what to try. */
import { firstAndMore } from "../core/first_and_more.ts";
import type { ClassResult } from "../eval/confusion.ts";
import { classesLacked, namesText, valLacksText } from "../data/val_lacks.ts";
import { type CurvePoint, lossCurve, miouCurve } from "./curves.ts";
import { countText, numberText, percentText, pointsText } from "./number_text.ts";
import type { EvaluationRecord, Finding, MetricRow } from "./run_record.ts";

/** What a run is explained by. */
export interface ExplainedRun {
  /** Rows of `metrics.jsonl`. */
  readonly metrics: readonly MetricRow[];
  /** The evaluation at the end. */
  readonly evaluation: EvaluationRecord;
  /** Labeled photos that it trained on. */
  readonly labeled: number;
  /** How often each of them was taken into a batch, on average; missing where it is not known. */
  readonly timesSeen?: number;
  /** Photos of val, all of which the evaluation at the end took. */
  readonly val: number;
  /** Share of each class in the labeled pixels, in the order of the classes; missing where they were not counted. */
  readonly classShares?: readonly number[];
  /** Mean share of a crop that is padding, from 0 to 1. */
  readonly paddedShare: number;
  /** Height and width of a crop. */
  readonly crop: readonly [height: number, width: number];
  /** Whether its recipe reads unlabeled images. */
  readonly usesUnlabeled: boolean;
  /** Whether a supervised run of the same data stands beside it. */
  readonly hasBaseline: boolean;
  /** Whether it began with weights, and not at random. */
  readonly hasWeights: boolean;
}

/** At most so many are told: the rest is noise to somebody who asks what to do next. */
const MOST_FINDINGS = 3;

/** A rise of the mIoU in the last third that is more than the wobble of evaluations: one point. */
const RISE = 0.01;

/** Seen less often than this, labeled photos are not learned yet: a handful. */
const FEW_TIMES = 5;

/** The labeled loss falls steeply where its mean over the last third is below this share of the third before. */
const STEEP_SHARE = 0.8;

/** The labeled loss stands still where its mean over the last third is within this share of the third before. */
const FLAT_SHARE = 0.03;

/** Where the loss says that labeled pixels are right with a probability above the val accuracy by this much. */
const LEARNED_GAP = 0.15;

/** Padding that costs more than it can bring. */
const MUCH_PADDING = 0.4;

/** Below so many photos of val one of them moves the mIoU by points. */
export const FEW_VAL = 20;

/** Classes that a text names. */
const NAMED = 3;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sharesText(results: readonly ClassResult[], shareOf: (result: ClassResult) => string): string {
  return firstAndMore(results, NAMED, (result) => `"${result.name}" (${shareOf(result)})`);
}

/** Classes that no photo of val shows, as a sentence or two; empty where val shows all. */
function lackedText({ evaluation: { summary: { perClass } }, classShares }: ExplainedRun): string {
  const lacked = classesLacked(perClass);
  if (lacked === undefined) return "";
  const text = valLacksText(lacked);
  const unlabeled = perClass.filter(({ pixels }, k) => pixels === 0 && classShares?.[k] === 0)
    .map(({ name }) => name);
  const either = unlabeled.length === 0 ? "" : ` No labeled photo shows ${namesText(unlabeled)} either.`;
  return `${text.replace(/^v/, "V")}.${either}`;
}

/** What makes the mIoU unsure: few photos to evaluate on, or photos that lack classes. */
function poorVal(run: ExplainedRun): Finding | undefined {
  const { val } = run;
  const lacked = lackedText(run);
  if (val < FEW_VAL) {
    return {
      kind: "few-val",
      text: `Only ${val} ${val === 1 ? "photo is" : "photos are"} there to evaluate on: ` +
        `with other photos the mIoU would be another by many points.${lacked && ` ${lacked}`}`,
      advice: `Take small differences for chance; ${FEW_VAL} photos or more with masks in val tell better.`,
    };
  }
  if (lacked === "") return undefined;
  return {
    kind: "val-lacks",
    text: lacked,
    advice: "Compare it with runs on the same val alone; photos in val that show all classes tell more.",
  };
}

/** Classes that val has and that were never right. */
function lostClasses({ evaluation, classShares, labeled, val }: ExplainedRun): Finding | undefined {
  const { perClass } = evaluation.summary;
  const lost = perClass.filter(({ iou, pixels }) => iou === 0 && pixels > 0);
  if (lost.length === 0) return undefined;
  const shareOf = (result: ClassResult) => {
    const share = classShares?.[perClass.indexOf(result)];
    if (share === undefined) return "pixels not counted";
    return share === 0 ? "no labeled pixel" : `${percentText(share)} of the labeled pixels`;
  };
  return {
    kind: "lost-classes",
    text: `${lost.length === 1 ? "A class is" : `${lost.length} classes are`} never found: ${
      sharesText(lost, shareOf)
    }. Each counts as 0 in the mean.`,
    advice: `Label photos that show ${
      lost.length === 1 ? "it" : "them"
    } (${labeled} are labeled for training, ${val} for val), or weight rare classes more: --set recipe.classWeights=median.`,
  };
}

/** The mIoU at the end against the best of the first two thirds; only where the last evaluation is the best of all. */
function stillRising({ metrics, evaluation: { iteration } }: ExplainedRun): Finding | undefined {
  const curve = miouCurve(metrics);
  const best = highest(curve.filter(([at]) => at <= iteration * 2 / 3));
  const last = curve.at(-1);
  if (best === undefined || last === undefined || last !== highest(curve) || last[1] - best[1] < RISE) {
    return undefined;
  }
  return {
    kind: "still-rising",
    text: `mIoU still rose by ${pointsText(last[1] - best[1])} points after iteration ${
      countText(best[0])
    } of ${
      countText(iteration)
    }, the best of the first two thirds: the run was too short to show what it can.`,
    advice: goOnText(2 * iteration),
  };
}

function goOnText(iterations: number): string {
  return `Go on with it: the same --out with --resume --iterations ${iterations}.`;
}

/** Too few iterations for the labeled photos. */
function seenLittle({ timesSeen, labeled, evaluation: { iteration } }: ExplainedRun): Finding | undefined {
  if (timesSeen === undefined || timesSeen >= FEW_TIMES) return undefined;
  const photos = labeled === 1 ? "The labeled photo" : `Each of the ${countText(labeled)} labeled photos`;
  return {
    kind: "seen-little",
    text: `${photos} was seen ${numberText(Number(timesSeen.toPrecision(2)))} times on average in ${
      countText(iteration)
    } iterations: the run was too short to learn from ${labeled === 1 ? "it" : "them"}.`,
    advice: goOnText(Math.max(2 * iteration, Math.round(iteration * FEW_TIMES / timesSeen))),
  };
}

/** A labeled loss that still falls, where val does not say that its photos are learned or that the best is over. */
function stillFalling(run: ExplainedRun): Finding | undefined {
  const thirds = lossThirds(run.metrics);
  if (thirds === undefined || thirds[1] >= STEEP_SHARE * thirds[0]) return undefined;
  if (learnedByHeart(run) !== undefined || fellSince(run) !== undefined) return undefined;
  return {
    kind: "still-falling",
    text: `The loss on labeled photos still falls steeply, ${thirds[0].toFixed(2)} in the second third and ${
      thirds[1].toFixed(2)
    } in the last: the run was too short to show what it can.`,
    advice: goOnText(2 * run.evaluation.iteration),
  };
}

/** The clearest sign that a run was too short: its advice is the same for all of them. */
function tooShort(run: ExplainedRun): Finding | undefined {
  return seenLittle(run) ?? stillRising(run) ?? stillFalling(run);
}

/** The highest point, of equal ones the first; `undefined` for none. */
function highest(curve: readonly CurvePoint[]): CurvePoint | undefined {
  return curve.reduce<CurvePoint | undefined>(
    (best, point) => best && best[1] >= point[1] ? best : point,
    undefined,
  );
}

/** mIoU lost since the best evaluation. */
function fellSince({ metrics, evaluation: { iteration, summary } }: ExplainedRun): Finding | undefined {
  const best = miouCurve(metrics).reduce((a, b) => b[1] > a[1] ? b : a, [iteration, summary.miou] as const);
  const fall = best[1] - summary.miou;
  if (best[0] >= iteration || fall < 2 * RISE) return undefined;
  return {
    kind: "fell",
    text: `mIoU was best at iteration ${countText(best[0])} and is ${
      pointsText(fall)
    } points lower at the end.`,
    advice: "Take that checkpoint (--use best), or a lower learning rate: --set optimizer.learningRate=….",
  };
}

/** Means of the labeled loss over the second and the last third of a run. */
function lossThirds(metrics: readonly MetricRow[]): [number, number] | undefined {
  const curve = lossCurve(metrics, "ce");
  if (curve.length < 6) return undefined;
  const end = curve.at(-1)![0];
  const between = (from: number, to: number) =>
    curve.filter(([iteration]) => iteration > from * end && iteration <= to * end).map(([, loss]) => loss);
  const [second, last] = [between(1 / 3, 2 / 3), between(2 / 3, 1)];
  return second.length === 0 || last.length === 0 ? undefined : [mean(second), mean(last)];
}

function learnedByHeart(run: ExplainedRun): Finding | undefined {
  const thirds = lossThirds(run.metrics);
  if (thirds === undefined) return undefined;
  const sure = Math.exp(-thirds[1]); // the geometric mean of the probability of the right class
  const { accuracy } = run.evaluation.summary;
  if (sure - accuracy < LEARNED_GAP) return undefined;
  return {
    kind: "labels-learned",
    text: `The ${run.labeled} labeled photos are learned (right with a probability of ${
      percentText(sure)
    } at a loss of ${thirds[1].toFixed(2)}), pixels of val are right in ${percentText(accuracy)}.`,
    advice: "More labels bring most: deno task suggest tells which photos.",
  };
}

function flatLoss(run: ExplainedRun): Finding | undefined {
  const thirds = lossThirds(run.metrics);
  if (thirds === undefined || Math.abs(thirds[1] - thirds[0]) > FLAT_SHARE * thirds[0]) return undefined;
  return {
    kind: "flat-loss",
    text: `The loss on labeled photos stands still: ${thirds[0].toFixed(2)} in the second third, ${
      thirds[1].toFixed(2)
    } in the last.`,
    advice: run.hasWeights
      ? "More iterations bring little; try another learning rate: --set optimizer.learningRate=…."
      : "It began at random: begin with weights, --weights imagenet or a run.",
  };
}

function muchPadding({ paddedShare, crop: [height, width] }: ExplainedRun): Finding | undefined {
  if (paddedShare <= MUCH_PADDING) return undefined;
  return {
    kind: "padding",
    text: `${percentText(paddedShare, 0)} of a crop of ${width} × ${height} is padding.`,
    advice: "A crop that the photos fill is faster: --set data.crop=[height,width].",
  };
}

function missingBaseline({ usesUnlabeled, hasBaseline }: ExplainedRun): Finding | undefined {
  if (!usesUnlabeled || hasBaseline) return undefined;
  return {
    kind: "no-baseline",
    text: "No supervised run stands beside it, so nothing tells what the unlabeled photos bring.",
    advice:
      "The same call with --recipe supervised and another --out; deno task eval --run A --run B compares them.",
  };
}

/** What makes the other measures unsure, then from what costs most to what is merely unknown. */
const RULES = [
  poorVal,
  lostClasses,
  tooShort,
  fellSince,
  learnedByHeart,
  flatLoss,
  muchPadding,
  missingBaseline,
];

/**
 * What limits a finished run and what to try, from its measures: few photos to evaluate on or
 * classes that these lack, classes that are never found, too few iterations for the labeled photos, an mIoU that still rises or
 * has fallen, labeled photos that are learned by heart, a loss that stands still, padding, a baseline that lacks.
 * @returns At most three, the weightiest first; empty where no measure tells of a limit
 */
export function explainRun(run: ExplainedRun): Finding[] {
  return RULES.map((rule) => rule(run)).filter((finding) => finding !== undefined).slice(0, MOST_FINDINGS);
}
