import { inputNormalization } from "../../config/encoder_facts.ts";
import type { RunConfig } from "../../config/run_config.ts";
import { type AugmentOptions, augmentOptions } from "./augment_options.ts";

/** The augmentation of a run, normalized for its encoder. @throws {RangeError} As `augmentOptions` */
export function trainingAugment({ data, network }: Pick<RunConfig, "data" | "network">): AugmentOptions {
  const { crop: [height, width], scale, ratioRange, flip, photometric } = data;
  const { mean, std } = inputNormalization(network.encoder);
  const changes = { scale, ratioRange, flip: flip ? 0.5 : 0, distort: photometric, mean, std };
  return augmentOptions({ height, width }, changes);
}
