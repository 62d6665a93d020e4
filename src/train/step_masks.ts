/**
 * What a training step itself says of unlabeled images, M_u and M_u_dec, against their true masks: whether the decoupled
 * prediction, which the plain one is held against, is the better one. A diagnosis, nothing of it is trained with.
 */
import * as tf from "@tensorflow/tfjs-core";
import { unsupervisedWeight } from "../config/recipe.ts";
import { randomStream } from "../core/random.ts";
import { type AugmentedPair, augmentPair } from "../data/augment/augment.ts";
import { trainingAugment } from "../data/augment/training_augment.ts";
import { IGNORE_LABEL, type Item } from "../data/dataset.ts";
import { readLabeled } from "../data/read_item.ts";
import { ConfusionMatrix, type EvaluationSummary } from "../eval/confusion.ts";
import { sumOverProcesses } from "../eval/evaluate_dataset.ts";
import { objective } from "../method/objective.ts";
import { readPairs } from "../method/mixture.ts";
import type { Pairs } from "../method/pairing.ts";
import type { StepBatch } from "../method/step_batch.ts";
import { drawStep } from "../method/draw_step.ts";
import { resizeTensor } from "../nn/pool_and_resize.ts";
import { Tape } from "../nn/tape.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { ownShare } from "./distributed/agreement.ts";
import type { TrainOptions } from "./train_options.ts";

/** How the predictions of training steps compare with true masks. */
export interface StepMaskComparison {
  /** Crops of unlabeled images that were compared, by all processes. */
  readonly crops: number;
  /** M_u. */
  readonly plain: EvaluationSummary;
  /** M_u_dec. */
  readonly decoupled: EvaluationSummary;
}

type Run = Pick<TrainOptions, "network" | "dataset" | "config" | "workers">;

/** Crops of one batch; those of unlabeled images with the labels that the step does not see. */
interface Crops {
  readonly labeled: readonly AugmentedPair[];
  readonly unlabeled: readonly AugmentedPair[];
  /** Unlabeled crops that are counted; the others fill the batch. */
  readonly counted: number;
}

interface Counts {
  readonly plain: ConfusionMatrix;
  readonly decoupled: ConfusionMatrix;
  crops: number;
}

/** Crops are the same at each evaluation, so that numbers over the run can be compared. */
async function cropsOf(
  { dataset, config, workers }: Run,
  items: readonly Item[],
  at: number,
): Promise<Crops> {
  const processes = workers?.count ?? 1;
  const augment = trainingAugment(config);
  const make = async (list: readonly Item[], purpose: string, count: number) => {
    const crops: AugmentedPair[] = [];
    for (let i = 0; i < count; i++) {
      const position = at * count + i;
      const { image, labels } = await readLabeled(dataset, list[position % list.length]!);
      const streams = (draw: string) => randomStream(config.seed, `${draw} of ${purpose}`, position);
      crops.push(augmentPair(image, labels, streams, augment));
    }
    return crops;
  };
  const unlabeled = ownShare(config.batch.unlabeled, processes, "batch.unlabeled");
  return {
    labeled: await make(
      dataset.train,
      "labeled diagnosis",
      ownShare(config.batch.labeled, processes, "batch.labeled"),
    ),
    unlabeled: await make(items, "diagnosis", unlabeled),
    counted: Math.min(unlabeled, items.length - at * unlabeled),
  };
}

function batchOf({ labeled, unlabeled }: Crops, [height, width]: readonly [number, number]): StepBatch {
  const images = (crops: readonly AugmentedPair[]) =>
    tf.tidy(() => tf.stack(crops.map(({ image }) => tf.tensor3d(image, [height, width, 3])))) as FeatureMap;
  const labels = tf.tidy(() =>
    tf.stack(labeled.map(({ label }) => tf.tensor2d(Int32Array.from(label), [height, width], "int32")))
  ) as tf.Tensor3D;
  return { labeled: images(labeled), labels, unlabeled: images(unlabeled) };
}

/** The most probable classes `[rows · H · W]` of predictions at feature size. */
async function classesAt(
  prediction: tf.Tensor,
  [height, width]: readonly [number, number],
  alignCorners: boolean,
): Promise<Int32Array> {
  const classes = tf.tidy(() =>
    tf.argMax(resizeTensor(prediction as FeatureMap, height, width, alignCorners), -1)
  );
  const data = await classes.data() as Int32Array;
  classes.dispose();
  return data;
}

function count(
  counts: Counts,
  { unlabeled, counted }: Crops,
  pairs: Pairs,
  plain: Int32Array,
  decoupled: Int32Array,
): void {
  pairs.unlabeled.forEach((image, row) => {
    if (image >= counted) return;
    const { label } = unlabeled[image]!;
    const of = (all: Int32Array, i: number) => all.subarray(i * label.length, (i + 1) * label.length);
    counts.plain.add(of(plain, image), label, IGNORE_LABEL);
    counts.decoupled.add(of(decoupled, row), label, IGNORE_LABEL);
    counts.crops++;
  });
}

/** One step's forward pass, with dropout and the batch's statistics, without gradients. */
async function countBatch({ network, config }: Run, counts: Counts, crops: Crops, at: number): Promise<void> {
  const { recipe, seed, iterations, optimizer, data: { crop } } = config;
  const batch = batchOf(crops, crop);
  // draws of iterations after the last: the run has no use for them
  const iteration = iterations * optimizer.accumulate + at;
  const draws = drawStep(recipe, seed, iteration, crops.labeled.length, crops.unlabeled.length);
  const tape = new Tape({ recording: false, observing: true });
  try {
    const { pairs: chosen } = objective(tape, network, batch, draws, { recipe, ramp: 1 });
    const pairs = chosen && await readPairs(chosen, draws);
    const { alignCorners } = network.options.decoder;
    const [plain, decoupled] = ["M_u", "M_u_dec"].map((name) => tape.observations.get(name)?.value.tensor);
    if (pairs === undefined || plain === undefined || decoupled === undefined) return;
    const classes = (prediction: tf.Tensor) => classesAt(prediction, crop, alignCorners);
    count(counts, crops, pairs, await classes(plain), await classes(decoupled));
  } finally {
    tape.dispose();
    tf.dispose([batch.labeled, batch.labels, batch.unlabeled!]);
  }
}

/**
 * Compares M_u and M_u_dec of steps over augmented crops, as training makes them, with true masks. Several processes take
 * a part of the crops each, and statistics of their own part of a batch. The network stays as it was.
 * @param items Unlabeled images with the masks that training does not see
 * @returns `undefined` where the recipe has no M_u_dec, or no pixel has a class
 */
export async function compareStepMasks(
  run: Run,
  items: readonly Item[],
): Promise<StepMaskComparison | undefined> {
  const { network, dataset: { classes }, config: { recipe, batch }, workers } = run;
  if (unsupervisedWeight(recipe) === 0 || items.length === 0) return undefined;
  const counts: Counts = {
    plain: new ConfusionMatrix(classes.length),
    decoupled: new ConfusionMatrix(classes.length),
    crops: 0,
  };
  const batches = Math.ceil(items.length / (batch.unlabeled / (workers?.count ?? 1)));
  const putBack = network.parameters.rememberStatistics();
  try {
    for (let at = workers?.index ?? 0; at < batches; at += workers?.count ?? 1) {
      await countBatch(run, counts, await cropsOf(run, items, at), at);
    }
  } finally {
    putBack();
  }
  const [plain, decoupled] = [counts.plain, counts.decoupled].map((own) => sumOverProcesses(own, workers));
  const [crops] = workers?.sumCounts(Float64Array.of(counts.crops)) ?? [counts.crops];
  if (plain!.rows().flat().every((pixels) => pixels === 0)) return undefined;
  return { crops: crops!, plain: plain!.summary(classes), decoupled: decoupled!.summary(classes) };
}
