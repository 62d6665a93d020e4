/** What a reader of a comparison must not conclude from it. */
import { differenceText, pointsText } from "../number_text.ts";
import type { ComparisonRecord } from "./comparison_record.ts";
import { allLabels, miouBySeed, type TrialGroup } from "./compare_trials.ts";
import { intervalText } from "./comparison_text.ts";
import { estimate, isSure, pairedDifferences } from "./paired_statistics.ts";

/** Sentences on differences that seeds may explain, and on runs that are missing. */
export function doubts(record: ComparisonRecord, groups: readonly TrialGroup[]): string[] {
  const { seeds, missing } = record;
  const failed = missing.filter(({ error }) => error !== undefined).length;
  const open = missing.length - failed;
  return [
    ...(seeds.length === 1
      ? ["One seed: how far seeds spread is not known, and another can turn every order."]
      : []),
    ...gapDoubts(record, groups),
    ...record.labels.flatMap(({ count }) =>
      labelDoubts(record, groups.filter(({ labels }) => labels === count))
    ),
    ...(failed > 0 ? [`${countOfRuns(failed)} failed and ${are(failed)} left out.`] : []),
    ...(open > 0 ? [`${countOfRuns(open)} ${are(open)} not finished and left out.`] : []),
  ];
}

const countOfRuns = (count: number) => `${count} ${count === 1 ? "run" : "runs"}`;
const are = (count: number) => count === 1 ? "is" : "are";

/** Where the baseline gains nothing by all labels, a share of that gain says nothing. */
function gapDoubts({ variants, ...record }: ComparisonRecord, groups: readonly TrialGroup[]): string[] {
  const most = allLabels(record);
  const baselines = groups.filter(({ variant }) => variant === variants[0]!.label);
  const all = baselines.find(({ labels }) => labels === most);
  if (all === undefined) return [];
  return baselines.filter((few) => few !== all).flatMap((few) => {
    const gap = estimate(pairedDifferences(miouBySeed(all.trials), miouBySeed(few.trials)));
    if (gap === undefined || (gap.mean > 0 && (gap.deviation === undefined || isSure(gap)))) return [];
    const interval = gap.interval === undefined ? "" : ` (95 % interval ${intervalText(gap)})`;
    return [
      `All ${all.labels} labels are no clear gain over ${few.labels} for ${all.variant}, ${
        differenceText(gap.mean)
      } points${interval}: ` +
      "a share of that gap says little; more iterations may open it.",
    ];
  });
}

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
