/** One training run by a call, for programs. */
import type { ConfigRequest } from "../config/resolve_config.ts";
import { checkPrecision } from "../nn/precision.ts";
import { BackendUnavailable } from "../core/errors.ts";
import type { EvaluationRecord, Finding } from "../report/run_record.ts";
import type { WrittenRow } from "../train/metric_rows.ts";
import type { Model } from "./model.ts";
import { openModel, type OpenModelOptions } from "./open_model.ts";
import { openSession } from "./open_session.ts";
import { fittingThreads } from "./fitting_threads.ts";
import { isDemo, newRuns, type PlannedRun, resumedRun } from "./plan_runs.ts";
import type { RunResult } from "./run.ts";
import { RunFolder } from "./run_folder.ts";
import type { RunOutput } from "./run_output.ts";
import { trainInFolder } from "./train_in_folder.ts";

/** A line about a run's start, its data, an evaluation. */
export interface NoteEvent {
  /** Marks the event's kind. */
  readonly kind: "note";
  /** The text, with its subject in the first nine columns. */
  readonly text: string;
}

/** How far a piece of work is. */
export interface ProgressEvent {
  /** Marks the event's kind. */
  readonly kind: "progress";
  /** What is being done: the recipe's name, `evaluate`, `masks`. */
  readonly label: string;
  /** Steps done, up to `total`. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
  /** Losses of the last step by name; missing where none is trained. */
  readonly losses?: { readonly [name: string]: number };
}

/** What a run tells while it goes on; rows are those of its `metrics.jsonl`. */
export type RunEvent = NoteEvent | ProgressEvent | WrittenRow;

/** What to train, and where to. */
export interface TrainRunOptions extends ConfigRequest {
  /** The run's folder. Default `runs/<preset>-<recipe>-seed<n>`. */
  readonly out?: string;
  /** Goes on with the run that lives there, if there is one. Default false. */
  readonly resume?: boolean;
  /** Downloads libtensorflow through pip where it is missing. Default false: what is there is taken. */
  readonly download?: boolean;
  /** Ends the run with a checkpoint, from which `resume` goes on. */
  readonly signal?: AbortSignal;
  /** Told what happens. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** A run that ended. `using` frees the models that it opened. */
export class TrainedRun {
  /** Its folder, an absolute path. */
  readonly folder: string;
  /** Updates done. */
  readonly iteration: number;
  /** False when it was stopped. */
  readonly finished: boolean;
  /** The evaluation on val after the last update; missing without val, and when it was stopped. */
  readonly evaluation?: EvaluationRecord;
  /** What limits it, at most three, the weightiest first; empty where it was stopped. */
  readonly findings: readonly Finding[];
  /** The best mIoU seen on val, from 0 to 1, and its iteration. */
  readonly best?: { readonly miou: number; readonly iteration: number };
  readonly #models: Model[] = [];

  /** What a run brought; `trainRun` makes it. */
  constructor({ folder, iteration, finished, evaluation, findings, best }: RunResult) {
    this.folder = folder;
    this.iteration = iteration;
    this.finished = finished;
    this.evaluation = evaluation;
    this.findings = findings;
    this.best = best;
  }

  /**
   * Opens the trained model, which is freed with this run.
   * @throws As `openModel`
   */
  async openModel(options: OpenModelOptions = {}): Promise<Model> {
    const model = await openModel(this.folder, options);
    this.#models.push(model);
    return model;
  }

  /** Frees the models that were opened. */
  [Symbol.dispose](): void {
    for (const model of this.#models.splice(0)) model.dispose();
  }
}

function outputOf(onEvent: (event: RunEvent) => void): RunOutput {
  return {
    progress: {
      update: ({ label, done, total, losses }) => onEvent({ kind: "progress", label, done, total, losses }),
      finish() {},
    },
    note: (text) => onEvent({ kind: "note", text }),
    onRow: onEvent,
  };
}

async function plannedRun(options: TrainRunOptions): Promise<PlannedRun> {
  const { out, resume } = options;
  const folder = out === undefined ? undefined : new RunFolder(out);
  if (resume && await folder?.hasRun()) {
    return await resumedRun({ config: await folder!.readConfig(), out: out! }, options);
  }
  // the command trains a baseline before the demo; a call trains one run
  const [run] = newRuns(isDemo(options) ? { ...options, recipe: "guidedmix" } : options, out);
  return resume ? await resumedRun(run!, options) : run!;
}

/**
 * Trains one run in a folder, as `deno task train` does: data checked, checkpoints, metrics, a report.
 * @returns How it ended; by `using` the models that it opens are freed
 * @throws {BackendUnavailable} If no backend can be used, or this is not Deno
 * @throws {ConfigError} If an option is wrong, or the folder holds a run and `resume` is false
 * @throws {DatasetError} If the data is missing or wrong
 * @throws {TrainingError} If a loss is not finite
 * @example
 * ```ts ignore
 * using run = await trainRun({ data: "my", out: "runs/first", onEvent: (event) => console.log(event) });
 * const model = await run.openModel();
 * ```
 */
export async function trainRun(options: TrainRunOptions = {}): Promise<TrainedRun> {
  const { onEvent = () => {}, signal, resume = false, download = false } = options;
  if (typeof Deno === "undefined") {
    throw new BackendUnavailable(
      "Cannot train: this is not Deno, expected Deno; here openModel() predicts with what was trained there",
    );
  }
  const output = outputOf(onEvent);
  const planned = await plannedRun(options);
  const { config } = planned;
  const session = await openSession(options.backend ?? config.backend, output, {
    download,
    threads: fittingThreads([config]),
  });
  checkPrecision(config.precision);
  const stop = { asked: () => signal?.aborted ?? false };
  const command = "trainRun() of the module";
  return new TrainedRun(await trainInFolder({ ...planned, resume, command }, { session, output, stop }));
}
