import type { PngHeader } from "./png_chunks.ts";

/** One of the reduced pictures that a PNG's rows come in; a picture that is not interlaced is one pass of its own size. */
export interface PngPass {
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
  /** Column of its first pixel. */
  readonly left: number;
  /** Row of its first pixel. */
  readonly top: number;
  /** Columns between its pixels. */
  readonly right: number;
  /** Rows between its pixels. */
  readonly down: number;
}

/** First column and row, steps to the right and down (PNG specification, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes of a picture, without those that hold no pixel. */
export function passesOf({ width, height, interlaced }: PngHeader): PngPass[] {
  if (!interlaced) return [{ width, height, left: 0, top: 0, right: 1, down: 1 }];
  return ADAM7.map(([left, top, right, down]) => ({
    width: Math.ceil((width - left) / right),
    height: Math.ceil((height - top) / down),
    left,
    top,
    right,
    down,
  })).filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes of a row of `width` pixels, without the filter byte. */
export function bytesOfRow(width: number, { channels, depth }: PngHeader): number {
  return Math.ceil(width * channels * depth / 8);
}

/** Bytes of all rows of all passes with their filter bytes: what the compressed data must inflate to. */
export function inflatedBytes(header: PngHeader): number {
  return passesOf(header).reduce(
    (sum, { width, height }) => sum + (bytesOfRow(width, header) + 1) * height,
    0,
  );
}

/**
 * Puts the pixels of a pass where they belong.
 * @param values One pass, `valuesPerPixel` values a pixel
 * @param picture The whole picture, of `width` columns
 */
export function scatterPass<T extends Uint8Array | Uint16Array>(
  values: T,
  pass: PngPass,
  picture: T,
  width: number,
  valuesPerPixel: number,
): void {
  for (let y = 0, from = 0; y < pass.height; y++) {
    const row = (pass.top + y * pass.down) * width + pass.left;
    for (let x = 0; x < pass.width; x++) {
      const to = (row + x * pass.right) * valuesPerPixel;
      for (let c = 0; c < valuesPerPixel; c++) picture[to + c] = values[from++]!;
    }
  }
}
