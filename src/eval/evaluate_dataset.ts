import { readLabeled } from "../data/read_item.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import type { Network } from "../model/network.ts";
import { ConfusionMatrix, type EvaluationSummary } from "./confusion.ts";
import { predictImage, type PredictOptions } from "./predict_image.ts";

/** A finished evaluation. */
export interface Evaluation {
  /** The measures. */
  readonly summary: EvaluationSummary;
  /** Pixel counts. */
  readonly confusion: ConfusionMatrix;
  /** Images that were counted. */
  readonly images: number;
}

/** Options of an evaluation. */
export interface EvaluateOptions extends PredictOptions {
  /** Most images, spread evenly over the list; 0 takes all. Default 0. */
  readonly limit?: number;
  /** Called after each image. */
  readonly onImage?: (done: number, total: number) => void;
}

/** At most `limit` items, evenly spread. */
export function spreadItems(items: readonly Item[], limit: number): readonly Item[] {
  if (limit <= 0 || items.length <= limit) return items;
  return Array.from({ length: limit }, (_, i) => items[Math.floor((i * items.length) / limit)]!);
}

/**
 * Predicts labeled images and counts them, at their own sizes.
 * @param items Images with masks
 * @throws {DatasetError} Naming the file, if an image or mask cannot be read
 */
export async function evaluateDataset(
  network: Network,
  dataset: Pick<Dataset, "classes" | "maskRule" | "ignoreLabel">,
  items: readonly Item[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const confusion = new ConfusionMatrix(dataset.classes.length);
  const chosen = spreadItems(items, options.limit ?? 0);
  for (const [i, item] of chosen.entries()) {
    const { image, labels } = await readLabeled(dataset, item);
    const prediction = await predictImage(network, image, options);
    confusion.add(prediction.labels, labels.data, dataset.ignoreLabel);
    options.onImage?.(i + 1, chosen.length);
  }
  return { summary: confusion.summary(dataset.classes), confusion, images: chosen.length };
}
