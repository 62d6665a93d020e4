/**
 * Pseudo labels of whole photos, made at the start of a round by a teacher that then stays as it is. They are kept in memory, each as
 * a PNG of a few kilobytes, and move with the crops of their photos. A run that goes on inside of a round makes them again.
 */
import { thresholdsOf, usesUnlabeled } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { sampleOrder } from "../data/loader/sample_order.ts";
import { readImage } from "../data/read_item.ts";
import type { PredictOptions } from "../eval/predict_image.ts";
import { predictSureLabels } from "../eval/predict_photo.ts";
import { encodeValuePng } from "../formats/encode_value_png.ts";
import type { Network } from "../model/network.ts";
import type { Round } from "./rounds.ts";
import type { TrainOptions } from "./train_options.ts";
import { refuseStopped } from "./wait_or_stop.ts";

/** Every number that eight bits hold, 255 too. */
const AS_THEY_ARE = Array.from({ length: 256 }, (_, value) => value);

/** Whether the photos of a round are labeled at its start. */
export function labelsPhotos(
  { recipe }: Pick<RunConfig, "recipe">,
  { index }: Pick<Round, "index">,
): boolean {
  return recipe.pseudoLabels.of === "photos" && index > 0 && usesUnlabeled(recipe);
}

/** Places of the unlabeled photos that a round draws, ascending. */
export function drawnPlaces(
  { seed, batch, optimizer }: Pick<RunConfig, "seed" | "batch" | "optimizer">,
  { start, end }: Pick<Round, "start" | "end">,
  photos: number,
): number[] {
  const perUpdate = batch.unlabeled * optimizer.accumulate;
  const order = sampleOrder(seed, "unlabeled", photos);
  const drawn = new Set<number>();
  for (let at = start * perUpdate; at < end * perUpdate && drawn.size < photos; at++) drawn.add(order(at));
  return [...drawn].sort((a, b) => a - b);
}

/** How a teacher predicts whole photos: as at evaluation, and in several sizes and mirrored where the recipe asks it so. */
export function photoOptions(
  { evaluation: { mode, crop, stride, scale }, recipe: { pseudoLabels: { of, ratios } } }: Pick<
    RunConfig,
    "evaluation" | "recipe"
  >,
): PredictOptions {
  return { mode, crop, stride, scale, ...(of === "photos" && { ratios, flip: true }) };
}

async function labeled(
  { config, dataset }: Pick<TrainOptions, "config" | "dataset">,
  teacher: Network,
  item: Item,
): Promise<Item> {
  const { threshold = 0 } = thresholdsOf(config.recipe.objective) ?? {};
  const photo = await readImage(item);
  const labels = await predictSureLabels(teacher, photo, threshold, photoOptions(config));
  const { width, height } = photo;
  const png = encodeValuePng(photo, labels, AS_THEY_ARE);
  const name = `pseudo labels of ${item.id} (${dataset.name})`;
  return { ...item, mask: { kind: "kept", name, width, height, png } };
}

/**
 * The dataset with pseudo labels for each unlabeled photo that the round draws.
 * @param options `onPhoto` hears of each; a run of one process can be stopped after each
 * @throws {DatasetError} Naming the file, if a photo cannot be read
 * @throws {StoppedWaiting} If the run was asked to stop
 */
export async function labelPhotos(
  options: Pick<TrainOptions, "config" | "dataset" | "workers" | "onPhoto" | "shouldStop">,
  teacher: Network,
  round: Round,
): Promise<Dataset> {
  const { config, dataset, onPhoto } = options;
  const places = drawnPlaces(config, round, dataset.unlabeled.length);
  const unlabeled = [...dataset.unlabeled];
  for (const [done, place] of places.entries()) {
    refuseStopped(options, "while photos were labeled");
    unlabeled[place] = await labeled(options, teacher, unlabeled[place]!);
    onPhoto?.(done + 1, places.length);
  }
  return { ...dataset, unlabeled };
}
