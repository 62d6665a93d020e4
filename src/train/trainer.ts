import * as tf from "@tensorflow/tfjs-core";
import type { RunConfig } from "../config/run_config.ts";
import { augmentOptions } from "../data/augment/augment_options.ts";
import type { Dataset } from "../data/dataset.ts";
import type { LoadedBatch } from "../data/loader/batch.ts";
import { createLoader, type Loader } from "../data/loader/loader.ts";
import { evaluateDataset, type Evaluation } from "../eval/evaluate_dataset.ts";
import { unlabeledPlaces } from "../method/batch_share.ts";
import { guidedMixStep, type StepContext, type StepResult } from "../method/guided_mix_step.ts";
import type { StepBatch } from "../method/step_batch.ts";
import type { Network } from "../model/network.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { CheckpointFolder } from "./checkpoint_folder.ts";
import { ownShare, runFacts } from "./distributed/agreement.ts";
import type { WorkerGroup } from "./distributed/worker_group.ts";
import { addGradients, type Gradients, scaleGradients } from "./gradients.ts";
import { IntervalMeter } from "./interval_meter.ts";
import type { EvalRow, TrainRow } from "./metric_rows.ts";
import { polyLearningRate } from "./schedule.ts";
import { Sgd } from "./sgd.ts";

/** What a training run reports while it goes on. */
export interface TrainEvents {
  /** After each update. */
  onStep?(iteration: number, step: StepResult, batch: LoadedBatch): void;
  /** Every `logEvery` updates. */
  onTrainRow?(row: TrainRow): void | Promise<void>;
  /** After each image of an evaluation. */
  onImage?(done: number, total: number): void;
  /** After each evaluation. */
  onEvaluation?(row: EvalRow, evaluation: Evaluation): void | Promise<void>;
  /** Asked after each update; true ends the run with a checkpoint. */
  shouldStop?(): boolean;
}

/** A training run. */
export interface TrainOptions extends TrainEvents {
  /** Trained in place; stays the caller's. */
  readonly network: Network;
  /** `train` labeled, `unlabeled`, and `val` for evaluation. */
  readonly dataset: Dataset;
  /** What the run is. */
  readonly config: RunConfig;
  /** Where its checkpoints go. */
  readonly checkpoints: CheckpointFolder;
  /** Put into every checkpoint, see `Checkpoint.metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Goes on from here; the network's parameters are set from it. */
  readonly resume?: Checkpoint;
  /** Most bytes that tensors held, and a new start of that peak, for the rows. */
  readonly memory?: { peakBytes(): number; reset(): void };
  /**
   * The processes that train together; `config.batch` is divided among them, and only the chief writes. The losses are
   * then the means over all of them.
   */
  readonly workers?: WorkerGroup;
  /** Updates between rows. Default 10. */
  readonly logEvery?: number;
}

/** How a run ended. */
export interface TrainOutcome {
  /** Updates done. */
  readonly iteration: number;
  /** False when `shouldStop` ended it. */
  readonly finished: boolean;
  /** The evaluation after the last update; absent when it was stopped. */
  readonly evaluation?: Evaluation;
  /** The best mIoU seen, with its iteration. */
  readonly best?: { readonly miou: number; readonly iteration: number };
}

function loaderOf({ dataset, config, resume, workers }: TrainOptions): Loader {
  const { data, batch, seed, recipe, optimizer } = config;
  const [height, width] = data.crop;
  const share = { index: workers?.index ?? 0, count: workers?.count ?? 1 };
  const batchUnlabeled = recipe.usesUnlabeled ? ownShare(batch.unlabeled, share.count, "batch.unlabeled") : 0;
  return createLoader(dataset, {
    batchLabeled: ownShare(batch.labeled, share.count, "batch.labeled"),
    batchUnlabeled,
    share,
    unlabeledPlaces: workers &&
      ((iteration) => unlabeledPlaces(recipe, seed, iteration, share, batchUnlabeled)),
    augment: augmentOptions({ height, width }, {
      scale: data.scale,
      ratioRange: data.ratioRange,
      flip: data.flip ? 0.5 : 0,
      distort: data.photometric,
    }),
    seed,
    workers: data.workers,
    startIteration: (resume?.iteration ?? 0) * optimizer.accumulate,
  });
}

function tensorsOf(batch: LoadedBatch): StepBatch {
  const { height, width } = batch.size;
  const unlabeled = batch.unlabeledIds.length;
  return {
    labeled: tf.tensor4d(batch.labeled, [batch.labeledIds.length, height, width, 3]),
    labels: tf.tensor3d(batch.labels, [batch.labeledIds.length, height, width], "int32"),
    unlabeled: unlabeled > 0 ? tf.tensor4d(batch.unlabeled, [unlabeled, height, width, 3]) : undefined,
  };
}

function optimizerOf({ network, config, resume }: TrainOptions): Sgd {
  const { momentum, weightDecay, clipNorm, headFactor } = config.optimizer;
  const head = { matches: (name: string) => !name.startsWith("backbone."), learningRateFactor: headFactor };
  const sgd = new Sgd({
    momentum,
    weightDecay,
    clipNorm: clipNorm > 0 ? clipNorm : undefined,
    groups: [head],
  });
  if (resume !== undefined) {
    network.parameters.load(resume.parameters);
    sgd.load(network.parameters, resume.momentum);
  }
  return sgd;
}

/**
 * Steps of one update: `accumulate` batches whose gradients are averaged.
 * @param take Gets the gradients one by one instead, where there is one batch
 */
async function gatherGradients(
  options: TrainOptions,
  loader: Loader,
  iteration: number,
  meter: IntervalMeter,
  take: StepContext["takeGradient"],
): Promise<{ gradients: Gradients; step: StepResult; batch: LoadedBatch }> {
  const { network, config, workers } = options;
  const { accumulate } = config.optimizer;
  const gradients: Gradients = new Map();
  for (let part = 0;; part++) {
    const started = performance.now();
    const batch = await loader.next();
    meter.waited(performance.now() - started);
    const tensors = tensorsOf(batch);
    workers?.startRound();
    const step = await guidedMixStep(network, tensors, config.recipe, {
      share: workers?.share,
      normKernels: workers?.normKernels,
      seed: config.seed,
      iteration: iteration * accumulate + part,
      iterations: config.iterations * accumulate,
      takeGradient: take,
    });
    tf.dispose([tensors.labeled, tensors.labels, tensors.unlabeled ?? []]);
    addGradients(gradients, step.gradients);
    if (part + 1 < accumulate) continue;
    scaleGradients(gradients, 1 / accumulate);
    return { gradients, step, batch };
  }
}

function evalRow(iteration: number, { summary }: Evaluation): EvalRow {
  const perClass = summary.perClass.map(({ iou }) => iou ?? null);
  return { kind: "eval", iteration, miou: summary.miou, accuracy: summary.accuracy, perClass };
}

async function evaluate(
  { network, dataset, config, workers, onImage }: TrainOptions,
  all: boolean,
): Promise<Evaluation> {
  const { mode, crop, stride, scale, limit } = config.evaluation;
  return await evaluateDataset(network, dataset, dataset.val, {
    mode,
    crop,
    stride,
    scale,
    limit: all ? 0 : limit,
    share: workers,
    onImage,
  });
}

/** Means of losses and gradients over all workers, and whether one of them was asked to stop. */
async function joinStep(
  { workers, shouldStop }: TrainOptions,
  gradients: Gradients,
  step: StepResult,
): Promise<{ step: StepResult; stop: boolean }> {
  if (workers === undefined) return { step, stop: false };
  const stop = shouldStop?.() ?? false;
  const names = Object.keys(step.losses);
  const means = await workers.meanGradients(gradients, [...Object.values(step.losses), stop ? 1 : 0]);
  const losses = Object.fromEntries(names.map((name, i) => [name, means[i]!]));
  return { step: { ...step, losses }, stop: means.at(-1)! > 0 };
}

async function snapshot(
  { network, metadata }: TrainOptions,
  sgd: Sgd,
  iteration: number,
): Promise<Checkpoint> {
  const momentum = await sgd.export(network.parameters);
  return { iteration, parameters: await network.export(), momentum, metadata };
}

/**
 * Trains a network: load, step, update, log, evaluate, save. Batch and draws of an iteration depend on seed and
 * iteration alone, so that a resumed run repeats the unbroken one.
 * @throws {TrainingError} If a loss is not finite; the last checkpoint stays
 * @throws {DatasetError} If an image cannot be read
 */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const { config, network, checkpoints } = options;
  const { iterations, optimizer } = config;
  const schedule = {
    base: optimizer.learningRate,
    minimum: optimizer.minimumLearningRate,
    power: optimizer.power,
    iterations,
  };
  const sgd = optimizerOf(options);
  const loader = loaderOf(options);
  const meter = new IntervalMeter();
  let best = bestOf(options.resume);
  let evaluation: Evaluation | undefined;
  let iteration = options.resume?.iteration ?? 0;
  let saved = iteration;
  const writes = options.workers?.isChief ?? true;
  const save = async () => {
    if (writes) await checkpoints.save(withBest(await snapshot(options, sgd, iteration), best));
    saved = iteration;
  };
  const alone = options.workers === undefined;
  const oneByOne = alone && optimizer.accumulate === 1 && sgd.takesOneByOne;
  let stopped = false;
  try {
    options.workers?.agree(await runFacts(config, options.dataset, network, iteration));
    while (iteration < iterations && !stopped && !(alone && options.shouldStop?.())) {
      const learningRate = polyLearningRate(schedule, iteration);
      const take = (name: string, gradient: AnyTensor) =>
        sgd.take(network.parameters, name, gradient, learningRate);
      const { gradients, step: own, batch } = await gatherGradients(
        options,
        loader,
        iteration,
        meter,
        oneByOne ? take : undefined,
      );
      const { step, stop } = await joinStep(options, gradients, own);
      stopped = stop;
      sgd.step(network.parameters, gradients, learningRate);
      iteration++;
      meter.step(step.losses);
      options.onStep?.(iteration, step, batch);
      if (iteration % (options.logEvery ?? 10) === 0 || iteration === iterations) {
        await options.onTrainRow?.({
          kind: "train",
          iteration,
          learningRate,
          weight: step.ramp * config.recipe.unsup.weight,
          memoryBytes: options.memory?.peakBytes() ?? 0,
          ...meter.take(),
        });
        options.memory?.reset();
      }
      const last = iteration === iterations;
      if (options.dataset.val.length > 0 && (last || iteration % config.evaluation.every === 0)) {
        const paused = performance.now();
        const found = await evaluate(options, last);
        await options.onEvaluation?.(evalRow(iteration, found), found);
        if (last) evaluation = found;
        if (best === undefined || found.summary.miou > best.miou) {
          best = { miou: found.summary.miou, iteration };
          if (writes) await checkpoints.saveBest(await snapshot(options, sgd, iteration));
        }
        meter.paused(performance.now() - paused);
      }
      if (iteration % config.checkpointEvery === 0) await save();
    }
    if (saved !== iteration || iteration === 0) await save();
    return { iteration, finished: iteration >= iterations, evaluation, best };
  } catch (error) {
    throw await options.workers?.explain(error) ?? error;
  } finally {
    loader.close();
    sgd.dispose();
  }
}

type Best = TrainOutcome["best"];

function bestOf(resume: Checkpoint | undefined): Best {
  const text = resume?.metadata.best;
  return text === undefined ? undefined : JSON.parse(text) as Best;
}

function withBest(checkpoint: Checkpoint, best: Best): Checkpoint {
  if (best === undefined) return checkpoint;
  return { ...checkpoint, metadata: { ...checkpoint.metadata, best: JSON.stringify(best) } };
}
