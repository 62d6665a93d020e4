/** What the runs of a comparison brought, out of their folders. */
import { relative } from "node:path";
import { median } from "../../report/number_text.ts";
import { readMetrics } from "../../report/metrics_file.ts";
import type { MetricRow, TrainRow } from "../../report/run_record.ts";
import type { MissingTrial, TrialRecord } from "../../report/comparison/comparison_record.ts";
import { readText, RunFolder } from "../../run/run_folder.ts";
import { wholeEvaluation } from "../../run/stored_evaluation.ts";
import type { Trial } from "./trials.ts";

/** Who a record is of. */
export function trialKey({ variant, labels, seed, folder }: Trial, out: string): MissingTrial {
  return { variant: variant.label, labels: labels.count, seed, folder: relative(out, folder) };
}

/**
 * The record of a run; `undefined` where it is not finished with so many iterations.
 * @param out Folder of the comparison
 */
export async function readTrial(
  trial: Trial,
  iterations: number,
  out: string,
): Promise<TrialRecord | undefined> {
  const folder = new RunFolder(trial.folder);
  if (!await folder.hasRun()) return undefined;
  const evaluation = await wholeEvaluation(folder);
  if (evaluation?.iteration !== iterations) return undefined;
  const { iteration, summary: { miou, accuracy, perClass } } = evaluation;
  const text = await readText(folder.file("metrics.jsonl")) ?? "";
  return {
    ...trialKey(trial, out),
    iteration,
    miou,
    accuracy,
    perClass: perClass.map(({ iou }) => iou ?? null),
    ...costsOf(readMetrics(text, () => {})),
  };
}

/** What the log says of time and memory. */
export function costsOf(
  rows: readonly MetricRow[],
): Pick<TrialRecord, "secondsPerIteration" | "trainingSeconds" | "memoryBytes"> {
  const training = rows.filter((row): row is TrainRow => row.kind === "train");
  const seconds = training.flatMap(({ secondsPerIteration }) => secondsPerIteration ?? []);
  const memory = training.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  const spent = training.map(({ iteration, secondsPerIteration = NaN }, i) =>
    (iteration - (training[i - 1]?.iteration ?? 0)) * secondsPerIteration
  );
  const sum = spent.reduce((a, b) => a + b, 0);
  return {
    secondsPerIteration: median(seconds) ?? null,
    trainingSeconds: spent.length > 0 && Number.isFinite(sum) ? sum : null,
    memoryBytes: memory.length > 0 ? Math.max(...memory) : null,
  };
}
