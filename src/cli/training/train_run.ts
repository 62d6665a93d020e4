/** One training run in its folder, from a configuration to a report. */
import { modelOptions } from "../../config/network_of.ts";
import type { RunConfig } from "../../config/run_config.ts";
import type { Dataset } from "../../data/dataset.ts";
import { evaluateDataset, type Evaluation } from "../../eval/evaluate_dataset.ts";
import { importWeights } from "../../interop/import_weights.ts";
import { Network } from "../../model/network.ts";
import type { ComparedRun, EvaluationRecord } from "../../report/run_record.ts";
import { comparedRun } from "../../report/sections/comparison_section.ts";
import { percentText } from "../../report/number_text.ts";
import { readMetrics } from "../../report/metrics_file.ts";
import type { Checkpoint } from "../../train/checkpoint.ts";
import type { WorkerGroup } from "../../train/distributed/worker_group.ts";
import { train, type TrainOutcome } from "../../train/trainer.ts";
import { metadataOf } from "../model_metadata.ts";
import type { Session } from "../open_session.ts";
import type { Output } from "../output.ts";
import { PairLog } from "./pair_log.ts";
import { prepareDataset } from "./prepare_dataset.ts";
import { predictOptions, reportPictures } from "./report_pictures.ts";
import { readText, RunFolder } from "./run_folder.ts";
import { runRecord, writeReport } from "./run_report.ts";
import { openSinks, type RunSinks } from "./run_sinks.ts";
import { evaluationRecord, storedEvaluation, storeEvaluation } from "./stored_evaluation.ts";
import type { StopSignal } from "./stop_signal.ts";

/** What a run works with. */
export interface RunRequest {
  /** What to train. */
  readonly config: RunConfig;
  /** Where to. */
  readonly out: string;
  /** Goes on with the run that lives there, if there is one. */
  readonly resume: boolean;
  /** Runs to compare with in the report, the baseline first. */
  readonly comparison?: readonly ComparedRun[];
  /** The command line, for the report. */
  readonly command: string;
}

/** Who the run talks to. */
export interface RunContext {
  /** The backend. */
  readonly session: Session;
  /** Prints. */
  readonly output: Output;
  /** Ends the run with a checkpoint. */
  readonly stop: StopSignal;
  /** Processes that train together, this one their chief. */
  readonly workers?: WorkerGroup;
}

/** How a run ended. */
export interface RunResult {
  /** Its folder. */
  readonly folder: string;
  /** Updates done. */
  readonly iteration: number;
  /** False when it was stopped. */
  readonly finished: boolean;
  /** The evaluation on val after the last iteration; missing without val and when it was stopped. */
  readonly evaluation?: EvaluationRecord;
  /** The best mIoU seen on val. */
  readonly best?: TrainOutcome["best"];
  /** For the comparison of later runs. */
  readonly compared: ComparedRun;
  /** Seconds that this process spent on it. */
  readonly seconds: number;
}

interface Run extends RunContext {
  readonly request: RunRequest;
  readonly folder: RunFolder;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly resumed?: Checkpoint;
  readonly started: string;
}

/** The newest checkpoint of the run that is gone on with; `undefined` for a new run. */
async function resumedCheckpoint(
  { config, resume }: RunRequest,
  folder: RunFolder,
  dataset: Dataset,
  output: Output,
) {
  if (!resume || !await folder.hasRun()) {
    await folder.refuseRun();
    return undefined;
  }
  await folder.checkSplit(dataset);
  const checkpoint = await folder.checkpoints.newest((text) => output.note(`note     ${text}`));
  output.note(`resume   from iteration ${checkpoint?.iteration ?? 0} of ${config.iterations}`);
  return checkpoint;
}

function makeNetwork(config: RunConfig, classes: number, output: Output, withWeights: boolean): Network {
  const network = new Network(modelOptions(config, classes), config.seed);
  const { depth, outputStride } = config.network.encoder;
  output.note(
    `network  ResNet-${depth}, output stride ${outputStride}, ${
      (network.parameters.size() / 1e6).toFixed(2)
    } M weights`,
  );
  const { weights } = config.network;
  if (weights === undefined || !withWeights) return network;
  try {
    const { tensors, report } = importWeights(weights, network.parameters.specs());
    network.parameters.load(tensors);
    output.note(report);
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** What a run that is done already brought; `undefined` where there is something left to do. */
async function doneBefore({ out, resume }: RunRequest, output: Output): Promise<RunResult | undefined> {
  const folder = new RunFolder(out);
  if (!resume || !await folder.hasRun()) return undefined;
  const config = await folder.readConfig();
  const evaluation = await storedEvaluation(folder);
  if (evaluation?.iteration !== config.iterations) return undefined;
  output.note(`run      ${folder.path} is finished, nothing is left to do`);
  const metrics = readMetrics(await readText(folder.file("metrics.jsonl")) ?? "");
  const { recipe: { name: group }, seed, iterations: iteration } = config;
  const compared = { name: folder.path, group, seed, metrics, summary: evaluation.summary };
  return { folder: folder.path, iteration, finished: true, evaluation, compared, seconds: 0 };
}

/**
 * Trains one run and writes everything about it into its folder.
 * @throws {ConfigError} If the folder holds a run and `resume` is false
 * @throws {DatasetError} If the data is missing or wrong
 * @throws {TrainingError} If a loss is not finite
 */
export async function trainRun(request: RunRequest, context: RunContext): Promise<RunResult> {
  const { config } = request;
  const { output } = context;
  const done = await doneBefore(request, output);
  if (done !== undefined) return done;
  output.note(
    `run      ${config.preset}, recipe ${config.recipe.name}, seed ${config.seed}, into ${request.out}`,
  );
  const dataset = await prepareDataset(config, output);
  const folder = new RunFolder(request.out);
  const resumed = await resumedCheckpoint(request, folder, dataset, output);
  const network = makeNetwork(config, dataset.classes.length, output, resumed === undefined);
  const run: Run = {
    ...context,
    request,
    dataset,
    network,
    folder,
    resumed,
    started: new Date().toISOString(),
  };
  // a folder is made when nothing that was asked for can be wrong any more
  if (!await folder.hasRun()) await folder.begin(config, dataset);
  const sinks = await openSinks(run.folder, run.resumed?.iteration ?? 0);
  try {
    return await trainAndReport(run, sinks);
  } finally {
    output.progress.finish();
    sinks.close();
    network.dispose();
  }
}

async function trainAndReport(run: Run, sinks: RunSinks): Promise<RunResult> {
  const { request: { config }, network, dataset, folder } = run;
  const startMs = performance.now();
  const pairs = new PairLog(4);
  const outcome = await trainNetwork(run, sinks, pairs);
  const evaluation = await finalEvaluation(run, outcome);
  run.output.progress.finish();
  const pictures = await reportPictures(network, dataset, config);
  sinks.writePictures(outcome.iteration, pictures);
  const record = runRecord(run, {
    metrics: sinks.rows,
    evaluation,
    pictures,
    pairs: await pairs.records(dataset),
    finished: outcome.finished,
  });
  await writeReport(folder, record);
  const { iteration, finished, best } = outcome;
  return {
    folder: folder.path,
    iteration,
    finished,
    evaluation,
    best,
    compared: comparedRun(record),
    seconds: (performance.now() - startMs) / 1000,
  };
}

/** Lets timers, signals and workers have their turn; awaiting something ready does not. */
function takeTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function trainNetwork(run: Run, sinks: RunSinks, pairs: PairLog): Promise<TrainOutcome> {
  const { request: { config }, network, dataset, folder, resumed, session, output, stop, workers } = run;
  let miou: number | undefined;
  return train({
    network,
    dataset,
    config,
    checkpoints: folder.checkpoints,
    metadata: metadataOf(config, network.options, dataset),
    resume: resumed,
    workers,
    memory: {
      peakBytes: () => session.backend.memory().peakBytes,
      reset: () => session.backend.resetPeakMemory(),
    },
    onStep(iteration, step, batch) {
      const { total, ...terms } = step.losses;
      const losses = { total: total!, ...terms };
      output.progress.update({
        label: config.recipe.name,
        done: iteration,
        total: config.iterations,
        losses,
        miou,
      });
      pairs.add(step, batch);
    },
    async onTrainRow(row) {
      sinks.write(row, dataset.classes);
      await takeTurn();
    },
    onImage: (done, total) => output.progress.update({ label: "evaluate", done, total, miou }),
    onEvaluation(row) {
      miou = row.miou;
      sinks.write(row, dataset.classes);
      output.note(
        `val      iteration ${row.iteration}: mIoU ${percentText(row.miou)}, accuracy ${
          percentText(row.accuracy)
        }`,
      );
    },
    shouldStop: stop.asked,
  });
}

/** The evaluation after the last iteration: the trainer's, the stored one of a finished run, or one made now. */
async function finalEvaluation(run: Run, outcome: TrainOutcome): Promise<EvaluationRecord | undefined> {
  const { request: { config }, network, dataset, folder } = run;
  if (!outcome.finished || dataset.val.length === 0) return undefined;
  const stored = outcome.evaluation === undefined ? await storedEvaluation(folder) : undefined;
  if (stored !== undefined) return stored;
  const evaluation: Evaluation = outcome.evaluation ??
    await evaluateDataset(network, dataset, dataset.val, predictOptions(config));
  const mode = config.evaluation.mode === "whole" ? "whole images, at their own size" : "sliding window";
  const record = evaluationRecord(evaluation, "val", mode, outcome.iteration);
  await storeEvaluation(folder, record);
  return record;
}
