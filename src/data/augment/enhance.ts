/**
 * Brightness, contrast, saturation and sharpness on bytes as Pillow has them (`ImageEnhance`, which torchvision's colour
 * jitter uses for pictures): a mixture with a poorer picture in float32, cut to a byte. Factor 1 changes nothing, 0 gives the poorer one,
 * above 1 goes on to the other side.
 */
import type { PictureSize } from "./augment_options.ts";
import { levelTable, mapLevels } from "./level_tables.ts";

/** `from + factor · (to − from)`, cut to a byte. @param factor Float32 */
function blend(from: number, to: number, factor: number): number {
  const value = Math.fround(from + Math.fround(factor * (to - from)));
  return value < 0 ? 0 : value > 255 ? 255 : value | 0;
}

/** Brightness by Rec. 601 in 16-bit fixed point, rounded (Pillow's mode L). */
function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** Mixes with black, in place. @param pixels `[N, 3]` */
export function changeBrightness(pixels: Uint8Array, factor: number): void {
  const share = Math.fround(factor);
  mapLevels(pixels, levelTable((level) => blend(0, level, share)));
}

function meanLuma(pixels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i + 2 < pixels.length; i += 3) sum += luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!);
  return Math.floor(sum / (pixels.length / 3) + 0.5);
}

/** Mixes with the mean grey, in place. @param pixels `[N, 3]` */
export function changeContrast(pixels: Uint8Array, factor: number): void {
  const share = Math.fround(factor);
  const mean = meanLuma(pixels);
  mapLevels(pixels, levelTable((level) => blend(mean, level, share)));
}

/** Mixes with the grey picture, in place; factor 0 makes it grey. @param pixels `[N, 3]` */
export function changeSaturation(pixels: Uint8Array, factor: number): void {
  const share = Math.fround(factor);
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const grey = luma(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!);
    pixels[i] = blend(grey, pixels[i]!, share);
    pixels[i + 1] = blend(grey, pixels[i + 1]!, share);
    pixels[i + 2] = blend(grey, pixels[i + 2]!, share);
  }
}

/** Means of 3 × 3 pixels, the middle one counted five times, rounded; the outermost pixels stay (Pillow's `SMOOTH`). */
function smoothed(pixels: Uint8Array, { width, height }: PictureSize): Uint8Array {
  const out = pixels.slice();
  const row = width * 3;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + 3; i < (y + 1) * row - 3; i++) {
      const above = pixels[i - row - 3]! + pixels[i - row]! + pixels[i - row + 3]!;
      const below = pixels[i + row - 3]! + pixels[i + row]! + pixels[i + row + 3]!;
      const sum = above + below + pixels[i - 3]! + 5 * pixels[i]! + pixels[i + 3]!;
      out[i] = (2 * sum + 13) / 26;
    }
  }
  return out;
}

/** Mixes with the smoothed picture, in place. @param pixels `[size.height, size.width, 3]` */
export function changeSharpness(pixels: Uint8Array, size: PictureSize, factor: number): void {
  const share = Math.fround(factor);
  const smooth = smoothed(pixels, size);
  for (let i = 0; i < pixels.length; i++) pixels[i] = blend(smooth[i]!, pixels[i]!, share);
}
