/** Finished runs put together: one group for each recipe and number of labels. */
import { type MeasureSpread, measureSpread } from "../comparison_table.ts";
import { median } from "../number_text.ts";
import type { ComparisonRecord, TrialRecord } from "./comparison_record.ts";
import {
  type Estimate,
  estimate,
  gapShare,
  pairedDifferences,
  type SeedValues,
} from "./paired_statistics.ts";

/** Runs that differ in their seed alone. Shares are from 0 to 1. */
export interface TrialGroup {
  /** The variant's label. */
  readonly variant: string;
  /** Labeled images. */
  readonly labels: number;
  /** In the order of the seeds. */
  readonly trials: readonly TrialRecord[];
  /** mIoU after the last iteration. */
  readonly miou: MeasureSpread;
  /** Share of right pixels. */
  readonly accuracy: MeasureSpread;
  /** IoU of each class; `undefined` where no run has one. */
  readonly perClass: readonly (MeasureSpread | undefined)[];
  /** Paired difference of mIoU to the baseline with as many labels; missing for the baseline itself. */
  readonly difference?: Estimate;
  /** Share of the label gap; only where the baseline is supervised and was trained with all labels too. */
  readonly gapShare?: Estimate;
  /** Seconds of an iteration, median over runs. */
  readonly secondsPerIteration?: number;
  /** Seconds in training steps, mean over runs. */
  readonly trainingSeconds?: number;
  /** Most memory of a run, in bytes. */
  readonly memoryBytes?: number;
}

/** The groups that have runs, by number of labels, then in the order of the variants. */
export function compareTrials(record: ComparisonRecord): TrialGroup[] {
  return record.labels.flatMap(({ count }) =>
    record.variants.flatMap(({ label }) => {
      const trials = trialsOf(record, label, count);
      return trials.length === 0 ? [] : [groupOf(record, trials)];
    })
  );
}

function trialsOf({ trials, seeds }: ComparisonRecord, variant: string, labels: number): TrialRecord[] {
  return trials.filter((trial) => trial.variant === variant && trial.labels === labels)
    .sort((a, b) => seeds.indexOf(a.seed) - seeds.indexOf(b.seed));
}

/** mIoU by seed. */
export function miouBySeed(trials: readonly TrialRecord[]): SeedValues {
  return new Map(trials.map(({ seed, miou }) => [seed, miou]));
}

function groupOf(record: ComparisonRecord, trials: readonly TrialRecord[]): TrialGroup {
  const { variant, labels } = trials[0]!;
  const numbers = (pick: (trial: TrialRecord) => number | null) =>
    trials.map(pick).filter((value) => value !== null);
  const memory = numbers((trial) => trial.memoryBytes);
  return {
    variant,
    labels,
    trials,
    miou: measureSpread(trials.map((trial) => trial.miou))!,
    accuracy: measureSpread(trials.map((trial) => trial.accuracy))!,
    perClass: record.dataset.classes.map((_, k) =>
      measureSpread(numbers((trial) => trial.perClass[k] ?? null))
    ),
    ...againstBaseline(record, trials),
    secondsPerIteration: median(numbers((trial) => trial.secondsPerIteration)),
    trainingSeconds: measureSpread(numbers((trial) => trial.trainingSeconds))?.mean,
    memoryBytes: memory.length === 0 ? undefined : Math.max(...memory),
  };
}

function againstBaseline(
  record: ComparisonRecord,
  trials: readonly TrialRecord[],
): Pick<TrialGroup, "difference" | "gapShare"> {
  const [first] = record.variants;
  const { variant, labels } = trials[0]!;
  if (first === undefined || variant === first.label) return {};
  const baseline = miouBySeed(trialsOf(record, first.label, labels));
  const difference = estimate(pairedDifferences(miouBySeed(trials), baseline));
  const most = allLabels(record);
  if (first.recipe !== "supervised" || most === undefined || labels === most) return { difference };
  const all = miouBySeed(trialsOf(record, first.label, most));
  return { difference, gapShare: gapShare({ recipe: miouBySeed(trials), baseline, all }) };
}

/** The count of `all`; `undefined` where it was not asked for. */
export function allLabels({ labels }: Pick<ComparisonRecord, "labels">): number | undefined {
  return labels.find(({ text }) => text === "all")?.count;
}
