/** What a reader of a comparison must not conclude from it. */
import { valLacksText } from "../../data/val_lacks.ts";
import { FEW_VAL } from "../explain_run.ts";
import { countText, differenceText, pointsText } from "../number_text.ts";
import type { ComparisonRecord } from "./comparison_record.ts";
import { allLabels, miouBySeed, type TrialGroup } from "./compare_trials.ts";
import { intervalText } from "./comparison_text.ts";
import { type Estimate, estimate, isSure, pairedDifferences } from "./paired_statistics.ts";

/** Sentences on runs that are too short, on differences that photos or seeds may explain, on classes that
 * val lacks, and on runs that are missing. */
export function doubts(record: ComparisonRecord, groups: readonly TrialGroup[]): string[] {
  const { seeds, missing } = record;
  const failed = missing.filter(({ error }) => error !== undefined).length;
  const open = missing.length - failed;
  return [
    ...lengthDoubts(record),
    ...valDoubts(record),
    ...(seeds.length === 1
      ? ["One seed: how far seeds spread is not known, and another can turn every order."]
      : []),
    ...gapDoubts(record, groups),
    ...record.labels.flatMap(({ count }) =>
      labelDoubts(record, groups.filter(({ labels }) => labels === count))
    ),
    ...lackedDoubts(record),
    ...(failed > 0 ? [`${countOfRuns(failed)} failed and ${are(failed)} left out.`] : []),
    ...(open > 0 ? [`${countOfRuns(open)} ${are(open)} not finished and left out.`] : []),
  ];
}

/** An IoU that is shown as 0.0 %. */
const isZero = (iou: number) => iou < 0.0005;

/** Where no run has found most of the classes, recipes do not differ yet. */
function lengthDoubts({ dataset, trials, iterations }: ComparisonRecord): string[] {
  const ofClasses = dataset.classes.map((_, k) => trials.flatMap(({ perClass }) => perClass[k] ?? []));
  const there = ofClasses.filter((ious) => ious.length > 0);
  const lost = there.filter((ious) => ious.every(isZero)).length;
  if (lost <= there.length / 2) return [];
  return [
    `${lost} of ${there.length} classes are at 0 in all runs: ${
      countText(iterations)
    } iterations are too short to ` +
    "compare recipes by, more of them in another --out may tell.",
  ];
}

function valDoubts({ dataset: { counts: { val = 0 } } }: ComparisonRecord): string[] {
  if (val >= FEW_VAL) return [];
  return [
    `Only ${val} ${
      val === 1 ? "photo is" : "photos are"
    } there to evaluate on: with others every difference ` +
    "can be another by points.",
  ];
}

/** Classes that val lacks: where a run did not predict one either, it has no IoU. */
function lackedDoubts({ dataset: { classes }, trials }: ComparisonRecord): string[] {
  const iousOf = (k: number) => trials.map(({ perClass }) => perClass[k] ?? null);
  const isLacked = (k: number) => iousOf(k).includes(null);
  const lacked = classes.flatMap((name, k) => isLacked(k) ? [{ name, k }] : []);
  if (trials.length === 0 || lacked.length === 0) return [];
  const text = valLacksText({
    lacking: lacked.map(({ name }) => name),
    classes: classes.length,
    predicted: [],
  });
  const counting = trials.filter(({ perClass }) => lacked.some(({ k }) => perClass[k] === 0)).length;
  const more = counting === 0
    ? ""
    : ` In ${countOfRuns(counting)} some of these are predicted and count as 0.`;
  return [`${text.replace(/^v/, "V")}.${more}`];
}

const countOfRuns = (count: number) => `${count} ${count === 1 ? "run" : "runs"}`;
const are = (count: number) => count === 1 ? "is" : "are";

/** Where the baseline gains nothing by all labels, a share of that gain means nothing. */
function gapDoubts({ variants, ...record }: ComparisonRecord, groups: readonly TrialGroup[]): string[] {
  const most = allLabels(record);
  const baselines = groups.filter(({ variant }) => variant === variants[0]!.label);
  const all = baselines.find(({ labels }) => labels === most);
  if (all === undefined) return [];
  return baselines.filter((few) => few !== all).flatMap((few) => {
    const gap = estimate(pairedDifferences(miouBySeed(all.trials), miouBySeed(few.trials)));
    if (gap === undefined || (gap.mean > 0 && (gap.deviation === undefined || isSure(gap)))) return [];
    return [`${gainText(gap, all, few)}; more iterations may tell them apart.`];
  });
}

/** What a baseline gains by all labels where that is nothing, or may be nothing, and what follows for a share of it. */
function gainText(gap: Estimate, all: TrialGroup, few: TrialGroup): string {
  const labels = `With ${all.variant} all ${all.labels} labels are`;
  const size = pointsText(Math.abs(gap.mean));
  if (Number(size) === 0) return `${labels} no better than ${few.labels}: ${NO_SHARE}`;
  const points = `${size} points`;
  if (gap.mean < 0) return `${labels} ${points} worse than ${few.labels}: ${NO_SHARE}`;
  return `${labels} only ${points} better than ${few.labels}, and by other seeds perhaps not at all (95 % interval ${
    intervalText(gap)
  }): a share of so small a difference ("gap closed") means nothing`;
}

const NO_SHARE = 'there is no difference to have a share of ("gap closed")';

/** Recipes whose difference may be chance: seeds spread more than it, or the interval has 0 inside. */
function labelDoubts({ variants }: ComparisonRecord, same: readonly TrialGroup[]): string[] {
  const baseline = same.find(({ variant }) => variant === variants[0]!.label);
  const unsure = same.filter(({ difference }) => difference?.deviation !== undefined && !isSure(difference));
  const spreadOf = ({ miou }: TrialGroup) => Math.max(miou.deviation ?? 0, baseline?.miou.deviation ?? 0);
  const isLost = (group: TrialGroup) => spreadOf(group) > Math.abs(group.difference!.mean);
  const [lost, near] = [unsure.filter(isLost), unsure.filter((group) => !isLost(group))];
  const text = (groups: readonly TrialGroup[], why: string) =>
    groups.length === 0 ? [] : [`${differencesText(groups, baseline!)}: ${why}`];
  return [
    ...text(
      lost,
      `seeds of one recipe spread more, by up to ${pointsText(Math.max(...lost.map(spreadOf)))} points.`,
    ),
    ...text(near, "the 95 % interval has 0 inside, more seeds may tell."),
  ];
}

/** `With 20 labels guidedmix (+0.5) cannot be told from supervised`. */
function differencesText(groups: readonly TrialGroup[], baseline: TrialGroup): string {
  const names = groups.map(({ variant, difference }) => `${variant} (${differenceText(difference!.mean)})`);
  return `With ${baseline.labels} labels ${names.join(", ")} cannot be told from ${baseline.variant}`;
}
