import { withLabeledBoxes } from "../recipe.ts";
import type { Preset } from "./preset.ts";
import { LITE_ENCODER, LITE_NETWORK, OFFICIAL_SGD, SMALL_MITRANS, SMALL_NETWORK } from "./small_network.ts";

/**
 * One's own photos: a small network for an edge device or a web page, which begins with ImageNet weights (`--weights none`
 * switches them off). Taken when `--data` is given without `--preset`.
 *
 *     deno task train --data my-photos --labeled 1/8
 *
 * Source: this project; learning rate and head factor are UniMatch's, the augmentation is the official one. Classes are
 * weighted by the square root of median frequency balancing in every recipe; `--set recipe.classWeights=none` undoes it.
 * The encoder's norms stay as the weights bring them; `--set recipe.encoderNorms=batch` undoes that. Takes: 320 × 213 photos
 * (MSRC-21), supervised, 5 minutes on one core with AVX-512 that had other work beside.
 */
export const OWN: Preset = {
  name: "own",
  summary: "own photos, EfficientNet-Lite0 with ImageNet weights, crop 193 (the default with --data)",
  recipe: "guidedmix",
  mitrans: SMALL_MITRANS,
  // rare classes of real photos are not learned from few labels otherwise (LOG.md)
  adjust: (recipe) => ({ ...recipe, classWeights: "sqrt-median", encoderNorms: "frozen" }),
  withoutWeights: (config) => ({
    ...config,
    optimizer: { ...OFFICIAL_SGD, headFactor: 3 },
    recipe: { ...config.recipe, encoderNorms: "batch" },
  }),
  config: {
    iterations: 700,
    batch: { labeled: 4, unlabeled: 4 },
    checkpointEvery: 200,
    data: {
      source: "data",
      crop: [193, 193],
      ratioRange: [0.5, 2],
      flip: true,
      photometric: true,
      workers: 1,
    },
    network: LITE_NETWORK,
    // UniMatch's; frozen norms hold no weights in place, and from 0.004 on training diverges (LOG.md)
    optimizer: { ...OFFICIAL_SGD, learningRate: 0.001, headFactor: 10 },
    evaluation: { every: 350, mode: "whole", crop: [193, 193], stride: [129, 129], limit: 100 },
  },
};

/** Half of CamVid's 480 × 360, by the longer side the scale allows. */
const HALF_CAMVID: readonly [number, number] = [240, 240];

/**
 * CamVid road scenes at half size, 11 classes, one in eight of 367 labeled; three stages of ResNet-18 at output stride 8,
 * which cost as much as all four at 16 and learn more in as many iterations (LOG.md).
 *
 *     deno task train --preset camvid --data data/camvid --weights resnet18.pth
 *
 * Source: this project. Takes: 4 to 5 minutes supervised and 9 to 11 guidedmix on one core with AVX-512, backend
 * tensorflow.
 */
export const CAMVID: Preset = {
  name: "camvid",
  recipe: OWN.recipe,
  mitrans: OWN.mitrans,
  adjust: (recipe) => withLabeledBoxes({ ...recipe, classWeights: "sqrt-median" }),
  summary: "CamVid at half size, 1/8 of 367 images labeled, three stages of ResNet-18 at output stride 8",
  config: {
    ...OWN.config,
    iterations: 700,
    data: {
      ...OWN.config.data,
      source: "data/camvid",
      labeled: "1/8",
      scale: HALF_CAMVID,
      crop: [129, 129],
    },
    network: {
      ...SMALL_NETWORK,
      encoder: { ...SMALL_NETWORK.encoder, outputStride: 8, stages: 3 },
    },
    optimizer: { ...OFFICIAL_SGD, headFactor: 5 },
    evaluation: {
      ...OWN.config.evaluation,
      every: 350,
      crop: [129, 129],
      stride: [86, 86],
      scale: HALF_CAMVID,
      limit: 0,
    },
  },
};

/**
 * `camvid` with EfficientNet-Lite0 and its ImageNet weights, at output stride 16.
 *
 *     deno task train --preset camvid-lite --data data/camvid
 *
 * Source: this project.
 */
export const CAMVID_LITE: Preset = {
  ...CAMVID,
  name: "camvid-lite",
  adjust: OWN.adjust,
  withoutWeights: OWN.withoutWeights,
  summary: "CamVid at half size as camvid, EfficientNet-Lite0 with ImageNet weights",
  config: {
    ...CAMVID.config,
    network: { ...LITE_NETWORK, encoder: LITE_ENCODER },
    optimizer: OWN.config.optimizer,
  },
};
