/** One training run in its folder, from a configuration to a report. */
import { evaluateDataset } from "../eval/evaluate_dataset.ts";
import { percentText } from "../report/number_text.ts";
import type { EvaluationRecord } from "../report/run_record.ts";
import { comparedRun } from "../report/sections/comparison_section.ts";
import type { MeasuredThreshold } from "../train/train_options.ts";
import type { DiagnosisRow } from "../train/metric_rows.ts";
import { chooseEngine } from "../train/step_engine.ts";
import type { TrainOutcome } from "../train/train_options.ts";
import { slowsDown } from "../train/rounds.ts";
import { train } from "../train/trainer.ts";
import { waitOrStop } from "../train/wait_or_stop.ts";
import { allCommands, COMMANDS_NAME } from "./commands_file.ts";
import { noteLostPixels, runPadding, withFittingCrop } from "./fit_run.ts";
import { withAdvice } from "./divergence_advice.ts";
import { earlierPieces } from "./earlier_pieces.ts";
import { initialWeights } from "./initial_weights.ts";
import { metadataOf } from "./model_metadata.ts";
import { PairLog } from "./pair_log.ts";
import { prepareDataset } from "./prepare_dataset.ts";
import { predictOptions, pseudoMaskPictures, reportPictures } from "./report_pictures.ts";
import type { Run, RunContext, RunRequest, RunResult } from "./run.ts";
import { RunFolder } from "./run_folder.ts";
import { runRecord, writeReport } from "./run_report.ts";
import { runFindings } from "./run_findings.ts";
import { openSinks, type RunSinks } from "./run_sinks.ts";
import { doneBefore, makeNetwork, resumedCheckpoint, stepText } from "./start_run.ts";
import { withSkipHint } from "./skip_hint.ts";
import { evaluationRecord, storeEvaluation, wholeEvaluation } from "./stored_evaluation.ts";

/**
 * Trains one run and writes everything about it into its folder.
 * @throws {ConfigError} If the folder holds a run and `resume` is false, or another process works in it
 * @throws {DatasetError} If the data is missing or wrong
 * @throws {TrainingError} If a loss is not finite
 */
export async function trainInFolder(request: RunRequest, context: RunContext): Promise<RunResult> {
  const { config } = request;
  const { output } = context;
  const done = await doneBefore(request, output);
  context.workers?.hearChief(done === undefined);
  if (done !== undefined) return done;
  output.note(
    `run      ${config.preset}, recipe ${config.recipe.name}, seed ${config.seed}, into ${request.out}`,
  );
  output.note(stepText(config, context.workers?.count ?? 1));
  const folder = new RunFolder(request.out, (text) => output.note(`note     ${text}`));
  try {
    // a new run's folder is held when it begins
    if (request.resume && await folder.hasRun()) await folder.hold();
    return await runInFolder(request, context, folder);
  } finally {
    folder.release();
  }
}

async function runInFolder(asked: RunRequest, context: RunContext, folder: RunFolder): Promise<RunResult> {
  const { output } = context;
  // a folder that is held has a run that goes on
  const isLeftOut = folder.isHeld ? await folder.leftOutBefore() : undefined;
  const prepared = prepareDataset(asked.config, output, isLeftOut);
  // several workers stop together, after an update
  const stopped = context.workers === undefined ? context.stop.asked : undefined;
  const { dataset, diagnosis, report } = await waitOrStop(prepared, "for the dataset's files", stopped);
  const alone = context.workers === undefined;
  const config = asked.fitCrop
    ? withFittingCrop(asked.config, report, output.note, alone ? freeBytes() : undefined)
    : asked.config;
  const request: RunRequest = { ...asked, config };
  noteLostPixels(config, report, output.note);
  const resumed = await resumedCheckpoint(request, folder, dataset, output);
  const earlier = folder.isHeld ? await earlierPieces(folder) : undefined;
  const weights = resumed === undefined ? await initialWeights(config, output) : undefined;
  const network = await makeNetwork(config, dataset.classes.length, output, weights);
  const command = await allCommands(folder.path, request.command, folder.isHeld);
  const run: Run = {
    ...context,
    request: { ...request, command },
    dataset,
    diagnosis,
    paddedShare: runPadding(config, report),
    network,
    folder,
    resumed,
    started: new Date().toISOString(),
    earlier,
  };
  // a folder is made when nothing that was asked for can be wrong any more
  // one that is not held had none, or a mere start: where another process has begun one since, this begin is refused
  if (folder.isHeld) await folder.restate(config, dataset);
  else await folder.begin(config, dataset);
  await folder.write(COMMANDS_NAME, `${command}\n`);
  const sinks = await openSinks(run.folder, run.resumed);
  try {
    return await trainAndReport(run, sinks);
  } catch (error) {
    throw withSkipHint(error, dataset);
  } finally {
    output.progress.finish();
    sinks.close();
    network.dispose();
  }
}

/** Memory that is free; `undefined` where it may not be asked. */
function freeBytes(): number | undefined {
  try {
    return Deno.systemMemoryInfo().available;
  } catch {
    return undefined;
  }
}

async function trainAndReport(run: Run, sinks: RunSinks): Promise<RunResult> {
  const { request: { config }, network, dataset, diagnosis, folder } = run;
  const startMs = performance.now();
  const pairs = new PairLog(4);
  const outcome = await trainNetwork(run, sinks, pairs).catch(async (error) => {
    throw await withAdvice(error, config, folder);
  });
  const evaluation = await finalEvaluation(run, outcome);
  run.output.progress.finish();
  const pictures = await reportPictures(network, dataset, config);
  const diagnosisPictures = await pseudoMaskPictures(network, dataset, diagnosis, config);
  sinks.writePictures(outcome.iteration, [...pictures, ...diagnosisPictures]);
  const findings = await runFindings(run, sinks.rows, evaluation);
  const record = runRecord(run, {
    metrics: sinks.rows,
    evaluation,
    pictures,
    diagnosisPictures,
    pairs: await pairs.records(dataset),
    findings,
    finished: outcome.finished,
  });
  await writeReport(folder, record);
  // last: a run with a stored evaluation of its end is done
  if (evaluation !== undefined) await storeEvaluation(folder, evaluation);
  await folder.requireWhole();
  const { iteration, finished, best } = outcome;
  return {
    folder: folder.path,
    iteration,
    finished,
    evaluation,
    findings,
    best,
    compared: comparedRun(record),
    seconds: (performance.now() - startMs) / 1000 + (run.earlier?.seconds ?? 0),
    sinceResume: run.earlier !== undefined && run.earlier.seconds === undefined,
  };
}

/** Lets timers, signals and workers have their turn; awaiting something ready does not. */
function takeTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function trainNetwork(run: Run, sinks: RunSinks, pairs: PairLog): Promise<TrainOutcome> {
  const { request: { config }, network, dataset, folder, resumed, session, output, stop, workers } = run;
  let miou: number | undefined;
  const recorded = chooseEngine({ ...config, workers: workers?.count ?? 1 }).name === "function";
  return train({
    network,
    dataset,
    diagnosis: run.diagnosis,
    config,
    checkpoints: folder.checkpoints,
    metadata: metadataOf(config, network.options, dataset),
    resume: resumed,
    workers,
    memory: {
      peakBytes: () => recorded ? Deno.memoryUsage().rss : session.backend.memory().peakBytes,
      reset: () => session.backend.resetPeakMemory(),
    },
    onStep(iteration, step, batch) {
      const { total, ...terms } = step.losses;
      const losses = { total: total!, ...terms };
      output.progress.update({
        label: config.recipe.name,
        done: iteration,
        total: config.iterations,
        slowsDown: slowsDown(config, iteration),
        losses,
        miou,
      });
      pairs.add(step, batch);
    },
    async onTrainRow(row) {
      await folder.requireInPlace();
      sinks.write(row, dataset.classes);
      output.onRow?.(row);
      await takeTurn();
    },
    onImage: (done, total) => output.progress.update({ label: "evaluate", done, total, miou }),
    onPhoto: (done, total) => output.progress.update({ label: "label photos", done, total, miou }),
    onEvaluation(row) {
      miou = row.miou;
      sinks.write(row, dataset.classes);
      output.onRow?.(row);
      output.note(
        `val      iteration ${row.iteration}: mIoU ${percentText(row.miou)}, accuracy ${
          percentText(row.accuracy)
        }`,
      );
    },
    onDiagnosis(row) {
      sinks.write(row, dataset.classes);
      output.onRow?.(row);
      output.note(diagnosisText(row));
    },
    onRound(round, rounds) {
      if (rounds === 1) return;
      const teacher = round === 0
        ? "labels alone"
        : "pseudo labels by what the network was at the end of the one before";
      output.note(`round    ${round + 1} of ${rounds}: ${teacher}`);
    },
    onThreshold: (measured) => output.note(thresholdText(measured)),
    onFallback: (why) => output.note(`note     steps run op by op from here on: ${why}`),
    shouldStop: stop.asked,
  });
}

function thresholdText({ level, right, share, reached, photos, wanted }: MeasuredThreshold): string {
  const held = `${photos} held-out ${photos === 1 ? "photo" : "photos"}`;
  const what = `${percentText(share)} of the pixels of ${held} are as sure, ${
    percentText(right)
  } of these right`;
  const missed = reached ? "" : `; no threshold makes ${percentText(wanted)} right`;
  return `sure     pseudo labels from probability ${level} on: ${what}${missed}`;
}

function diagnosisText({ iteration, miou, accuracy, sure, step }: DiagnosisRow): string {
  const { above, share, accuracy: right } = sure.at(-1)!;
  const whole =
    `pseudo   iteration ${iteration}: mIoU ${percentText(miou)}, accuracy ${percentText(accuracy)}; ` +
    `${percentText(share)} of the pixels are above ${above}, accuracy there ${
      percentText(right ?? undefined)
    }`;
  if (step === undefined) return whole;
  const [plain, decoupled] = [percentText(step.plain.accuracy), percentText(step.decoupled.accuracy)];
  return `${whole}\n         in training steps: accuracy of M_u ${plain}, of M_u-dec ${decoupled}`;
}

/** The evaluation after the last iteration: the trainer's, the stored one of a finished run, or one made now. */
async function finalEvaluation(run: Run, outcome: TrainOutcome): Promise<EvaluationRecord | undefined> {
  const { request: { config }, network, dataset, folder } = run;
  if (!outcome.finished || dataset.val.length === 0) return undefined;
  const stored = outcome.evaluation === undefined ? await wholeEvaluation(folder) : undefined;
  if (stored !== undefined) return stored;
  const evaluation = outcome.evaluation ??
    await evaluateDataset(network, dataset, dataset.val, predictOptions(config));
  const mode = config.evaluation.mode === "whole" ? "whole images, at their own size" : "sliding window";
  return evaluationRecord(evaluation, "val", mode, outcome.iteration);
}
