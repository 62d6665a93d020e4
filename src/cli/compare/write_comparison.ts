/** What a comparison leaves in its folder, and prints. */
import { join } from "node:path";
import { VERSION } from "../../core/version.ts";
import { compareTrials, type TrialGroup } from "../../report/comparison/compare_trials.ts";
import { renderComparison } from "../../report/comparison/comparison_page.ts";
import type {
  ComparisonRecord,
  MissingTrial,
  TrialRecord,
} from "../../report/comparison/comparison_record.ts";
import { comparisonCsv, comparisonJson, comparisonText } from "../../report/comparison/comparison_text.ts";
import { doubts } from "../../report/comparison/doubts.ts";
import { writeFileWhole } from "../../train/write_file.ts";
import { comparedPictures } from "./compared_pictures.ts";
import type { ComparisonPlan } from "./comparison_plan.ts";
import type { PreparedComparison } from "./prepare_comparison.ts";
import { readTrial, trialKey } from "./read_trials.ts";
import { sharedSettings, type Trial } from "./trials.ts";

/** What a record is made of. */
export interface ComparisonFacts extends Pick<PreparedComparison, "dataset" | "labels"> {
  /** Folder. */
  readonly out: string;
  /** What the runs were made by. */
  readonly plan: ComparisonPlan;
  /** All runs. */
  readonly trials: readonly Trial[];
  /** What runs failed with, by name. */
  readonly failures: ReadonlyMap<string, string>;
  /** Runs at a time. */
  readonly jobs: number;
  /** The command line. */
  readonly command: string;
}

/** The record of a comparison, out of the folders of its runs. */
export async function comparisonRecord(facts: ComparisonFacts): Promise<ComparisonRecord> {
  const { out, plan, dataset, labels, failures } = facts;
  const finished: Trial[] = [];
  const trials: TrialRecord[] = [];
  const missing: MissingTrial[] = [];
  for (const trial of facts.trials) {
    const record = await readTrial(trial, plan.iterations, out);
    if (record !== undefined) {
      finished.push(trial);
      trials.push(record);
    } else {
      const error = failures.get(trial.name);
      missing.push({ ...trialKey(trial, out), ...(error === undefined ? {} : { error }) });
    }
  }
  return {
    command: facts.command,
    written: new Date().toISOString(),
    version: VERSION,
    iterations: plan.iterations,
    jobs: facts.jobs,
    dataset: {
      name: dataset.name,
      classes: dataset.classes,
      colors: dataset.colors,
      counts: { labeled: dataset.train.length, unlabeled: dataset.unlabeled.length, val: dataset.val.length },
    },
    variants: plan.variants,
    labels: labels.map(({ text, count }) => ({ text, count })),
    seeds: plan.seeds,
    settings: sharedSettings(plan, plan.iterations),
    trials,
    missing,
    pictures: await comparedPictures(finished),
  };
}

/** Writes `comparison.json`, `comparison.csv` and `report.html`. @returns The groups and the doubts, for the terminal */
export async function writeComparison(
  out: string,
  record: ComparisonRecord,
): Promise<{ groups: TrialGroup[]; doubts: string[]; text: string }> {
  const groups = compareTrials(record);
  const found = doubts(record, groups);
  const files = {
    "comparison.json": comparisonJson(record, groups, found),
    "comparison.csv": comparisonCsv(record),
    "report.html": renderComparison(record),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFileWhole(join(out, name), new TextEncoder().encode(text));
  }
  return { groups, doubts: found, text: comparisonText(record, groups) };
}
