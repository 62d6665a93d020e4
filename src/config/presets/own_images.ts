import type { Preset } from "./preset.ts";
import { OFFICIAL_SGD, SMALL_MITRANS, SMALL_NETWORK } from "./small_network.ts";

/**
 * One's own photos: a small network for an edge device or a web page. Taken when `--data` is given without `--preset`.
 *
 *     deno task train --data my-photos --labeled 1/8
 *
 * Source: this project; optimizer and augmentation are the official ones. Takes: not measured, it depends on the
 * photos.
 */
export const OWN: Preset = {
  name: "own",
  summary: "own photos, ResNet-18 at output stride 16, crop 225 (the default with --data)",
  recipe: "guidedmix",
  mitrans: SMALL_MITRANS,
  config: {
    iterations: 2000,
    batch: { labeled: 4, unlabeled: 4 },
    checkpointEvery: 200,
    data: {
      source: "data",
      crop: [225, 225],
      ratioRange: [0.5, 2],
      flip: true,
      photometric: true,
      workers: 1,
    },
    network: SMALL_NETWORK,
    optimizer: OFFICIAL_SGD,
    evaluation: { every: 500, mode: "whole", crop: [225, 225], stride: [150, 150], limit: 100 },
  },
};

/**
 * CamVid road scenes, 480 × 360, 11 classes, one in eight of 367 labeled.
 *
 *     deno task train --preset camvid --data data/camvid --weights resnet18.pth
 *
 * Source: this project. Takes: not measured.
 */
export const CAMVID: Preset = {
  ...OWN,
  name: "camvid",
  summary: "CamVid, 1/8 of 367 images labeled, ResNet-18 at output stride 16, crop 225",
  config: {
    ...OWN.config,
    iterations: 1200,
    data: { ...OWN.config.data, source: "data/camvid", labeled: "1/8" },
    evaluation: { ...OWN.config.evaluation, every: 400, limit: 0 },
  },
};
