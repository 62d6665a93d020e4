import type { PictureSize } from "./augment_options.ts";

/** How many standard deviations of the Gaussian are summed on each side; what is left out is under 0.13 of 255 levels. */
const REACH = 3.5;

/** The middle and one side of a Gaussian whose sum over both sides is 1. */
function gaussianTaps(sigma: number): Float64Array {
  const radius = Math.ceil(REACH * sigma);
  const taps = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = taps.reduce((total, tap, i) => total + (i === 0 ? tap : 2 * tap), 0);
  return taps.map((tap) => tap / sum);
}

/** Blurs along rows. */
function blurRows(pixels: Uint8Array, { width, height }: PictureSize, taps: Float64Array): Float32Array {
  const radius = taps.length - 1;
  const rowLength = width * 3;
  const out = new Float32Array(pixels.length);
  const row = new Float64Array(rowLength + 6 * radius);
  for (let y = 0; y < height; y++) {
    extendRow(pixels, y * rowLength, width, radius, row);
    for (let i = 0, at = 3 * radius; i < rowLength; i++, at++) {
      let sum = taps[0]! * row[at]!;
      for (let k = 1, far = 3; k <= radius; k++, far += 3) {
        sum += taps[k]! * (row[at - far]! + row[at + far]!);
      }
      out[y * rowLength + i] = sum;
    }
  }
  return out;
}

/** One row with its outermost pixels repeated on both sides. */
function extendRow(
  pixels: Uint8Array,
  start: number,
  width: number,
  radius: number,
  row: Float64Array,
): void {
  for (let x = -radius, to = 0; x < width + radius; x++, to += 3) {
    const from = start + 3 * Math.min(Math.max(x, 0), width - 1);
    row[to] = pixels[from]!;
    row[to + 1] = pixels[from + 1]!;
    row[to + 2] = pixels[from + 2]!;
  }
}

/** Blurs along columns into bytes, rounded. */
function blurColumns(
  rows: Float32Array,
  { width, height }: PictureSize,
  taps: Float64Array,
  out: Uint8Array,
): void {
  const rowLength = width * 3;
  const sums = new Float64Array(rowLength);
  const startOf = (y: number) => Math.min(Math.max(y, 0), height - 1) * rowLength;
  for (let y = 0; y < height; y++) {
    const middle = y * rowLength;
    for (let i = 0; i < rowLength; i++) sums[i] = taps[0]! * rows[middle + i]!;
    for (let k = 1; k < taps.length; k++) {
      const tap = taps[k]!, above = startOf(y - k), below = startOf(y + k);
      for (let i = 0; i < rowLength; i++) sums[i]! += tap * (rows[above + i]! + rows[below + i]!);
    }
    for (let i = 0; i < rowLength; i++) out[middle + i] = sums[i]! + 0.5;
  }
}

/**
 * Blurs in place by a Gaussian; outermost pixels are repeated beyond the edges. (Pillow's `GaussianBlur`, which UniMatch and AugSeg
 * use, takes three box means for it.)
 * @param pixels `[size.height, size.width, 3]` bytes
 * @param sigma Standard deviation in pixels, above 0
 */
export function blur(pixels: Uint8Array, size: PictureSize, sigma: number): void {
  const taps = gaussianTaps(sigma);
  blurColumns(blurRows(pixels, size, taps), size, taps, pixels);
}
