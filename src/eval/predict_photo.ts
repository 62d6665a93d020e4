/** Prediction of a photo of any size. */
import { resizeBilinear } from "../formats/resize_image.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { Network } from "../model/network.ts";
import * as tf from "@tensorflow/tfjs-core";
import { IGNORE_LABEL } from "../core/ignore_label.ts";
import { predictImage, type PredictOptions, predictProbabilities } from "./predict_image.ts";
import { predictPseudoMask, sureLabels } from "./pseudo_masks.ts";

/** Pixels that are predicted at once: class probabilities of more would fill a laptop's memory. */
const MOST_PIXELS = 2 ** 21;

/** The size with the same shape that, enlarged by `ratio`, has at most `MOST_PIXELS`. */
function workingSize({ width, height }: RgbImage, ratio = 1): { width: number; height: number } {
  const factor = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)) / Math.max(1, ratio));
  const fit = (side: number) => Math.max(1, Math.floor(side * factor));
  return { width: fit(width), height: fit(height) };
}

/** Labels at another size, each from the pixel at the middle of its area. */
function resizeLabels(
  labels: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Uint8Array {
  const result = new Uint8Array(to.width * to.height);
  const columns = Int32Array.from(
    { length: to.width },
    (_, x) => Math.floor((x + 0.5) * from.width / to.width),
  );
  let lastRow = -1;
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor((y + 0.5) * from.height / to.height) * from.width;
    const start = y * to.width;
    if (row === lastRow) result.copyWithin(start, start - to.width, start);
    else for (let x = 0; x < to.width; x++) result[start + x] = labels[row + columns[x]!]!;
    lastRow = row;
  }
  return result;
}

/** Classes of a photo's pixels. */
export interface PhotoPrediction {
  /** `[height, width]`, of the photo's own size. */
  readonly labels: Uint8Array;
  /** Whether the photo was scaled down for it. */
  readonly scaledDown: boolean;
}

/**
 * Labels of a photo, of its own size, by what is said of it at the working size.
 * @param ratio Greatest factor on the size at which it is predicted
 */
async function atWorkingSize(
  photo: RgbImage,
  ratio: number,
  labelsOf: (small: RgbImage) => Promise<Uint8Array>,
): Promise<PhotoPrediction> {
  const size = workingSize(photo, ratio);
  if (size.width === photo.width && size.height === photo.height) {
    return { labels: await labelsOf(photo), scaledDown: false };
  }
  const small = resizeBilinear(photo, size.width, size.height);
  return { labels: resizeLabels(await labelsOf(small), small, photo), scaledDown: true };
}

/** Predicts a photo at its own size; one of more than 2 megapixels is scaled down first, its labels up again. */
export async function predictPhoto(
  network: Network,
  photo: RgbImage,
  options: PredictOptions,
): Promise<PhotoPrediction> {
  return await atWorkingSize(photo, 1, async (small) => (await predictImage(network, small, options)).labels);
}

/** Class probabilities of the pixels of a photo. */
export interface ProbabilityMap {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[height, width, K]`, from 0 to 1; the sum over the classes is 1. */
  readonly data: Float32Array;
}

/** A photo's prediction with its probabilities. */
export interface ProbablePhoto extends PhotoPrediction {
  /** At the size at which the photo was predicted: its own up to 2 megapixels. */
  readonly probabilities: ProbabilityMap;
}

/** Predicts a photo as `predictPhoto` does, and gives its probabilities: 4 bytes a class and pixel. */
export async function predictPhotoProbabilities(
  network: Network,
  photo: RgbImage,
  options: PredictOptions,
): Promise<ProbablePhoto> {
  const { width, height } = workingSize(photo);
  const scaledDown = width !== photo.width || height !== photo.height;
  const small = scaledDown ? resizeBilinear(photo, width, height) : photo;
  const probabilities = predictProbabilities(network, small, options);
  const classes = tf.argMax(probabilities, -1);
  try {
    const labels = Uint8Array.from(await classes.data());
    const data = await probabilities.data<"float32">();
    return {
      labels: scaledDown ? resizeLabels(labels, small, photo) : labels,
      scaledDown,
      probabilities: { width, height, data },
    };
  } finally {
    tf.dispose([classes, probabilities]);
  }
}

/**
 * Pseudo labels of a photo, of its own size: the most probable class of each pixel, 255 where its probability is not above a
 * threshold. A photo that would be predicted at more than 2 megapixels is scaled down first, its labels up again.
 */
export async function predictSureLabels(
  network: Network,
  photo: RgbImage,
  threshold: number,
  options: PredictOptions,
): Promise<Uint8Array> {
  const ratio = Math.max(...options.ratios ?? [1]);
  const { labels } = await atWorkingSize(photo, ratio, async (small) => {
    const { labels, probabilities } = await predictPseudoMask(network, small, options);
    return sureLabels(labels, probabilities, threshold, IGNORE_LABEL);
  });
  return labels;
}
