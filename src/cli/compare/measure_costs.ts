/** Times a few steps of each recipe, for `--budget`. */
import { join } from "node:path";
import { TrainingError } from "../../core/errors.ts";
import { median } from "../../report/number_text.ts";
import { readMetrics } from "../../report/metrics_file.ts";
import { readText } from "../../run/run_folder.ts";
import type { RunCost } from "./budget.ts";
import { readCosts, writeCosts } from "./cost_file.ts";
import type { TrialOptions } from "./run_trials.ts";
import { TrainingProcess } from "./training_process.ts";
import { costKey, trainArguments, type Trial } from "./trials.ts";

/** A run logs every tenth iteration; the first row has the time in which a step is recorded. */
const MEASURED_ITERATIONS = 30;

/** What it takes to time recipes. */
export interface MeasureOptions extends TrialOptions {
  /** Folder of the comparison. */
  readonly out: string;
}

/** What a cost depends on, as text. */
function cacheKey({ variant }: Trial, { plan: { shared, decided }, jobs }: MeasureOptions): string {
  const { budget: _, ...options } = shared;
  return JSON.stringify([costKey(variant), options, decided, jobs]);
}

/**
 * The cost of each run: known from an earlier call, or that of short runs, as many at a time as later, so that they slow each
 * other down as they will then. An evaluation is part of it.
 * @returns In the order of the runs
 * @throws {TrainingError} If a run fails or is stopped
 */
export async function measureCosts(trials: readonly Trial[], options: MeasureOptions): Promise<RunCost[]> {
  const known = await readCosts(options.out);
  const keys = trials.map((trial) => cacheKey(trial, options));
  const unknown = trials.filter((_, i) => !known.has(keys[i]!) && keys.indexOf(keys[i]!) === i);
  if (unknown.length > 0) {
    const measured = await measureAll(unknown, trials.length, options);
    for (const [key, costs] of measured) known.set(key, meanCost(costs));
    await writeCosts(options.out, known);
  }
  return keys.map((key) => known.get(key)!);
}

/** Costs of short runs by what they depend on; recipes are timed again until all places are taken. */
async function measureAll(
  unknown: readonly Trial[],
  runs: number,
  options: MeasureOptions,
): Promise<Map<string, RunCost[]>> {
  const { jobs, output } = options;
  const count = Math.max(unknown.length, Math.min(jobs, runs));
  output.note(
    `budget   ${MEASURED_ITERATIONS} iterations of each recipe are timed in short runs, ${count} of them`,
  );
  const waiting = Array.from(
    { length: count },
    (_, i) => ({ trial: unknown[i % unknown.length]!, place: i }),
  );
  const measured = new Map<string, RunCost[]>();
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const cost = await measure(next.trial, next.place, options);
      const key = cacheKey(next.trial, options);
      measured.set(key, [...measured.get(key) ?? [], cost]);
      output.progress.update({ label: "budget", done: ++done, total: count });
    }
  };
  const workers = Array.from({ length: Math.min(jobs, count) }, work);
  try {
    await Promise.all(workers);
    return measured;
  } finally {
    // after a failure nothing new begins, and what runs ends
    waiting.length = 0;
    await Promise.allSettled(workers);
    output.progress.finish();
  }
}

/** Trains a short run in a folder that is removed. @param place Its number among all short runs */
async function measure(trial: Trial, place: number, options: MeasureOptions): Promise<RunCost> {
  const { plan, out, shareOf, stop, jobs } = options;
  const [folder, log] = [join(out, `budget-${place}`), join(out, "budget.log")];
  await remove(folder); // of a call that was killed
  const startMs = performance.now();
  const args = trainArguments({ ...trial, folder }, plan, MEASURED_ITERATIONS);
  const process = new TrainingProcess(args, { log, env: shareOf(place % jobs) });
  const { code, sentence } = await stop.during(process, () => process.end);
  const seconds = (performance.now() - startMs) / 1000;
  const rows = readMetrics(await readText(join(folder, "metrics.jsonl")) ?? "", () => {});
  await remove(folder);
  if (stop.asked) throw new TrainingError("Cannot time the recipes: it was stopped, expected to go on");
  if (code !== 0) throw new TrainingError(`Cannot time "${trial.variant.label}": ${sentence}`);
  const times = rows.flatMap((row) => row.kind === "train" ? row.secondsPerIteration ?? [] : []);
  const secondsPerIteration = median(times.slice(1)) ?? seconds / MEASURED_ITERATIONS;
  return {
    secondsPerIteration,
    overheadSeconds: Math.max(0, seconds - MEASURED_ITERATIONS * secondsPerIteration),
  };
}

async function remove(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

function meanCost(costs: readonly RunCost[]): RunCost {
  const mean = (pick: (cost: RunCost) => number) =>
    costs.reduce((sum, cost) => sum + pick(cost), 0) / costs.length;
  return {
    secondsPerIteration: mean((cost) => cost.secondsPerIteration),
    overheadSeconds: mean((cost) => cost.overheadSeconds),
  };
}
