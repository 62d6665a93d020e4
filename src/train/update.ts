/** One update of a training run: batches, steps, gradients over all workers, optimizer. */
import { hasTeacher, usesUnlabeled } from "../config/recipe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { trainingAugment } from "../data/augment/training_augment.ts";
import type { LoadedBatch } from "../data/loader/batch.ts";
import { createLoader, type Loader } from "../data/loader/loader.ts";
import { unlabeledPlaces } from "../method/batch_share.ts";
import type { StepContext, StepResult } from "../method/guided_mix_step.ts";
import { batchTensors } from "./batch_tensors.ts";
import { checkResume } from "./check_resume.ts";
import { ownShare } from "./distributed/agreement.ts";
import type { GradientBuckets } from "./distributed/gradient_buckets.ts";
import { addGradients, type Gradients, scaleGradients } from "./gradients.ts";
import type { IntervalMeter } from "./interval_meter.ts";
import { Sgd } from "./sgd.ts";
import type { StepUpdate } from "./recorded_steps.ts";
import type { StepEngine } from "./step_engine.ts";
import { Teacher } from "./teacher.ts";
import type { TrainOptions } from "./train_options.ts";
import { waitOrStop } from "./wait_or_stop.ts";

/** The loader of a run or of one of its rounds. @param start Its first iteration */
export function loaderOf({ dataset, config, workers }: TrainOptions, start: number): Loader {
  const { data, batch, seed, recipe, optimizer } = config;
  const share = { index: workers?.index ?? 0, count: workers?.count ?? 1 };
  const batchUnlabeled = usesUnlabeled(recipe)
    ? ownShare(batch.unlabeled, share.count, "batch.unlabeled")
    : 0;
  return createLoader(dataset, {
    batchLabeled: ownShare(batch.labeled, share.count, "batch.labeled"),
    batchUnlabeled,
    share,
    unlabeledPlaces: workers &&
      ((iteration) => unlabeledPlaces(recipe, seed, iteration, share, batchUnlabeled)),
    augment: trainingAugment(config),
    views: recipe.views,
    seed,
    workers: data.workers,
    startIteration: start * optimizer.accumulate,
  });
}

/** An optimizer without momentum yet. */
export function newOptimizer({ config }: Pick<TrainOptions, "config">): Sgd {
  const { momentum, weightDecay, clipNorm, headFactor } = config.optimizer;
  const head = { matches: (name: string) => !name.startsWith("backbone."), learningRateFactor: headFactor };
  return new Sgd({
    momentum,
    weightDecay,
    clipNorm: clipNorm > 0 ? clipNorm : undefined,
    groups: [head],
  });
}

/**
 * The optimizer of a run; a resumed run sets its buffers and the network's parameters.
 * @throws {CheckpointMismatch} If the checkpoint lacks some of them, or holds others
 */
export function optimizerOf(options: TrainOptions): Sgd {
  const { network, config, resume } = options;
  const sgd = newOptimizer(options);
  if (resume !== undefined) {
    checkResume(resume, network.parameters, config);
    network.parameters.load(resume.student ?? resume.parameters);
    sgd.load(network.parameters, resume.momentum);
  }
  return sgd;
}

/**
 * Steps of one update: `accumulate` batches whose gradients are averaged.
 * @param use What happens to the gradients instead, where there is one batch
 */
async function gatherGradients(
  options: TrainOptions,
  { loader, meter, engine, classWeights, teacher }: UpdateTools,
  iteration: number,
  use: GradientUse,
): Promise<Gathered> {
  const { config, workers } = options;
  const { accumulate } = config.optimizer;
  const gradients: Gradients = new Map();
  for (let part = 0;; part++) {
    const started = performance.now();
    // several workers stop together: one that left alone would leave the others waiting
    const asked = workers === undefined ? options.shouldStop : undefined;
    const batch = await waitOrStop(loader.next(), "for the next batch", asked);
    meter.waited(performance.now() - started);
    const tensors = batchTensors(batch);
    workers?.startRound();
    const context: StepContext = {
      share: workers?.share,
      normKernels: workers?.normKernels,
      seed: config.seed,
      precision: config.precision,
      classWeights,
      teacher: teacher?.network,
      recompute: config.recompute,
      iteration: iteration * accumulate + part,
      iterations: config.iterations * accumulate,
      takeGradient: use.take,
    };
    const step = await engine.step(tensors, context, use.update)
      .finally(() => tf.dispose(Object.values(tensors)));
    addGradients(gradients, step.gradients);
    if (part + 1 < accumulate) continue;
    scaleGradients(gradients, 1 / accumulate);
    return { gradients, step, batch };
  }
}

interface Gathered {
  readonly gradients: Gradients;
  readonly step: StepResult;
  readonly batch: LoadedBatch;
}

/** Means of losses and gradients over all workers, and whether one of them was asked to stop. */
async function joinStep(
  { shouldStop }: TrainOptions,
  buckets: GradientBuckets,
  { gradients: own, step, batch }: Gathered,
): Promise<Gathered & { readonly stop: boolean }> {
  const asked = shouldStop?.() ?? false;
  const names = Object.keys(step.losses);
  for (const [name, gradient] of own) buckets.add(name, gradient);
  const { gradients, numbers } = await buckets.finish([...Object.values(step.losses), asked ? 1 : 0]);
  const losses = Object.fromEntries(names.map((name, i) => [name, numbers[i]!]));
  return { gradients, step: { ...step, losses }, batch, stop: numbers.at(-1)! > 0 };
}

/** What the updates of a run share. */
export interface UpdateTools {
  /** Gives the batches. */
  readonly loader: Loader;
  /** Moves the parameters. */
  readonly sgd: Sgd;
  /** Runs the steps. */
  readonly engine: StepEngine;
  /** Follows the network. */
  readonly teacher?: Teacher;
  /** Hears how long batches were waited for. */
  readonly meter: IntervalMeter;
  /** Of each class in the losses, where they are not alike. */
  readonly classWeights?: readonly number[];
}

/** What an update leaves. */
export interface Update {
  /** The last step of the update, its losses those of all workers. */
  readonly step: StepResult;
  /** The last batch. */
  readonly batch: LoadedBatch;
  /** Whether one of several workers was asked to stop. */
  readonly stop: boolean;
}

/** Where gradients of an update of one batch go, one by one. */
interface GradientUse {
  readonly take?: StepContext["takeGradient"];
  readonly update?: StepUpdate;
}

/** The teacher of a run, where its recipe has one; a resumed run sets its values. */
export function teacherOf(
  { network, config: { recipe }, resume }: TrainOptions,
): Teacher | undefined {
  if (!hasTeacher(recipe)) return undefined;
  const options = recipe.teacher;
  const teacher = new Teacher(network, options, recipe.rounds === 1);
  if (resume !== undefined) teacher.load(options.evaluated ? resume.parameters : resume.teacher!);
  return teacher;
}

/** Nothing where they are gathered first. */
function gradientUse(
  { config, workers }: TrainOptions,
  sgd: Sgd,
  buckets: GradientBuckets | undefined,
  learningRate: number,
): GradientUse {
  if (config.optimizer.accumulate > 1) return {};
  if (buckets !== undefined) return { take: (name, gradient) => buckets.add(name, gradient) };
  if (workers !== undefined || !sgd.takesOneByOne) return {};
  return { update: { sgd, learningRate } };
}

/**
 * Makes one update. Where it takes one batch, a gradient is used as soon as it is there: one process updates the parameter,
 * several send it to each other.
 */
export async function makeUpdate(
  options: TrainOptions,
  tools: UpdateTools,
  iteration: number,
  learningRate: number,
): Promise<Update> {
  const buckets = options.workers?.gradientBuckets();
  const { sgd, teacher, engine } = tools;
  const use = gradientUse(options, sgd, buckets, learningRate);
  const own = await gatherGradients(options, tools, iteration, use);
  const { gradients, step, batch, stop } = buckets === undefined
    ? { ...own, stop: false }
    : await joinStep(options, buckets, own);
  const { parameters } = options.network;
  sgd.step(parameters, gradients, learningRate);
  if (!(use.update !== undefined && engine.updates(use.update))) teacher?.follow(parameters, iteration);
  return { step, batch, stop };
}
