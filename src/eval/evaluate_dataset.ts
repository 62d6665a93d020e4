import { readLabeled } from "../data/read_item.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { spreadItems } from "../data/spread_items.ts";
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

/** One process's part of an evaluation. */
export interface EvaluationShare {
  /** From 0. */
  readonly index: number;
  /** Number of processes. */
  readonly count: number;
  /** Sums counts over all processes; waits for them. */
  sumCounts(counts: Float64Array): Float64Array;
}

/** Options of an evaluation. */
export interface EvaluateOptions extends PredictOptions {
  /** Most images, spread evenly over the list; 0 takes all. Default 0. */
  readonly limit?: number;
  /** This process among several that evaluate together: each takes a part of the images, the counts are summed. */
  readonly share?: EvaluationShare;
  /** Called after each image. */
  readonly onImage?: (done: number, total: number) => void;
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
  const all = spreadItems(items, options.limit ?? 0);
  const { share } = options;
  const chosen = share === undefined ? all : all.filter((_, i) => i % share.count === share.index);
  for (const [i, item] of chosen.entries()) {
    const { image, labels } = await readLabeled(dataset, item);
    const prediction = await predictImage(network, image, options);
    confusion.add(prediction.labels, labels.data, dataset.ignoreLabel);
    options.onImage?.(i + 1, chosen.length);
  }
  const whole = sumOverProcesses(confusion, share);
  return { summary: whole.summary(dataset.classes), confusion: whole, images: all.length };
}

/** The counts of all processes together; the matrix itself where there is one. */
export function sumOverProcesses(
  confusion: ConfusionMatrix,
  share: EvaluationShare | undefined,
): ConfusionMatrix {
  if (share === undefined) return confusion;
  const { classes } = confusion;
  const counts = share.sumCounts(Float64Array.from(confusion.rows().flat()));
  const row = (label: number) => [...counts.subarray(label * classes, (label + 1) * classes)];
  return ConfusionMatrix.fromRows(Array.from({ length: classes }, (_, label) => row(label)));
}
