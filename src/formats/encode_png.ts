import { crc32 } from "node:zlib";
import { deflateStrip, joinSums, type PngContent, type PngStrip } from "./png_strips.ts";
import { checkRgbImage, type RgbImage } from "./rgb_image.ts";

/** A PNG without its pixels: 8 bits, palette or RGB. */
export interface PngFrame {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 to 256 colours, where pixels are their indices; RGB without. */
  readonly palette?: readonly (readonly [number, number, number])[];
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** CMF and FLG of a zlib stream with a window of 32 KiB (RFC 1950, 2.2). */
const ZLIB_START = [0x78, 0x01];

/** An empty last block, which ends a deflate stream (RFC 1951, 3.2.3). */
const DEFLATE_END = [0x03, 0x00];

function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function chunk(type: string, ...parts: readonly ArrayLike<number>[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length + 12);
  bytes.set(word(length));
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  let position = 8;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  bytes.set(word(crc32(bytes.subarray(4, position))), position);
  return bytes;
}

/**
 * A PNG file of strips that follow each other from the first row to the last.
 * @param strips At least one; their rows have 1 byte a pixel with a palette, else 3
 */
export function joinPng({ width, height, palette }: PngFrame, strips: readonly PngStrip[]): Uint8Array {
  const colorType = palette === undefined ? 2 : 3;
  const sum = strips.reduce((before, strip) => joinSums(before, strip.sum, strip.length), 1);
  const chunks = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", [...word(width), ...word(height), 8, colorType, 0, 0, 0]),
    ...(palette === undefined ? [] : [chunk("PLTE", palette.flat())]),
    ...strips.map(({ deflated }, i) => {
      const last = i === strips.length - 1;
      return chunk("IDAT", i === 0 ? ZLIB_START : [], deflated, last ? [...DEFLATE_END, ...word(sum)] : []);
    }),
    chunk("IEND"),
  ];
  const file = new Uint8Array(chunks.reduce((total, part) => total + part.length, 0));
  let position = 0;
  for (const part of chunks) {
    file.set(part, position);
    position += part.length;
  }
  return file;
}

/**
 * Writes an 8-bit RGB PNG.
 * @param content `photo` (default) or `drawing`, for a smaller file
 * @throws {RangeError} If the data does not fill the size
 */
export function encodeRgbPng(image: RgbImage, content: PngContent = "photo"): Uint8Array {
  checkRgbImage(image);
  const { width, data } = image;
  return joinPng(image, [deflateStrip({ data, rowBytes: width * 3, step: 3, content })]);
}

/**
 * Refuses indices that a palette does not have.
 * @throws {RangeError} If the palette has no colour or more than 256, or an index is outside it
 */
export function checkIndices(indices: Uint8Array, palette: { readonly length: number }): void {
  if (palette.length < 1 || palette.length > 256) {
    throw new RangeError(`Cannot write PNG: palette has ${palette.length} colours, expected 1 to 256`);
  }
  let largest = 0;
  for (let i = 0; i < indices.length; i++) if (indices[i]! > largest) largest = indices[i]!;
  if (largest < palette.length) return;
  throw new RangeError(`Cannot write PNG: index ${largest} is used, expected below ${palette.length}`);
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
  checkIndices(indices, palette);
  const strip = deflateStrip({ data: indices, rowBytes: width, step: 1, content: "drawing" });
  return joinPng({ width, height, palette }, [strip]);
}
