import type { DataConfig } from "../../config/run_config.ts";
import { type AugmentOptions, augmentOptions } from "./augment_options.ts";

/** The augmentation of a run. @throws {RangeError} As `augmentOptions` */
export function trainingAugment(
  { crop: [height, width], scale, ratioRange, flip, photometric }: Pick<
    DataConfig,
    "crop" | "scale" | "ratioRange" | "flip" | "photometric"
  >,
): AugmentOptions {
  const changes = { scale, ratioRange, flip: flip ? 0.5 : 0, distort: photometric };
  return augmentOptions({ height, width }, changes);
}
