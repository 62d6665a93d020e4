/** What the presets for own images, CamVid and the demo share. */
import type { EfficientNetLiteOptions, MitransOptions, ResnetOptions } from "../model_options.ts";
import type { NetworkConfig, OptimizerConfig } from "../run_config.ts";

/** A network whose encoder is a ResNet. */
export type ResnetNetwork = NetworkConfig & { readonly encoder: ResnetOptions };

/** EfficientNet-Lite0 at output stride 16. */
export const LITE_ENCODER: EfficientNetLiteOptions = {
  family: "efficientnet-lite",
  variant: "lite0",
  outputStride: 16,
};

/**
 * ResNet-18 with torchvision's stem, output stride 16, ASPP of 128 channels. Dilations stay below the feature map of
 * a 193 crop (13 × 13), where the official 24 and 36 would see padding only.
 */
export const SMALL_NETWORK: ResnetNetwork = {
  encoder: {
    family: "resnet",
    depth: 18,
    stem: "v1",
    stemChannels: 64,
    baseChannels: 64,
    outputStride: 16,
    contractDilation: true,
  },
  decoder: { channels: 128, dilations: [1, 6, 12, 18], dropout: 0.1, alignCorners: false },
  mitrans: false,
};

/**
 * EfficientNet-Lite0 with its ImageNet weights, and ASPP as `SMALL_NETWORK` has it: where libtensorflow can be had these
 * weights can, through pip.
 */
export const LITE_NETWORK: NetworkConfig = {
  ...SMALL_NETWORK,
  encoder: LITE_ENCODER,
  weights: "imagenet",
};

/** MITrans at the width of one ASPP branch; the concatenated branches are five times as wide. */
export const SMALL_MITRANS: MitransOptions = {
  channels: 128,
  norm: true,
  concatInput: true,
  subsample: true,
};

/** SGD and poly schedule of the official configurations (`configs/_base_/schedules/schedule_20k.py` at 27de72a). */
export const OFFICIAL_SGD: OptimizerConfig = {
  learningRate: 0.01,
  minimumLearningRate: 1e-4,
  power: 0.9,
  momentum: 0.9,
  weightDecay: 5e-4,
  headFactor: 1,
  clipNorm: 0,
  accumulate: 1,
};
