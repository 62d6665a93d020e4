/**
 * The configurations of the official code (GitHub yh-pengtu/GuidedMix-Net at 27de72a, `configs/3sseg`), with the data
 * folders and lists at the places that they name. Theirs have no MITrans; with `--recipe guidedmix` or `paper` it is
 * 512 channels wide here. Their batch is a GPU's: the number of GPUs is not written in them.
 */
import type { EncoderDepth } from "../model_options.ts";
import { withLambdaLimit } from "../recipe.ts";
import type { DataConfig, NetworkConfig } from "../run_config.ts";
import type { Preset } from "./preset.ts";
import { OFFICIAL_SGD, SMALL_MITRANS } from "./small_network.ts";

function network(depth: EncoderDepth): NetworkConfig {
  return {
    encoder: {
      depth,
      stem: "v1c",
      stemChannels: 64,
      baseChannels: 64,
      outputStride: 8,
      contractDilation: true,
    },
    decoder: { channels: 512, dilations: [1, 12, 24, 36], dropout: 0.1, alignCorners: false },
    mitrans: false,
  };
}

interface Family {
  readonly source: string;
  readonly lists: string;
  readonly crop: number;
  readonly scale: readonly [number, number];
  readonly samples: number;
}

const VOC: Family = {
  source: "data/VOCdevkit/VOC2012",
  lists: "3sseg_datasplits/voc_splits",
  crop: 512,
  scale: [2048, 512],
  samples: 4,
};

const CONTEXT: Family = {
  ...VOC,
  source: "data/VOCdevkit/VOC2010",
  lists: "3sseg_datasplits/context_splits",
};

const CITYSCAPES: Family = {
  source: "data/Cityscapes",
  lists: "3sseg_datasplits/cityscapes_splits",
  crop: 769,
  scale: [2049, 1025],
  samples: 2,
};

interface Row {
  readonly name: string;
  readonly family: Family;
  readonly depth: 50 | 101;
  readonly labeled: number;
  /** End of the list's name, `_v2` for the second draw of VOC images. */
  readonly draw?: string;
  readonly thousands: 20 | 40 | 80;
  readonly lambdaLimit?: number;
  /** Name of the file in `configs/3sseg` without what all of them share; none where no file is like it. */
  readonly file?: string;
}

function configOf({ family, depth, labeled, draw = "", thousands }: Row): Preset["config"] {
  const { crop, scale, samples, source, lists } = family;
  const data: DataConfig = {
    source,
    labeled: `${lists}/${labeled}_train_supervised${draw}.txt`,
    crop: [crop, crop],
    scale,
    ratioRange: [0.5, 2],
    flip: true,
    photometric: true,
    workers: 4,
  };
  return {
    iterations: thousands * 1000,
    batch: { labeled: samples, unlabeled: samples },
    checkpointEvery: 2000,
    data,
    network: network(depth),
    optimizer: OFFICIAL_SGD,
    evaluation: {
      every: 2000,
      mode: "whole",
      crop: [crop, crop],
      stride: [Math.ceil(crop * 2 / 3), Math.ceil(crop * 2 / 3)],
      scale,
      limit: 0,
    },
  };
}

function presetOf(row: Row): Preset {
  const { name, depth, labeled, thousands, lambdaLimit, file } = row;
  const origin = file === undefined
    ? "as its neighbours, no file of its own"
    : `guidedmix_deeplabv3plus_${file}.py`;
  const limit = lambdaLimit === undefined ? "" : `, λ below ${lambdaLimit}`;
  return {
    name,
    summary: `ResNet-${depth}, ${labeled} labeled, ${thousands}k iterations${limit} (${origin})`,
    recipe: "official",
    mitrans: { ...SMALL_MITRANS, channels: 512 },
    ...(lambdaLimit === undefined ? {} : { adjust: (recipe) => withLambdaLimit(recipe, lambdaLimit) }),
    config: configOf(row),
  };
}

const voc50 = (labeled: number): Row[] =>
  ["", "_v2"].map((draw) => ({
    name: `voc-${labeled}${draw.replace("_", "-")}`,
    family: VOC,
    depth: 50,
    labeled,
    draw,
    thousands: 20,
    file: `${labeled}${draw}`,
  }));

const voc101 = (labeled: number, thousands: 20 | 40, file?: string): Row => ({
  name: `voc-${labeled}`,
  family: VOC,
  depth: 101,
  labeled,
  thousands,
  file,
});

const cityscapes = (labeled: number, thousands: 20 | 40 | 80, lambdaLimit?: number, file?: string): Row => ({
  name: [
    "cityscapes",
    labeled,
    ...(thousands === 20 ? [] : [`${thousands}k`]),
    ...(file === undefined ? [] : [`lambda-${lambdaLimit}`]),
  ].join("-"),
  family: CITYSCAPES,
  depth: 101,
  labeled,
  thousands,
  lambdaLimit,
  file: file ?? `res101_cityscapes_${labeled}${thousands === 20 ? "" : `_${thousands}k`}`,
});

const lambdaRow = (limit: number): Row =>
  cityscapes(372, 40, limit, `res101_cityscapes_372_40k_${limit}lambda`);

/**
 * The presets after the official configurations:
 *
 *     deno task train --preset voc-500 --data data/VOCdevkit/VOC2012 --weights resnet50_v1c.pth
 *
 * Optimizer: SGD 0.01, momentum 0.9, weight decay 5e-4, poly 0.9 down to 1e-4. `cityscapes-372-40k` has its λ limit,
 * 0.4, from its file. 662 labeled images of VOC have lists there, but no configuration; it is given 20k iterations as
 * most of its neighbours. Takes: a GPU with much memory; not measured.
 */
export const OFFICIAL_PRESETS: readonly Preset[] = [
  ...[500, 1000, 1464].flatMap(voc50),
  voc101(662, 20),
  voc101(1323, 40, "res101_1323"),
  voc101(2646, 20, "res101_2646"),
  voc101(5291, 20, "res101_5291"),
  ...[100, 372, 500, 744, 1488].map((labeled) => cityscapes(labeled, 20)),
  ...[100, 500, 744, 1488].map((labeled) => cityscapes(labeled, 40)),
  cityscapes(1488, 80),
  cityscapes(372, 40, 0.4),
  ...[0.1, 0.2, 0.3].map(lambdaRow),
  { ...voc101(5291, 20, "res101_context_5291"), name: "context-5291", family: CONTEXT },
].map(presetOf);
