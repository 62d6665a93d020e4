/** A training crop that fits the photos: what a crop shows beyond them is padding, which costs time and teaches nothing. */
import type { RunConfig } from "./run_config.ts";

/** Height and width. */
export type CropSize = readonly [height: number, width: number];

/** Sides that every output stride divides evenly, but for one. */
const STEP = 16;

/** A smaller crop is one position at output stride 32. */
const LEAST = 33;

/** The side that fits a length, at most `most`. */
function fittingSide(length: number, most: number): number {
  return Math.max(LEAST, Math.floor((Math.min(length, most) - 1) / STEP) * STEP + 1);
}

/** What a crop may take. */
export interface CropLimits {
  /** Largest height and width: the preset's. */
  readonly most: CropSize;
  /** Bytes that a step may hold; unlimited when absent. */
  readonly bytes?: number;
  /** Bytes that a step holds for each pixel of all crops of its batch. */
  readonly bytesPerPixel: number;
  /** Images a step, labeled and unlabeled. */
  readonly images: number;
}

/**
 * The largest crop that the typical photo fills and the memory holds; sides are 16 k + 1, at least 33.
 * @param typical Height and width of the typical photo
 */
export function fittingCrop(typical: CropSize, { most, bytes, bytesPerPixel, images }: CropLimits): CropSize {
  const fitting = (limit: number): CropSize => [
    fittingSide(typical[0], Math.min(limit, most[0])),
    fittingSide(typical[1], Math.min(limit, most[1])),
  ];
  const takes = ([height, width]: CropSize) => height * width * images * bytesPerPixel;
  let crop = fitting(Infinity);
  for (let limit = Math.max(...crop); bytes !== undefined && takes(crop) > bytes && limit > LEAST;) {
    limit -= STEP;
    crop = fitting(limit);
  }
  return crop;
}

/** A configuration with another crop; windows of an evaluation follow, two thirds of a window apart. */
export function withCrop(config: RunConfig, crop: CropSize): RunConfig {
  const stride = crop.map((side) => Math.max(1, Math.floor(side * 2 / 3))) as unknown as CropSize;
  return {
    ...config,
    data: { ...config.data, crop },
    evaluation: { ...config.evaluation, crop, stride },
  };
}

/** Ratios that a share of padding is averaged over. */
const RATIOS = 31;

/**
 * Mean share of a crop that is padding, over the random ratios of training.
 * @param photo Height and width, scaled as the run scales it
 * @returns In [0, 1)
 */
export function paddedShare(photo: CropSize, crop: CropSize, ratioRange: readonly [number, number]): number {
  const [low, high] = ratioRange;
  let padded = 0;
  for (let i = 0; i < RATIOS; i++) {
    const ratio = low + (high - low) * i / (RATIOS - 1);
    const seen = photo.map((length, axis) => Math.min(1, length * ratio / crop[axis]!));
    padded += 1 - seen[0]! * seen[1]!;
  }
  return padded / RATIOS;
}
