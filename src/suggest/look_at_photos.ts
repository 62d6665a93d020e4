/** Measures photos one after the other; nothing of a photo is kept but its numbers. */
import { DatasetError, FormatError } from "../core/errors.ts";
import { isSystemError } from "../core/system_error.ts";
import { readImage } from "../data/read_item.ts";
import { pooledFeatures } from "../eval/pooled_features.ts";
import type { PredictOptions } from "../eval/predict_image.ts";
import { type UncertainPhoto, uncertainPhoto } from "../eval/uncertainty.ts";
import { resizeBilinear } from "../formats/resize_image.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { Network } from "../model/network.ts";
import type { RunOutput } from "../run/run_output.ts";
import type { Candidate, PhotoUncertainty, SeenPhoto } from "./photo.ts";
import { uncertainRegions } from "./region.ts";

/** Pixels of a photo that are looked at: a larger one is made smaller, which tells the same of where it is unsure. */
const MOST_PIXELS = 2 ** 20;

/** Probabilities of a photo, pixels times classes; some copies of them are in memory at a time. */
const MOST_VALUES = 2 ** 24;

/** What photos are looked at with. */
export interface Looker {
  /** The network; stays the caller's. */
  readonly network: Network;
  /** How it predicts; missing where only the encoder is trained. */
  readonly predict?: PredictOptions;
}

/** A photo that could not be read. */
export interface SkippedPhoto extends Candidate {
  /** Why, a sentence. */
  readonly why: string;
}

/** A photo at the size at which it is looked at. */
export function workingPhoto(photo: RgbImage, { network, predict }: Looker): RgbImage {
  const { classes } = network.options;
  const most = predict === undefined ? MOST_PIXELS : Math.min(MOST_PIXELS, MOST_VALUES / classes);
  const factor = Math.sqrt(most / (photo.width * photo.height));
  if (factor >= 1) return photo;
  const fit = (side: number) => Math.max(1, Math.floor(side * factor));
  return resizeBilinear(photo, fit(photo.width), fit(photo.height));
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The mean of the three measures, `[H, W]`. */
function together({ entropy, margin, flips }: UncertainPhoto): Float32Array {
  return entropy.map((value, i) => (value + margin[i]! + flips[i]!) / 3);
}

/** Measures of a photo, its parts in pixels of its own size. */
function uncertaintyOf(measured: UncertainPhoto, seen: RgbImage, whole: RgbImage): PhotoUncertainty {
  const all = together(measured);
  const [x, y] = [whole.width / seen.width, whole.height / seen.height];
  const regions = uncertainRegions(all, seen.width, seen.height).map((region) => ({
    left: Math.round(region.left * x),
    top: Math.round(region.top * y),
    width: Math.round(region.width * x),
    height: Math.round(region.height * y),
    uncertainty: region.uncertainty,
  }));
  const { entropy, margin, flips } = measured;
  return { all: mean(all), entropy: mean(entropy), margin: mean(margin), flips: mean(flips), regions };
}

/**
 * Looks at a photo.
 * @throws {DatasetError} If it cannot be read
 */
async function lookAt(candidate: Candidate, looker: Looker): Promise<SeenPhoto> {
  const { network, predict } = looker;
  const whole = await readImage({ image: { kind: "file", path: candidate.path } });
  const { width, height } = whole;
  const photo = workingPhoto(whole, looker);
  const features = await pooledFeatures(network, photo);
  if (predict === undefined) return { ...candidate, width, height, features };
  const measured = await uncertainPhoto(network, photo, predict);
  return { ...candidate, width, height, features, uncertainty: uncertaintyOf(measured, photo, whole) };
}

/** What is wrong with one photo, and need not end the work. */
function isOfThePhoto(error: unknown): error is Error {
  return error instanceof DatasetError || error instanceof FormatError ||
    isSystemError(error, ["ENOENT", "EACCES", "EIO"]);
}

/** What came of looking at photos. */
export interface Looked {
  /** Those that could be read, in order. */
  readonly seen: readonly SeenPhoto[];
  /** Those that could not. */
  readonly skipped: readonly SkippedPhoto[];
}

/** Looks at photos; one that cannot be read is told of and skipped. */
export async function lookAtPhotos(
  candidates: readonly Candidate[],
  looker: Looker,
  { note, progress }: RunOutput,
  label = "look at",
): Promise<Looked> {
  const seen: SeenPhoto[] = [];
  const skipped: SkippedPhoto[] = [];
  for (const [i, candidate] of candidates.entries()) {
    try {
      seen.push(await lookAt(candidate, looker));
    } catch (error) {
      if (!isOfThePhoto(error)) throw error;
      skipped.push({ ...candidate, why: error.message });
      note(`note     skipped: ${error.message}`);
    }
    progress.update({ label, done: i + 1, total: candidates.length });
  }
  progress.finish();
  return { seen, skipped };
}
