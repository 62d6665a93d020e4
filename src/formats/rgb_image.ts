/** A picture of 8 bits a channel. */
export interface RgbImage {
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
  /** `[height, width, 3]`, red, green, blue, 0 to 255. */
  readonly data: Uint8Array;
}

/** Bytes above which memory is worth more than a fitting buffer. */
const LARGE_BYTES = 2 ** 26;

/**
 * Drops the fourth channel of `[n, 4]` bytes, in their own memory.
 * @returns `[n, 3]`: of many bytes a view on the beginning of `rgba`, else a copy; `rgba` is not to be used any more
 */
export function rgbaToRgb(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgba[to] = rgba[from]!;
    rgba[to + 1] = rgba[from + 1]!;
    rgba[to + 2] = rgba[from + 2]!;
  }
  const rgb = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length / 4 * 3);
  return rgba.length > LARGE_BYTES ? rgb : rgb.slice();
}

/** Adds a fourth channel of 255. */
export function rgbToRgba(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = rgb.length / 3;
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 3, to += 4) {
    rgba[to] = rgb[from]!;
    rgba[to + 1] = rgb[from + 1]!;
    rgba[to + 2] = rgb[from + 2]!;
  }
  return rgba;
}

/**
 * Refuses an image whose data and size disagree.
 * @throws {RangeError} If the data does not fill width times height
 */
export function checkRgbImage({ width, height, data }: RgbImage): void {
  if (!(width > 0 && height > 0) || data.length !== width * height * 3) {
    throw new RangeError(
      `Cannot use image: data has ${data.length} bytes, expected ${width} × ${height} × 3, both sizes from 1`,
    );
  }
}
