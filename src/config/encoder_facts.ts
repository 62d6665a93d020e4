/** What follows from an encoder's family. */
import type { EncoderOptions } from "./model_options.ts";

/** The families, as `encoder.family` names them. */
export const ENCODER_FAMILY_NAMES = ["resnet", "efficientnet-lite"] as const;

/** Mean and standard deviation of each RGB channel, of pixels 0..255: `(x − mean) / std`. */
export interface Normalization {
  /** Red, green, blue, 0..255. */
  readonly mean: readonly [number, number, number];
  /** Red, green, blue, above 0. */
  readonly std: readonly [number, number, number];
}

/** The numbers of ImageNet, as every configuration of the official code has them. */
export const IMAGENET_NORMALIZATION: Normalization = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};

/** What TensorFlow's EfficientNet-Lite were trained with (`MEAN_RGB`, `STDDEV_RGB` of its `lite` folder). */
export const LITE_NORMALIZATION: Normalization = { mean: [127, 127, 127], std: [128, 128, 128] };

/** How pictures are normalized for an encoder: as they were for the weights that its family is published with. */
export function inputNormalization(encoder: EncoderOptions): Normalization {
  return encoder.family === "efficientnet-lite" ? LITE_NORMALIZATION : IMAGENET_NORMALIZATION;
}

/** An encoder's name for people, such as `ResNet-18` or `EfficientNet-Lite0`. */
export function encoderName(encoder: EncoderOptions): string {
  if (encoder.family !== "efficientnet-lite") return `ResNet-${encoder.depth}`;
  return `EfficientNet-Lite${encoder.variant.slice("lite".length)}`;
}

/** An encoder's name and what differs from the whole one, such as `ResNet-18, 3 stages, output stride 8`. */
export function encoderText(encoder: EncoderOptions): string {
  const all = encoder.family === "efficientnet-lite" ? 7 : 4;
  const { stages = all } = encoder;
  const short = stages < all ? `, ${stages} stages` : "";
  const narrow = encoder.family === "efficientnet-lite" && (encoder.width ?? 1) !== 1
    ? `, width ${encoder.width}`
    : "";
  return `${encoderName(encoder)}${short}${narrow}, output stride ${encoder.outputStride}`;
}
