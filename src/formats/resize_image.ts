import type { RgbImage } from "./rgb_image.ts";

/** Fixed-point one of OpenCV's coefficients (INTER_RESIZE_COEF_BITS = 11). */
const ONE = 2048;

/** A part of a picture: columns `left` to `left + width − 1`, rows `top` to `top + height − 1`, all inside it. */
export interface PictureRegion {
  /** First column. */
  readonly left: number;
  /** First row. */
  readonly top: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** For each target position: the source position below it, and the weights of that and of the next. */
interface Taps {
  readonly first: Int32Array;
  readonly lowWeight: Int32Array;
  readonly highWeight: Int32Array;
}

/** Rounds to the nearest integer, ties to even (OpenCV's cvRound). */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest > 0.5 ? floor + 1 : floor;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Taps of `count` target positions from `start`, of a side resized from `from` to `to`. */
function tapsOf(from: number, to: number, clamp: boolean, start: number, count: number): Taps {
  const scale = 1 / (to / from);
  const zeros = () => new Int32Array(count);
  const taps = { first: zeros(), lowWeight: zeros(), highWeight: zeros() };
  for (let i = 0; i < count; i++) {
    const position = Math.fround((start + i + 0.5) * scale - 0.5);
    let first = Math.floor(position);
    let fraction = Math.fround(position - first);
    if (clamp && first < 0) [first, fraction] = [0, 0];
    if (clamp && first >= from - 1) [first, fraction] = [from - 1, 0];
    taps.first[i] = first;
    taps.lowWeight[i] = roundHalfEven(Math.fround(1 - fraction) * ONE);
    taps.highWeight[i] = roundHalfEven(fraction * ONE);
  }
  return taps;
}

/** One source row at the target's width, scaled by ONE. */
function stretchRow(source: Uint8Array, offset: number, width: number, taps: Taps, row: Int32Array): void {
  const last = width - 1;
  for (let x = 0, to = 0; x < taps.first.length; x++, to += 3) {
    const first = taps.first[x]!;
    const low = offset + first * 3;
    const high = first < last ? low + 3 : low;
    const lowWeight = taps.lowWeight[x]!;
    const highWeight = taps.highWeight[x]!;
    row[to] = source[low]! * lowWeight + source[high]! * highWeight;
    row[to + 1] = source[low + 1]! * lowWeight + source[high + 1]! * highWeight;
    row[to + 2] = source[low + 2]! * lowWeight + source[high + 2]! * highWeight;
  }
}

/** The mean of each 2 × 2 block, halves up: what OpenCV does in place of INTER_LINEAR for exactly half the size. */
function halve({ width, data }: RgbImage, region: PictureRegion): Uint8Array {
  const out = new Uint8Array(region.width * region.height * 3);
  for (let y = 0, to = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      for (let c = 0; c < 3; c++, to++) {
        const top = (2 * (region.top + y) * width + 2 * (region.left + x)) * 3 + c;
        const bottom = top + width * 3;
        out[to] = (data[top]! + data[top + 3]! + data[bottom]! + data[bottom + 3]! + 2) >> 2;
      }
    }
  }
  return out;
}

function blendRows(top: Int32Array, bottom: Int32Array, low: number, high: number, out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = (((low * (top[i]! >> 4)) >> 16) + ((high * (bottom[i]! >> 4)) >> 16) + 2) >> 2;
  }
}

/** The region, or all of it, after both were checked. */
function checkedRegion(width: number, height: number, region: PictureRegion | undefined): PictureRegion {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`Cannot resize to ${width} × ${height}: expected integers from 1`);
  }
  if (region === undefined) return { left: 0, top: 0, width, height };
  const { left, top } = region;
  const sizes = [left, top, region.width, region.height];
  const inside = left + region.width <= width && top + region.height <= height;
  if (
    !sizes.every(Number.isInteger) || Math.min(...sizes) < 0 || region.width * region.height === 0 || !inside
  ) {
    throw new RangeError(
      `Cannot resize the region [${sizes.join(", ")}] (left, top, width, height): ` +
        `expected integers inside ${width} × ${height}`,
    );
  }
  return region;
}

/**
 * Bilinear resize by OpenCV's fixed-point rule for 8 bits (`cv2.resize`, INTER_LINEAR), which the official pipelines
 * use: pixel centres at half, weights of 11 bits, no smoothing when shrinking.
 * @param width Columns of the result, an integer from 1
 * @param height Rows of the result, an integer from 1
 * @param region The part of the result that is wanted; only that part is computed. All of it where it is not given
 * @returns A new image of the region's size, or `image` itself when the size stays and all is wanted
 * @throws {RangeError} If a size is no integer from 1, or the region is not inside the result
 */
export function resizeBilinear(
  image: RgbImage,
  width: number,
  height: number,
  region?: PictureRegion,
): RgbImage {
  const part = checkedRegion(width, height, region);
  if (width === image.width && height === image.height) {
    return region === undefined ? image : cutRegion(image, part);
  }
  const data = width * 2 === image.width && height * 2 === image.height
    ? halve(image, part)
    : interpolate(image, width, height, part);
  return { width: part.width, height: part.height, data };
}

function cutRegion({ width, data }: RgbImage, region: PictureRegion): RgbImage {
  const out = new Uint8Array(region.width * region.height * 3);
  for (let y = 0; y < region.height; y++) {
    const from = ((region.top + y) * width + region.left) * 3;
    out.set(data.subarray(from, from + region.width * 3), y * region.width * 3);
  }
  return { width: region.width, height: region.height, data: out };
}

function interpolate(image: RgbImage, width: number, height: number, region: PictureRegion): Uint8Array {
  const columns = tapsOf(image.width, width, true, region.left, region.width);
  const rows = tapsOf(image.height, height, false, region.top, region.height);
  const rowLength = region.width * 3;
  const data = new Uint8Array(rowLength * region.height);
  // rows at the target's width; each source row is stretched once
  let [top, bottom] = [new Int32Array(rowLength), new Int32Array(rowLength)];
  let [topRow, bottomRow] = [-1, -1];
  const stretch = (y: number, row: Int32Array) => {
    stretchRow(image.data, y * image.width * 3, image.width, columns, row);
  };
  for (let y = 0; y < region.height; y++) {
    const first = Math.max(0, Math.min(image.height - 1, rows.first[y]!));
    const second = Math.max(0, Math.min(image.height - 1, rows.first[y]! + 1));
    if (first !== topRow) {
      if (first === bottomRow) [top, bottom, topRow, bottomRow] = [bottom, top, bottomRow, topRow];
      else stretch(topRow = first, top);
    }
    if (second !== bottomRow) stretch(bottomRow = second, bottom);
    const target = data.subarray(y * rowLength, (y + 1) * rowLength);
    blendRows(top, bottom, rows.lowWeight[y]!, rows.highWeight[y]!, target);
  }
  return data;
}

function nearestPositions(from: number, to: number, start: number, count: number): Int32Array {
  const scale = 1 / (to / from);
  return Int32Array.from({ length: count }, (_, i) => Math.min(from - 1, Math.floor((start + i) * scale)));
}

/**
 * Nearest-neighbour resize of one-channel data as `cv2.resize` with INTER_NEAREST does it: the source position is the
 * floor of target position times scale.
 * @param data `[height, width]`
 * @param region The part of the result that is wanted; all of it where it is not given
 * @returns `[outHeight, outWidth]` or the region's size, of the same array class
 * @throws {RangeError} If a size is no integer from 1, or the region is not inside the result
 */
export function resizeNearest<T extends Uint8Array | Uint16Array>(
  data: T,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
  region?: PictureRegion,
): T {
  const part = checkedRegion(outWidth, outHeight, region);
  const length = part.width * part.height;
  const out = (data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)) as T;
  const columns = nearestPositions(width, outWidth, part.left, part.width);
  const rows = nearestPositions(height, outHeight, part.top, part.height);
  for (let y = 0, to = 0; y < part.height; y++) {
    const offset = rows[y]! * width;
    for (let x = 0; x < part.width; x++, to++) out[to] = data[offset + columns[x]!]!;
  }
  return out;
}
