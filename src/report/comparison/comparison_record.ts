/** What a comparison leaves behind: plain data, as it stands in `comparison.json`. */
import type { DatasetRecord, PictureRow } from "../run_record.ts";

/** A recipe as it is compared: with its settings, under a short name. */
export interface VariantRecord {
  /** Short name, unique in the comparison. */
  readonly label: string;
  /** The recipe's name. */
  readonly recipe: string;
  /** `key=value` each. */
  readonly settings: readonly string[];
}

/** A part of the train list whose masks are used. */
export interface LabelsRecord {
  /** As it was asked for: `20`, `1/16`, a list's name, `all`. */
  readonly text: string;
  /** Labeled images that it means. */
  readonly count: number;
}

/** A finished run. Shares are from 0 to 1. */
export interface TrialRecord {
  /** The variant's label. */
  readonly variant: string;
  /** Labeled images. */
  readonly labels: number;
  /** Of all draws, the choice of labeled images too. */
  readonly seed: number;
  /** The run's folder, relative to that of the comparison. */
  readonly folder: string;
  /** Iterations done at the evaluation: the last. */
  readonly iteration: number;
  /** Mean IoU on val after the last iteration. */
  readonly miou: number;
  /** Share of right pixels. */
  readonly accuracy: number;
  /** IoU by class, in the order of the dataset; `null` where a class does not occur. */
  readonly perClass: readonly (number | null)[];
  /** Median of the rows of its log, while as many runs as `jobs` went on; `null` where the log is gone. */
  readonly secondsPerIteration: number | null;
  /** Seconds in training steps, without evaluations. */
  readonly trainingSeconds: number | null;
  /** Most memory in a row of its log, in bytes. */
  readonly memoryBytes: number | null;
}

/** A run that failed or was not finished. */
export interface MissingTrial extends Pick<TrialRecord, "variant" | "labels" | "seed" | "folder"> {
  /** What it failed with, in a sentence; missing where it was stopped or not begun. */
  readonly error?: string;
}

/** A comparison. */
export interface ComparisonRecord {
  /** The command line that began it, and those that it was gone on with, one a line. */
  readonly command: string;
  /** End of this call, ISO 8601. */
  readonly written: string;
  /** Version of guidedmix. */
  readonly version: string;
  /** Updates of each run. */
  readonly iterations: number;
  /** Runs at a time in the last call. */
  readonly jobs: number;
  /** What the runs were trained on; `counts` has all images with masks as `labeled`. */
  readonly dataset: DatasetRecord;
  /** The first is the baseline. */
  readonly variants: readonly VariantRecord[];
  /** Ascending by count. */
  readonly labels: readonly LabelsRecord[];
  /** Seeds of each. */
  readonly seeds: readonly number[];
  /** Settings that all runs share. */
  readonly settings: readonly string[];
  /** Finished runs. */
  readonly trials: readonly TrialRecord[];
  /** The others. */
  readonly missing: readonly MissingTrial[];
  /** The same val photos by each recipe; not in `comparison.json`. */
  readonly pictures: readonly PictureRow[];
}
