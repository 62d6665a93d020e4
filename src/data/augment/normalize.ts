import type { PictureSize } from "./augment_options.ts";
import { IGNORE_LABEL } from "../dataset.ts";

/** A number for each of R, G, B. */
export type Triple = readonly [number, number, number];

/**
 * `(level − mean) / std` of 256 levels for each channel, digit for digit as mmcv's `imnormalize`: float32 constants,
 * float64 between, the reciprocal of std multiplied.
 */
export function normalizeTable(mean: Triple, std: Triple): Float32Array {
  const fround = Math.fround;
  return Float32Array.from({ length: 3 * 256 }, (_, i) => {
    const channel = i >> 8;
    return fround(((i & 255) - fround(mean[channel]!)) * (1 / fround(std[channel]!)));
  });
}

/**
 * Normalizes pixels into the upper left of a larger picture that is 0 elsewhere (official `Normalize`, then `Pad`).
 * @param pixels `[height, width, 3]` bytes of the size `size`
 * @param table From {@link normalizeTable}
 * @param out The padded size; at least `size`
 * @returns `[out.height, out.width, 3]`
 */
export function normalizePadded(
  pixels: Uint8Array,
  size: PictureSize,
  table: Float32Array,
  out: PictureSize,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(out.height * out.width * 3);
  const rowLength = size.width * 3;
  for (let y = 0; y < size.height; y++) {
    let to = y * out.width * 3;
    for (let from = y * rowLength; from < (y + 1) * rowLength; from += 3) {
      values[to++] = table[pixels[from]!]!;
      values[to++] = table[256 + pixels[from + 1]!]!;
      values[to++] = table[512 + pixels[from + 2]!]!;
    }
  }
  return values;
}

/**
 * Labels in the upper left of a larger map that holds the ignore label elsewhere.
 * @param labels `[size.height, size.width]`
 * @param out The padded size; at least `size`
 */
export function padLabels(labels: Uint8Array, size: PictureSize, out: PictureSize): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(out.height * out.width).fill(IGNORE_LABEL);
  for (let y = 0; y < size.height; y++) {
    padded.set(labels.subarray(y * size.width, (y + 1) * size.width), y * out.width);
  }
  return padded;
}
