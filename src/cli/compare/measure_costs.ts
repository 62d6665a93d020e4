/** Times a few steps of each recipe, for `--budget`. */
import { join } from "node:path";
import { TrainingError } from "../../core/errors.ts";
import { median } from "../../report/number_text.ts";
import { readMetrics } from "../../report/metrics_file.ts";
import { readText } from "../../run/run_folder.ts";
import type { ComparisonPlan, RunCost } from "./comparison_plan.ts";
import type { TrialOptions } from "./run_trials.ts";
import { TrainingProcess } from "./training_process.ts";
import { costKey, trainArguments, type Trial } from "./trials.ts";

/** A run logs every tenth iteration; the first row has the time in which a step is recorded. */
const MEASURED_ITERATIONS = 30;

/** What it takes to time recipes. */
export interface MeasureOptions extends Omit<TrialOptions, "plan"> {
  /** Its `costs` are not measured again. */
  readonly plan: ComparisonPlan;
  /** Folder of the comparison. */
  readonly out: string;
}

/**
 * The costs of recipes: those known, and those of short runs, as many at a time as later, so that they slow each other down
 * as they will then. An evaluation is part of them.
 * @param trials All runs; one of each recipe is taken
 * @throws {TrainingError} If a run fails or is stopped
 */
export async function measureCosts(
  trials: readonly Trial[],
  options: MeasureOptions,
): Promise<ComparisonPlan["costs"]> {
  const { plan, jobs, output } = options;
  const unknown = trials.filter(({ variant }, i) =>
    plan.costs[costKey(variant)] === undefined &&
    trials.findIndex((other) => costKey(other.variant) === costKey(variant)) === i
  );
  if (unknown.length === 0) return plan.costs;
  output.note(
    `budget   ${MEASURED_ITERATIONS} iterations of each recipe are timed: ${unknown.length} short runs`,
  );
  const count = Math.max(unknown.length, Math.min(jobs, trials.length));
  const waiting = Array.from(
    { length: count },
    (_, i) => ({ trial: unknown[i % unknown.length]!, place: i }),
  );
  const measured: [string, RunCost][] = [];
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      measured.push([costKey(next.trial.variant), await measure(next.trial, next.place, options)]);
      output.progress.update({ label: "budget", done: ++done, total: count });
    }
  };
  const workers = Array.from({ length: Math.min(jobs, count) }, work);
  try {
    await Promise.all(workers);
  } finally {
    // after a failure nothing new begins, and what runs ends
    waiting.length = 0;
    await Promise.allSettled(workers);
    output.progress.finish();
  }
  return { ...plan.costs, ...meanCosts(measured) };
}

async function measure(trial: Trial, place: number, options: MeasureOptions): Promise<RunCost> {
  const { plan, out, shareOf, stop, jobs } = options;
  const folder = join(out, `budget-${place}`);
  const log = join(out, "budget.log");
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // of a call that was killed
  const startMs = performance.now();
  const args = trainArguments({ ...trial, folder }, plan, MEASURED_ITERATIONS);
  const process = new TrainingProcess(args, { log, env: shareOf(place % jobs) });
  const { code, sentence } = await stop.during(process, () => process.end);
  if (stop.asked) throw new TrainingError("Cannot time the recipes: it was stopped, expected to go on");
  if (code !== 0) {
    throw new TrainingError(`Cannot time "${trial.variant.label}", see "${log}": ${sentence}`);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const rows = readMetrics(await readText(join(folder, "metrics.jsonl")) ?? "");
  const times = rows.flatMap((row) => row.kind === "train" ? row.secondsPerIteration ?? [] : []);
  await Deno.remove(folder, { recursive: true });
  const secondsPerIteration = median(times.slice(1)) ?? seconds / MEASURED_ITERATIONS;
  const overheadSeconds = Math.max(0, seconds - MEASURED_ITERATIONS * secondsPerIteration);
  return { secondsPerIteration, overheadSeconds };
}

function meanCosts(measured: readonly (readonly [string, RunCost])[]): ComparisonPlan["costs"] {
  const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const keys = [...new Set(measured.map(([key]) => key))];
  return Object.fromEntries(keys.map((key) => {
    const costs = measured.filter(([other]) => other === key).map(([, cost]) => cost);
    return [key, {
      secondsPerIteration: mean(costs.map((cost) => cost.secondsPerIteration)),
      overheadSeconds: mean(costs.map((cost) => cost.overheadSeconds)),
    }];
  }));
}
