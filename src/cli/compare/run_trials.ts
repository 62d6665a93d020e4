/** Trains the runs of a comparison, several at a time. */
import { ConfigError } from "../../core/errors.ts";
import { RunFolder } from "../../run/run_folder.ts";
import type { Output } from "../output.ts";
import type { ComparisonStop } from "./comparison_stop.ts";
import { ComparisonProgress } from "./comparison_progress.ts";
import { TrainingProcess } from "./training_process.ts";
import { costKey, resumeArguments, trainArguments, type Trial } from "./trials.ts";
import type { ComparisonPlan } from "./comparison_plan.ts";

/** How runs are trained. */
export interface TrialOptions {
  /** What they are made by. */
  readonly plan: ComparisonPlan;
  /** At a time. */
  readonly jobs: number;
  /** Variables that give a run its share of cores and GPUs. @param place From 0, below `jobs` */
  readonly shareOf: (place: number) => Record<string, string>;
  /** Asks all to stop. */
  readonly stop: ComparisonStop;
  /** Told of what happens. */
  readonly output: Output;
}

/**
 * Trains or goes on with runs. One that fails is told of in a sentence, and the others go on.
 * @param options `finished` are the runs of the comparison that are left out because they are finished
 * @returns What each failed run failed with, by name
 */
export async function runTrials(
  trials: readonly Trial[],
  options: TrialOptions & { readonly finished: number },
): Promise<Map<string, string>> {
  const { plan: { iterations }, jobs, finished, output } = options;
  const keys = new Map(trials.map(({ name, variant }) => [name, costKey(variant)]));
  const progress = new ComparisonProgress(keys, { iterations, jobs, finished });
  const show = () => output.progress.update(progress.state());
  const failures = new Map<string, string>();
  const waiting = [...trials];
  const work = async (place: number) => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      if (options.stop.asked) return;
      const { name } = trial;
      progress.begin(name);
      const error = await trainTrial(trial, { ...options, place }, (done, goesOn) => {
        if (goesOn) progress.goOn(name, done);
        else progress.advance(name, done);
        show();
      });
      if (options.stop.asked && error !== undefined) return;
      if (error !== undefined) {
        failures.set(name, error);
        output.note(`failed   ${name}: ${error}`);
      }
      progress.end(name, error === undefined);
      show();
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, place) => work(place)));
  output.progress.finish();
  return failures;
}

/** Of a run that another process began, or works on: one that a comparison left behind when it was killed. */
const OTHER_PROCESS = /^Cannot (begin a run|train) in /;

/** @returns What it failed with; `undefined` for a run that was finished */
async function trainTrial(
  trial: Trial,
  options: TrialOptions & { readonly place: number },
  onIteration: (done: number, goesOn: boolean) => void,
): Promise<string | undefined> {
  const error = await attempt(trial, options, onIteration);
  if (error === undefined || options.stop.asked || !OTHER_PROCESS.test(error)) return error;
  return await attempt(trial, options, onIteration);
}

async function attempt(
  trial: Trial,
  { plan, shareOf, stop, place }: TrialOptions & { readonly place: number },
  onIteration: (done: number, goesOn: boolean) => void,
): Promise<string | undefined> {
  const folder = new RunFolder(trial.folder);
  const isBegun = await folder.hasRun();
  if (isBegun) await untilFree(folder, stop);
  const args = isBegun ? resumeArguments(trial, plan) : trainArguments(trial, plan);
  const process = new TrainingProcess(args, { log: `${trial.folder}.log`, env: shareOf(place), onIteration });
  const { code, sentence } = await stop.during(process, () => process.end);
  return code === 0 ? undefined : sentence;
}

const LONGEST_WAIT_MS = 60_000;

/** Processes that were left behind write their checkpoints first. */
async function untilFree(folder: RunFolder, stop: ComparisonStop): Promise<void> {
  for (const since = performance.now(); performance.now() - since < LONGEST_WAIT_MS && !stop.asked;) {
    try {
      return await folder.refuseHeld();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
