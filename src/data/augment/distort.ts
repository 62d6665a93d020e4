import type { RandomStream } from "../../core/random.ts";
import { hsvToRgb, rgbToHsv } from "./hsv.ts";
import { levelTable, mapLevels } from "./level_tables.ts";

/**
 * One drawn photometric distortion; a part that is `undefined` is left out. Ranges as the official
 * `PhotoMetricDistortion` (`mmseg/datasets/pipelines/transforms.py` at 27de72a).
 */
export interface Distortion {
  /** Added to every level, in [-32, 32). */
  readonly brightness?: number;
  /** Factor on every level, in [0.5, 1.5). */
  readonly contrast?: number;
  /** Contrast before saturation and hue, else after them. */
  readonly contrastFirst: boolean;
  /** Factor on the saturation, in [0.5, 1.5). */
  readonly saturation?: number;
  /** Added to the hue, in half degrees, an integer in [-18, 17] (the official upper end is exclusive). */
  readonly hue?: number;
}

const BRIGHTNESS_DELTA = 32;
const FACTOR_RANGE: readonly [number, number] = [0.5, 1.5];
const HUE_DELTA = 18;

/** Draws a distortion: each part with probability 1/2, contrast first or last with 1/2 each. */
export function drawDistortion(stream: RandomStream): Distortion {
  const [low, high] = FACTOR_RANGE;
  const isOn = () => stream.integer(2) === 1;
  const between = (from: number, to: number) => from + (to - from) * stream.uniform();
  const brightness = isOn() ? between(-BRIGHTNESS_DELTA, BRIGHTNESS_DELTA) : undefined;
  const contrastFirst = isOn();
  const contrast = isOn() ? between(low, high) : undefined;
  const saturation = isOn() ? between(low, high) : undefined;
  const hue = isOn() ? stream.integer(2 * HUE_DELTA) - HUE_DELTA : undefined;
  return { brightness, contrast, contrastFirst, saturation, hue };
}

/** Each level times `factor` plus `offset`, in float32, clipped and cut to a byte. */
function linearTable(factor: number, offset: number): Uint8Array {
  const fround = Math.fround;
  return levelTable((level) => fround(fround(level * fround(factor)) + fround(offset)));
}

function inHsv(pixels: Uint8Array, channel: 0 | 1, table: Uint8Array): void {
  rgbToHsv(pixels);
  for (let i = channel; i < pixels.length; i += 3) pixels[i] = table[pixels[i]!]!;
  hsvToRgb(pixels);
}

/**
 * Applies a distortion in place, each part on bytes, as the official one on OpenCV.
 * @param pixels `[N, 3]` RGB bytes
 */
export function distortColors(pixels: Uint8Array, distortion: Distortion): void {
  const { brightness, contrast, contrastFirst, saturation, hue } = distortion;
  if (brightness !== undefined) mapLevels(pixels, linearTable(1, brightness));
  if (contrast !== undefined && contrastFirst) mapLevels(pixels, linearTable(contrast, 0));
  if (saturation !== undefined) inHsv(pixels, 1, linearTable(saturation, 0));
  if (hue !== undefined) inHsv(pixels, 0, Uint8Array.from({ length: 256 }, (_, h) => (h + hue + 180) % 180));
  if (contrast !== undefined && !contrastFirst) mapLevels(pixels, linearTable(contrast, 0));
}
