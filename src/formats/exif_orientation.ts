import type { RgbImage } from "./rgb_image.ts";

/**
 * How the stored picture must be turned to be seen upright (EXIF 2.32, tag 0x0112): 1 as it is, 2 mirrored,
 * 3 turned by 180°, 4 flipped, 5 transposed, 6 turned right, 7 transverse, 8 turned left.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const EXIF_MARK = [0x45, 0x78, 0x69, 0x66, 0, 0];
const LITTLE_ENDIAN = 0x4949;
const BIG_ENDIAN = 0x4d4d;
const ORIENTATION_TAG = 0x0112;

/** Whether width and height change places when upright. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/**
 * The orientation in a JPEG's APP1 segment (without marker and length).
 * @returns 1 where the segment is no EXIF, has no such tag or a value that cannot be: readers agree to ignore that
 */
export function readOrientation(segment: Uint8Array): Orientation {
  if (segment.length < 14 || EXIF_MARK.some((byte, i) => segment[i] !== byte)) return 1;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.length - 6);
  const order = tiff.getUint16(0);
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) return 1;
  const little = order === LITTLE_ENDIAN;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return 1;
  const count = tiff.getUint16(directory, little);
  for (let entry = directory + 2, i = 0; i < count && entry + 12 <= tiff.byteLength; i++, entry += 12) {
    if (tiff.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value as Orientation : 1;
  }
  return 1;
}

/** First pixel, and steps to the right and downwards, in pixels of the stored picture. */
function walk(width: number, height: number, orientation: Orientation): [number, number, number] {
  const lastColumn = width - 1;
  const lastRow = (height - 1) * width;
  switch (orientation) {
    case 1:
      return [0, 1, width];
    case 2:
      return [lastColumn, -1, width];
    case 3:
      return [lastRow + lastColumn, -1, -width];
    case 4:
      return [lastRow, 1, -width];
    case 5:
      return [0, width, 1];
    case 6:
      return [lastRow, -width, 1];
    case 7:
      return [lastRow + lastColumn, -width, -1];
    case 8:
      return [lastColumn, width, -1];
  }
}

/** The upright picture; `image` itself for orientation 1. */
export function makeUpright(image: RgbImage, orientation: Orientation): RgbImage {
  if (orientation === 1) return image;
  const swap = swapsSides(orientation);
  const width = swap ? image.height : image.width;
  const height = swap ? image.width : image.height;
  const [start, right, down] = walk(image.width, image.height, orientation);
  const data = new Uint8Array(image.data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = (start + y * down) * 3; x < width; x++, from += right * 3, to += 3) {
      data[to] = image.data[from]!;
      data[to + 1] = image.data[from + 1]!;
      data[to + 2] = image.data[from + 2]!;
    }
  }
  return { width, height, data };
}
