/** What limits a run that ended, gathered from its folder, its data and its rows. */
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usesUnlabeled } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";
import { countClasses } from "../data/class_weights.ts";
import type { Dataset } from "../data/dataset.ts";
import { explainRun } from "../report/explain_run.ts";
import type { EvaluationRecord, Finding, MetricRow } from "../report/run_record.ts";
import type { Run } from "./run.ts";
import { RunFolder } from "./run_folder.ts";

/** Folders beside a run that are looked into for a supervised one. */
const MOST_NEIGHBOURS = 100;

function isBaseline(other: RunConfig, { data }: RunConfig): boolean {
  return !usesUnlabeled(other.recipe) && other.data.source === data.source &&
    other.data.labeled === data.labeled;
}

async function isBaselineFolder(folder: RunFolder, config: RunConfig): Promise<boolean> {
  try {
    return await folder.hasRun() && isBaseline(await folder.readConfig(), config);
  } catch {
    return false; // another's damaged run tells nothing
  }
}

/** Whether a supervised run of the same labeled photos lies beside a run. */
async function hasNeighbour(path: string, config: RunConfig): Promise<boolean> {
  const beside = dirname(path);
  const names = (await readdir(beside)).slice(0, MOST_NEIGHBOURS);
  for (const name of names) {
    if (await isBaselineFolder(new RunFolder(join(beside, name)), config)) return true;
  }
  return false;
}

/** Shares of the classes in the labeled train pixels, where one was never found or val lacks it; masks are not read for nothing. */
async function sharesOfLost(
  dataset: Dataset,
  { summary }: EvaluationRecord,
): Promise<number[] | undefined> {
  if (summary.perClass.every(({ iou, pixels }) => iou !== 0 && pixels > 0)) return undefined;
  const counts = await countClasses(dataset);
  const all = counts.reduce((sum, { own }) => sum + own, 0);
  return counts.map(({ own }) => own / Math.max(1, all));
}

/** What limits a run: nothing is told of one that was stopped or has no val. */
export async function runFindings(
  run: Run,
  metrics: readonly MetricRow[],
  evaluation: EvaluationRecord | undefined,
): Promise<Finding[]> {
  if (evaluation === undefined) return [];
  const { request: { config, comparison = [] }, dataset, folder, paddedShare } = run;
  const reads = usesUnlabeled(config.recipe);
  return explainRun({
    metrics,
    evaluation,
    labeled: dataset.train.length,
    timesSeen: evaluation.iteration * config.batch.labeled * config.optimizer.accumulate /
      dataset.train.length,
    val: dataset.val.length,
    classShares: await sharesOfLost(dataset, evaluation),
    paddedShare,
    crop: config.data.crop,
    usesUnlabeled: reads,
    hasBaseline: !reads || comparison.length > 0 || await hasNeighbour(folder.path, config),
    hasWeights: config.network.weights !== undefined,
  });
}
