/** Pseudo masks against true masks: how right the network is on unlabeled images, of which it is trained with guesses. */
import * as tf from "@tensorflow/tfjs-core";
import type { Dataset, Item } from "../data/dataset.ts";
import { readLabeled } from "../data/read_item.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { Network } from "../model/network.ts";
import { ConfusionMatrix, type EvaluationSummary } from "./confusion.ts";
import { type EvaluationShare, sumOverProcesses } from "./evaluate_dataset.ts";
import { type PredictOptions, predictProbabilities } from "./predict_image.ts";

/** Probabilities that a pixel's class must exceed to count as sure, the levels of a comparison. */
export const SURE_LEVELS: readonly number[] = [0.5, 0.7, 0.9];

/** What a network says of an unlabeled image. */
export interface PseudoMask {
  /** `[H, W]`, the most probable class of each pixel. */
  readonly labels: Uint8Array;
  /** `[H, W]`, its probability, from 0 to 1. */
  readonly probabilities: Float32Array;
}

/** Measures over the pixels whose probability is above a level. Shares are from 0 to 1. */
export interface SurePixels {
  /** The level; 0 takes all pixels. */
  readonly above: number;
  /** These pixels among all that have a true class. */
  readonly share: number;
  /** Mean IoU and accuracy over them; `undefined` where there is none. */
  readonly summary?: EvaluationSummary;
}

/** How pseudo masks compare with true masks. */
export interface PseudoMaskComparison {
  /** Images that were compared, by all processes. */
  readonly images: number;
  /** All pixels. */
  readonly summary: EvaluationSummary;
  /** Sure pixels, one entry a level of `SURE_LEVELS`. */
  readonly sure: readonly SurePixels[];
}

/** Options of a comparison. */
export interface ComparePseudoMasksOptions extends PredictOptions {
  /** This process among several that compare together: each takes a part of the images, the counts are summed. */
  readonly share?: EvaluationShare;
  /** Called after each image. */
  readonly onImage?: (done: number, total: number) => void;
}

/**
 * The pseudo mask of an image, at its own size: the network in evaluation, the whole image. (In a training step it is made
 * of an augmented crop, with the statistics of the batch.)
 */
export async function predictPseudoMask(
  network: Network,
  image: RgbImage,
  options: PredictOptions = {},
): Promise<PseudoMask> {
  const [classes, greatest] = tf.tidy(() => {
    const probabilities = predictProbabilities(network, image, options);
    return [tf.argMax(probabilities, -1), tf.max(probabilities, -1)] as const;
  });
  const labels = Uint8Array.from(await classes.data() as Int32Array);
  const probabilities = await greatest.data() as Float32Array;
  tf.dispose([classes, greatest]);
  return { labels, probabilities };
}

/** The labels where the probability is above a level, `other` elsewhere. */
export function sureLabels(
  labels: Uint8Array,
  probabilities: Float32Array,
  above: number,
  other: number,
): Uint8Array {
  return labels.map((label, i) => probabilities[i]! > above ? label : other);
}

function pixelsOf(confusion: ConfusionMatrix): number {
  return confusion.rows().flat().reduce((sum, count) => sum + count, 0);
}

/**
 * Compares predictions on unlabeled images with their true masks. Nothing of it is trained with.
 * @param items Unlabeled images with the masks that training does not see
 * @throws {DatasetError} Naming the file, if an image or mask cannot be read
 */
export async function comparePseudoMasks(
  network: Network,
  dataset: Pick<Dataset, "classes" | "maskRule" | "ignoreLabel">,
  items: readonly Item[],
  options: ComparePseudoMasksOptions = {},
): Promise<PseudoMaskComparison> {
  const { share, onImage } = options;
  const { classes, ignoreLabel } = dataset;
  const levels = [0, ...SURE_LEVELS].map((above) => ({ above, counts: new ConfusionMatrix(classes.length) }));
  const chosen = share === undefined ? items : items.filter((_, i) => i % share.count === share.index);
  for (const [i, item] of chosen.entries()) {
    const { image, labels } = await readLabeled(dataset, item);
    const pseudo = await predictPseudoMask(network, image, options);
    for (const { above, counts } of levels) {
      const truth = sureLabels(labels.data, pseudo.probabilities, above, ignoreLabel);
      counts.add(pseudo.labels, truth, ignoreLabel);
    }
    onImage?.(i + 1, chosen.length);
  }
  const summed = levels.map(({ above, counts }) => ({ above, counts: sumOverProcesses(counts, share) }));
  const [all, ...sure] = summed;
  const total = pixelsOf(all!.counts);
  return {
    images: items.length,
    summary: all!.counts.summary(classes),
    sure: sure.map(({ above, counts }) => {
      const pixels = pixelsOf(counts);
      return { above, share: pixels / total, ...(pixels > 0 && { summary: counts.summary(classes) }) };
    }),
  };
}
