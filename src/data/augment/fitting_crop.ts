/** Crops that fit photos. */
import { fittedSize, scaledBy } from "./scale.ts";
import type { PictureSize } from "./augment_options.ts";

/** Feature maps of output stride 8 and 16 fit sides of 16 n + 1 without a remainder. */
const GRID = 16;

/** A smaller crop leaves less than 3 × 3 features. */
const SMALLEST = 33;

function onGrid(side: number): number {
  return Math.max(SMALLEST, Math.round((side - 1) / GRID) * GRID + 1);
}

function middle(sides: readonly number[]): number {
  return [...sides].sort((a, b) => a - b)[Math.floor(sides.length / 2)]!;
}

/**
 * A crop of the shape of most photos: their median sides, each 16 n + 1, with no more pixels than the largest allowed.
 * @param sizes Of the photos, upright; at least one
 * @param most Pixels of the largest crop: memory and time of a step grow with them
 */
export function fittingCrop(sizes: readonly PictureSize[], most: number): PictureSize {
  const height = middle(sizes.map((size) => size.height));
  const width = middle(sizes.map((size) => size.width));
  // what does not fit loses of its longer side first: an even crop of a long photo shows all of its short side
  const side = Math.sqrt(most);
  const short = Math.min(height, width, side);
  const long = Math.min(Math.max(height, width), most / short);
  const [h, w] = height <= width ? [short, long] : [long, short];
  const crop = { height: onGrid(h), width: onGrid(w) };
  while (crop.height * crop.width > most) {
    if (crop.height > crop.width) crop.height -= GRID;
    else crop.width -= GRID;
  }
  return crop;
}

/** Ratios at which the share of padding is looked at. */
const RATIOS = 16;

/**
 * Which share of a crop is padding, on average over photos and the random resize ratio.
 * @param sizes Of the photos, at least one
 * @returns In [0, 1)
 */
export function paddedShare(
  sizes: readonly PictureSize[],
  crop: PictureSize,
  [low, high]: readonly [number, number],
  scale?: readonly [number, number],
): number {
  let filled = 0;
  for (const size of sizes) {
    for (let i = 0; i < RATIOS; i++) {
      const ratio = low + (high - low) * (i + 0.5) / RATIOS;
      const { height, width } = fittedSize(size, scaledBy(scale ?? [size.width, size.height], ratio));
      filled += Math.min(height, crop.height) * Math.min(width, crop.width);
    }
  }
  return 1 - filled / (sizes.length * RATIOS * crop.height * crop.width);
}
