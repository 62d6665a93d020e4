/**
 * Thresholds of pseudo labels that labeled photos decide (`unsup.thresholds=held-out`): the first round learns without a
 * fifth of them, and at the start of each later one the teacher predicts these. The threshold is then the least probability
 * from which on its pixels are right as often as `unsup.threshold` says; from the second round on all labels are learned. A run
 * that goes on inside of a round measures again. (CW-BASS, 2025, asks held-out photos too, and lowers a threshold that they do
 * not confirm.)
 */
import { measuresThreshold, thresholdsOf, withThreshold } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";
import { DatasetError } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { readLabeled } from "../data/read_item.ts";
import { predictPseudoMask } from "../eval/pseudo_masks.ts";
import { SureLevels } from "../eval/sure_level.ts";
import type { Network } from "../model/network.ts";
import { photoOptions } from "./label_photos.ts";
import type { Round } from "./rounds.ts";
import type { MeasuredThreshold, TrainOptions } from "./train_options.ts";
import { refuseStopped } from "./wait_or_stop.ts";

/** One labeled photo in so many is held out. */
const ONE_IN = 5;

/** Labeled photos by whether the first round learns them: four in five by the seed, in the order of the list. */
export function heldOutOf(
  train: readonly Item[],
  seed: number,
): { readonly learned: Item[]; readonly heldOut: Item[] } {
  const order = randomStream(seed, "photos held out for thresholds").permutation(train.length);
  const places = new Set(order.slice(0, Math.max(1, Math.round(train.length / ONE_IN))));
  return {
    learned: train.filter((_, place) => !places.has(place)),
    heldOut: train.filter((_, place) => places.has(place)),
  };
}

/**
 * The dataset that a round learns from: the first one lacks the photos that are held out.
 * @throws {DatasetError} If fewer than two photos are labeled
 */
export function datasetOfRound(
  { config: { recipe, seed }, dataset }: Pick<TrainOptions, "config" | "dataset">,
  { index }: Pick<Round, "index">,
): Dataset {
  if (!measuresThreshold(recipe) || index > 0) return dataset;
  if (dataset.train.length < 2) {
    throw new DatasetError(
      `Cannot hold labeled photos out: ${dataset.train.length} is labeled, expected at least 2 with ` +
        "recipe.objective.unsup.thresholds=held-out",
    );
  }
  return { ...dataset, train: heldOutOf(dataset.train, seed).learned };
}

/**
 * Asks the held-out photos. Several processes measure the same, each for itself.
 * @throws {DatasetError} Naming the file, if a photo or mask cannot be read
 * @throws {StoppedWaiting} If the run was asked to stop
 */
async function measureThreshold(
  options: Pick<TrainOptions, "config" | "dataset" | "workers" | "shouldStop" | "onImage">,
  teacher: Network,
  wanted: number,
): Promise<MeasuredThreshold> {
  const { config, dataset, onImage } = options;
  const { heldOut } = heldOutOf(dataset.train, config.seed);
  const levels = new SureLevels();
  for (const [done, item] of heldOut.entries()) {
    refuseStopped(options, "while held-out photos were predicted");
    const { image, labels } = await readLabeled(dataset, item);
    levels.add(
      await predictPseudoMask(teacher, image, photoOptions(config)),
      labels.data,
      dataset.ignoreLabel,
    );
    onImage?.(done + 1, heldOut.length);
  }
  return { ...levels.least(wanted), photos: heldOut.length, wanted };
}

/**
 * The configuration of a round with the threshold that held-out photos decide; the one given, where they decide none.
 * @param options `onThreshold` hears of it
 * @param config Of the round
 * @throws As `measureThreshold`
 */
export async function withMeasuredThreshold(
  options: TrainOptions,
  config: RunConfig,
  teacher: Network | undefined,
): Promise<RunConfig> {
  const { recipe } = config;
  if (teacher === undefined || !measuresThreshold(recipe)) return config;
  const measured = await measureThreshold(options, teacher, thresholdsOf(recipe.objective)!.threshold);
  options.onThreshold?.(measured);
  return { ...config, recipe: withThreshold(recipe, measured.level) };
}
