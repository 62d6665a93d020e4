import { IMAGENET_NORMALIZATION } from "../../config/encoder_facts.ts";

/** Height and width of a picture, in pixels. */
export interface PictureSize {
  /** Rows, an integer from 1. */
  readonly height: number;
  /** Columns, an integer from 1. */
  readonly width: number;
}

/**
 * How training pictures are changed; the defaults are those of the official pipelines
 * (`configs/_base_/datasets/pascal_voc12.py` at 27de72a).
 */
export interface AugmentOptions {
  /** Size of every sample. */
  readonly crop: PictureSize;
  /** Long and short side that a picture is fitted into, its shape kept, before the ratio; `undefined`: its own size. */
  readonly scale?: readonly [number, number];
  /** Range of the random factor on `scale`; `[1, 1]` turns it off. Default 0.5 to 2. */
  readonly ratioRange: readonly [number, number];
  /** A crop is drawn again (10 times at most) while one class holds this share or more of it; 1 turns it off. */
  readonly catMaxRatio: number;
  /** Probability of a horizontal flip, in [0, 1]. */
  readonly flip: number;
  /** Random brightness, contrast, saturation and hue. */
  readonly distort: boolean;
  /** Subtracted from each of R, G, B (levels 0 … 255). */
  readonly mean: readonly [number, number, number];
  /** Divides each of R, G, B after that. */
  readonly std: readonly [number, number, number];
}

/** Mean of R, G, B over ImageNet, as in every official configuration. */
export const IMAGENET_MEAN: readonly [number, number, number] = IMAGENET_NORMALIZATION.mean;

/** Standard deviation of R, G, B over ImageNet, as in every official configuration. */
export const IMAGENET_STD: readonly [number, number, number] = IMAGENET_NORMALIZATION.std;

/**
 * The options of the official training pipelines, with some replaced.
 * @throws {RangeError} If a size, a range or a probability cannot be
 */
export function augmentOptions(
  crop: PictureSize,
  changes: Partial<Omit<AugmentOptions, "crop">> = {},
): AugmentOptions {
  const options: AugmentOptions = {
    crop,
    ratioRange: [0.5, 2],
    catMaxRatio: 0.75,
    flip: 0.5,
    distort: true,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  };
  checkOptions(options);
  return options;
}

function checkOptions(
  { crop, scale, ratioRange: [low, high], catMaxRatio, flip, std }: AugmentOptions,
): void {
  const need = (holds: boolean, what: string, present: unknown, rule: string) => {
    if (!holds) {
      throw new RangeError(`Cannot augment with ${what}: it is ${JSON.stringify(present)}, expected ${rule}`);
    }
  };
  const isSize = (size: number) => Number.isInteger(size) && size > 0;
  need(isSize(crop.height) && isSize(crop.width), "crop", [crop.height, crop.width], "two positive integers");
  need(scale === undefined || scale.every(isSize), "scale", scale, "two positive integers");
  need(low > 0 && low <= high && Number.isFinite(high), "ratioRange", [low, high], "0 < low ≤ high");
  need(catMaxRatio > 0 && catMaxRatio <= 1, "catMaxRatio", catMaxRatio, "a share in (0, 1]");
  need(flip >= 0 && flip <= 1, "flip", flip, "a probability in [0, 1]");
  need(std.every((value) => value > 0), "std", std, "three positive numbers");
}
