import { encode } from "fast-png";
import { checkRgbImage, type RgbImage } from "./rgb_image.ts";

/**
 * Writes an 8-bit RGB PNG.
 * @throws {RangeError} If the data does not fill the size
 */
export function encodeRgbPng(image: RgbImage): Uint8Array {
  checkRgbImage(image);
  const { width, height, data } = image;
  return encode({ width, height, data, channels: 3, depth: 8 });
}

/**
 * Writes an 8-bit palette PNG, as VOC keeps its masks.
 * @param indices `[height, width]`, each below the palette's length
 * @param palette 1 to 256 RGB colours
 * @throws {RangeError} If the data does not fill the size, the palette has another length or an index is outside it
 */
export function encodeIndexedPng(
  width: number,
  height: number,
  indices: Uint8Array,
  palette: readonly (readonly [number, number, number])[],
): Uint8Array {
  if (!(width > 0 && height > 0) || indices.length !== width * height) {
    throw new RangeError(
      `Cannot write PNG: ${indices.length} indices, expected ${width} × ${height}, both sizes from 1`,
    );
  }
  if (palette.length < 1 || palette.length > 256) {
    throw new RangeError(`Cannot write PNG: palette has ${palette.length} colours, expected 1 to 256`);
  }
  const outside = indices.find((index) => index >= palette.length);
  if (outside !== undefined) {
    throw new RangeError(`Cannot write PNG: index ${outside} is used, expected below ${palette.length}`);
  }
  const colors = palette.map((color) => [...color]);
  return encode({ width, height, data: indices, channels: 1, depth: 8, palette: colors });
}
