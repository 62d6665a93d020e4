import type { RandomStream } from "../../core/random.ts";
import { IGNORE_LABEL, type LabelMap } from "../dataset.ts";
import type { PictureSize } from "./augment_options.ts";

/** A part of a picture, inside it: columns `left` … `left + width − 1`, rows `top` … `top + height − 1`. */
export interface Region extends PictureSize {
  readonly top: number;
  readonly left: number;
}

/** Crops that are looked at before the next one is taken unseen (official `RandomCrop`). */
const MAX_TRIES = 10;

/** Draws a region of the crop's size, or of the picture's where that is smaller; every place is equally likely. */
export function drawRegion(stream: RandomStream, size: PictureSize, crop: PictureSize): Region {
  const height = Math.min(size.height, crop.height);
  const width = Math.min(size.width, crop.width);
  const top = stream.integer(size.height - height + 1);
  const left = stream.integer(size.width - width + 1);
  return { top, left, height, width };
}

/** Whether a region shows at least two classes and none fills `maxRatio` or more of its labeled pixels. */
function isMixed(labels: LabelMap, region: Region, maxRatio: number): boolean {
  const counts = new Uint32Array(256);
  for (let y = region.top; y < region.top + region.height; y++) {
    const row = y * labels.width + region.left;
    for (let i = row; i < row + region.width; i++) counts[labels.data[i]!]!++;
  }
  counts[IGNORE_LABEL] = 0;
  const labeled = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return present > 1 && Math.max(...counts) / labeled < maxRatio;
}

/**
 * Draws a region that is not filled by one class (official `RandomCrop` with `cat_max_ratio`); after ten that are,
 * the eleventh is taken as it comes.
 * @param labels The label map at the size that is cropped
 * @param catMaxRatio 1 takes the first region
 */
export function drawMixedRegion(
  stream: RandomStream,
  labels: LabelMap,
  crop: PictureSize,
  catMaxRatio: number,
): Region {
  let region = drawRegion(stream, labels, crop);
  if (catMaxRatio >= 1) return region;
  for (let tries = 0; tries < MAX_TRIES && !isMixed(labels, region, catMaxRatio); tries++) {
    region = drawRegion(stream, labels, crop);
  }
  return region;
}
