import { resizeBilinear } from "../../formats/resize_image.ts";
import type { RgbImage } from "../../formats/rgb_image.ts";
import { type AugmentOptions, IMAGENET_MEAN, IMAGENET_STD, type PictureSize } from "./augment_options.ts";
import { flipRows } from "./flip.ts";
import { normalizePadded, normalizeTable } from "./normalize.ts";
import { fittedSize, scaledBy } from "./scale.ts";

/** How a picture is prepared for evaluation or prediction. */
export interface EvaluationOptions {
  /** Long and short side that it is fitted into, its shape kept; `undefined`: its own size. */
  readonly scale?: readonly [number, number];
  /** Factor on the scale, for several scales. Default 1. */
  readonly ratio?: number;
  /** Mirrors it, for the flipped pass. Default false. */
  readonly flip?: boolean;
  /** As in `AugmentOptions`; ImageNet's where it is not given. */
  readonly mean?: AugmentOptions["mean"];
  /** As in `AugmentOptions`; ImageNet's where it is not given. */
  readonly std?: AugmentOptions["std"];
}

/** A picture as the network takes it. */
export interface NetworkInput extends PictureSize {
  /** `[height, width, 3]`, normalized RGB. */
  readonly data: Float32Array<ArrayBuffer>;
}

/**
 * Prepares a whole picture as the official test pipelines: resize with the shape kept, flip, normalize; no padding.
 * @throws {RangeError} If the ratio is not above 0
 */
export function prepareForEvaluation(image: RgbImage, options: EvaluationOptions = {}): NetworkInput {
  const { scale = [image.width, image.height], ratio = 1, flip = false } = options;
  if (!(ratio > 0)) throw new RangeError(`Cannot resize by ratio ${ratio}: expected a number above 0`);
  const size = fittedSize(image, scaledBy(scale, ratio));
  const resized = resizeBilinear(image, size.width, size.height);
  const table = normalizeTable(options.mean ?? IMAGENET_MEAN, options.std ?? IMAGENET_STD);
  const data = normalizePadded(resized.data, size, table, size);
  if (flip) flipRows(data, size.width, 3);
  return { ...size, data };
}
