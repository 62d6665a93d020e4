/**
 * A warp by thin plate splines as in Ivan1248/semisup-seg-efficient (Grubišić, Oršić, Šegvić 2021; `TPSWarp` of Ivan1248/vidlu, backward): the
 * middles of the picture's four quarters are moved by random offsets, and what was there with them. (In vidlu, v0.1.0 to 86b7c78, the
 * points are at 0.75 and 1.25 of the sides; its comment has them in the middles of the quarters, and so have we.)
 */
import type { RandomStream } from "../../core/random.ts";
import type { PictureSize } from "./augment_options.ts";
import { fitThinPlate, type Point, thinPlateGrid } from "./thin_plate.ts";

/** Centres of the four quarters. */
const CONTROL_POINTS: readonly Point[] = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]];

/** From where each pixel of a warped picture comes. */
export interface Warp extends PictureSize {
  /** `[height, width]`, column and in pixels; a pixel's middle is an integer. May lie outside. */
  readonly columns: Float32Array;
  /** `[height, width]`, row in pixels, likewise. */
  readonly rows: Float32Array;
}

/** Draws the offset of each control point, x and y independent. @param deviation Standard deviation, a share of the side */
export function drawOffsets(stream: RandomStream, deviation: number): Point[] {
  return CONTROL_POINTS.map(() => [deviation * stream.normal(), deviation * stream.normal()]);
}

/**
 * The warp that moves control points by offsets. Each pixel's place is looked up by the spline from the moved points to where they were.
 * @param offsets Of the four control points, as shares of the sides
 */
export function makeWarp({ width, height }: PictureSize, offsets: readonly Point[]): Warp {
  const moved = CONTROL_POINTS.map(([x, y], i): Point => [x + offsets[i]![0], y + offsets[i]![1]]);
  const { x, y } = thinPlateGrid(fitThinPlate(moved, CONTROL_POINTS), height, width);
  return { width, height, columns: inPixels(x, width), rows: inPixels(y, height) };
}

/** Shares of a side as positions, integers in the middles of pixels. */
function inPixels(shares: Float64Array, length: number): Float32Array {
  const positions = new Float32Array(shares.length);
  for (let i = 0; i < shares.length; i++) positions[i] = shares[i]! * length - 0.5;
  return positions;
}

/** The index of the nearest pixel, or −1 where it is outside. */
function nearest(position: number, length: number): number {
  const index = Math.floor(position + 0.5);
  return index >= 0 && index < length ? index : -1;
}

/**
 * The place `row · out.width + column` of the pixel that each pixel comes from, −1 where it comes from outside.
 * @param out The padded size, at least the warp's; padding is −1
 * @returns `[out.height, out.width]`
 */
export function sourcePlaces(
  { width, height, columns, rows }: Warp,
  out: PictureSize,
): Int32Array<ArrayBuffer> {
  const places = new Int32Array(out.height * out.width).fill(-1);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const column = nearest(columns[i]!, width);
      const row = nearest(rows[i]!, height);
      if (column >= 0 && row >= 0) places[y * out.width + x] = row * out.width + column;
    }
  }
  return places;
}

/**
 * A picture warped: bilinear between pixels, rounded; beyond the edges the outermost pixels are repeated.
 * @param pixels `[warp.height, warp.width, 3]` bytes
 */
export function warpPixels(pixels: Uint8Array, { width, height, columns, rows }: Warp): Uint8Array {
  const out = new Uint8Array(pixels.length);
  const clamp = (value: number, most: number) => value < 0 ? 0 : value > most ? most : value;
  for (let i = 0, to = 0; i < columns.length; i++, to += 3) {
    const column = clamp(columns[i]!, width - 1), row = clamp(rows[i]!, height - 1);
    const left = column | 0, top = row | 0;
    const right = column - left, down = row - top;
    const at = (top * width + left) * 3;
    const beside = left + 1 < width ? 3 : 0, below = top + 1 < height ? width * 3 : 0;
    for (let c = at; c < at + 3; c++) {
      const upper = pixels[c]! + right * (pixels[c + beside]! - pixels[c]!);
      const lower = pixels[c + below]! + right * (pixels[c + below + beside]! - pixels[c + below]!);
      out[to + c - at] = upper + down * (lower - upper) + 0.5;
    }
  }
  return out;
}
