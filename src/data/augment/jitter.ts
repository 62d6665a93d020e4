import type { RandomStream } from "../../core/random.ts";
import type { PictureSize } from "./augment_options.ts";
import { blur } from "./blur.ts";
import { changeBrightness, changeContrast, changeSaturation } from "./enhance.ts";
import { turnHue } from "./hue.ts";

const PARTS = ["brightness", "contrast", "saturation", "hue"] as const;

/** One drawn colour jitter (torchvision's `ColorJitter(0.5, 0.5, 0.5, 0.25)`). */
export interface ColorJitter {
  /** The four parts in the order in which they are applied. */
  readonly order: readonly (typeof PARTS)[number][];
  /** Factor in [0.5, 1.5). */
  readonly brightness: number;
  /** Factor in [0.5, 1.5). */
  readonly contrast: number;
  /** Factor in [0.5, 1.5). */
  readonly saturation: number;
  /** Share of the circle, in [-0.25, 0.25). */
  readonly hue: number;
}

/** A drawn strong view of UniMatch (`dataset/semi.py`); what is `undefined` is left out. */
export interface Jitter {
  /** First. */
  readonly colors?: ColorJitter;
  /** Whether colours are taken out, second. */
  readonly grey: boolean;
  /** Standard deviation of the blur at the end, in [0.1, 2). */
  readonly blur?: number;
}

const COLOR_PROBABILITY = 0.8;
const GREY_PROBABILITY = 0.2;
const BLUR_PROBABILITY = 0.5;

function drawColors(stream: RandomStream): ColorJitter {
  const factor = () => 0.5 + stream.uniform();
  const order = stream.permutation(PARTS.length).map((i) => PARTS[i]!);
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  return { order, brightness, contrast, saturation, hue: 0.5 * stream.uniform() - 0.25 };
}

/** Draws a jitter: colours with probability 0.8, grey 0.2, blur 0.5. */
export function drawJitter(stream: RandomStream): Jitter {
  const isOn = (probability: number) => stream.uniform() < probability;
  const colors = isOn(COLOR_PROBABILITY) ? drawColors(stream) : undefined;
  const grey = isOn(GREY_PROBABILITY);
  return { colors, grey, blur: isOn(BLUR_PROBABILITY) ? 0.1 + 1.9 * stream.uniform() : undefined };
}

function jitterColors(pixels: Uint8Array, { order, ...drawn }: ColorJitter): void {
  const apply = {
    brightness: changeBrightness,
    contrast: changeContrast,
    saturation: changeSaturation,
    hue: turnHue,
  };
  for (const part of order) apply[part](pixels, drawn[part]);
}

/** Applies a jitter in place. @param pixels `[size.height, size.width, 3]` bytes */
export function jitter(pixels: Uint8Array, size: PictureSize, { colors, grey, blur: sigma }: Jitter): void {
  if (colors !== undefined) jitterColors(pixels, colors);
  if (grey) changeSaturation(pixels, 0);
  if (sigma !== undefined) blur(pixels, size, sigma);
}
