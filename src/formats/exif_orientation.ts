/**
 * How the stored picture must be turned to be seen upright (EXIF 2.32, tag 0x0112): 1 as it is, 2 mirrored,
 * 3 turned by 180°, 4 flipped, 5 transposed, 6 turned right, 7 transverse, 8 turned left.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const EXIF_MARK = [0x45, 0x78, 0x69, 0x66, 0, 0];
const LITTLE_ENDIAN = 0x4949;
const BIG_ENDIAN = 0x4d4d;
const ORIENTATION_TAG = 0x0112;

/** Whether a number is one of the eight. */
export function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}

/** Whether width and height change places when upright. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/**
 * The orientation in a JPEG's APP1 segment (without marker and length).
 * @returns 1 where the segment is no EXIF, has no such tag or a value that cannot be: readers agree to ignore that
 */
export function readOrientation(segment: Uint8Array): Orientation {
  if (EXIF_MARK.some((byte, i) => segment[i] !== byte)) return 1;
  return exifOrientation(segment.subarray(EXIF_MARK.length));
}

/**
 * The orientation in EXIF data alone: what PNG's eXIf chunk and WebP's EXIF chunk hold.
 * @returns 1 as {@link readOrientation}
 */
export function exifOrientation(exif: Uint8Array): Orientation {
  if (exif.length < 8) return 1;
  const tiff = new DataView(exif.buffer, exif.byteOffset, exif.length);
  const order = tiff.getUint16(0);
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) return 1;
  const little = order === LITTLE_ENDIAN;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return 1;
  const count = tiff.getUint16(directory, little);
  for (let entry = directory + 2, i = 0; i < count && entry + 12 <= tiff.byteLength; i++, entry += 12) {
    if (tiff.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = tiff.getUint16(entry + 8, little);
    return isOrientation(value) ? value : 1;
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

/** Values of a picture, `[height, width, channels]`. */
export interface Pixels<T extends Uint8Array | Uint16Array> {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** One after the other. */
  readonly data: T;
}

/** The upright picture of any number of channels; `image` itself for orientation 1. */
export function turnPixels<T extends Uint8Array | Uint16Array>(
  image: Pixels<T>,
  channels: number,
  orientation: Orientation,
): Pixels<T> {
  if (orientation === 1) return image;
  const swap = swapsSides(orientation);
  const width = swap ? image.height : image.width;
  const height = swap ? image.width : image.height;
  const [start, right, down] = walk(image.width, image.height, orientation);
  const data = new (image.data.constructor as new (length: number) => T)(image.data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = (start + y * down) * channels; x < width; x++, from += right * channels) {
      for (let c = 0; c < channels; c++) data[to++] = image.data[from + c]!;
    }
  }
  return { width, height, data };
}

/** The upright picture; `image` itself for orientation 1. */
export function makeUpright<T extends Uint8Array>(image: Pixels<T>, orientation: Orientation): Pixels<T> {
  return turnPixels(image, 3, orientation);
}
