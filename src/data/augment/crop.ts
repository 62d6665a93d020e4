import type { RandomStream } from "../../core/random.ts";
import type { PictureRegion } from "../../formats/resize_image.ts";
import { IGNORE_LABEL } from "../dataset.ts";
import type { PictureSize } from "./augment_options.ts";

/** Crops that are looked at before the next one is taken unseen (official `RandomCrop`). */
const MAX_TRIES = 10;

/** Draws a region of the crop's size, or of the picture's where that is smaller; every place is equally likely. */
export function drawRegion(stream: RandomStream, size: PictureSize, crop: PictureSize): PictureRegion {
  const height = Math.min(size.height, crop.height);
  const width = Math.min(size.width, crop.width);
  const top = stream.integer(size.height - height + 1);
  const left = stream.integer(size.width - width + 1);
  return { top, left, height, width };
}

/** Whether at least two classes are present and none fills `maxRatio` or more of the labeled pixels. */
export function isMixed(labels: Uint8Array, maxRatio: number): boolean {
  const counts = new Uint32Array(256);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  counts[IGNORE_LABEL] = 0;
  const labeled = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return present > 1 && Math.max(...counts) / labeled < maxRatio;
}

/** A region and the labels in it. */
export interface LabeledRegion {
  /** Inside the picture that is cropped. */
  readonly region: PictureRegion;
  /** `[region.height, region.width]` */
  readonly labels: Uint8Array;
}

/**
 * Draws a region that is not filled by one class (official `RandomCrop` with `cat_max_ratio`); after ten that are,
 * the eleventh is taken as it comes.
 * @param size Of the picture that is cropped
 * @param labelsIn The labels of a region
 * @param catMaxRatio 1 takes the first region
 */
export function drawMixedRegion(
  stream: RandomStream,
  size: PictureSize,
  crop: PictureSize,
  catMaxRatio: number,
  labelsIn: (region: PictureRegion) => Uint8Array,
): LabeledRegion {
  let region = drawRegion(stream, size, crop);
  let labels = labelsIn(region);
  if (catMaxRatio >= 1) return { region, labels };
  for (let tries = 0; tries < MAX_TRIES && !isMixed(labels, catMaxRatio); tries++) {
    region = drawRegion(stream, size, crop);
    labels = labelsIn(region);
  }
  return { region, labels };
}
