/** Where the windows of a sliding evaluation lie, and how often each pixel is seen. */

/** Height and width in pixels, both at least 1. */
export interface PixelSize {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** A rectangle of an image; it covers rows `top` … `top + height − 1` and the columns alike. */
export interface SlidingWindow extends PixelSize {
  /** First row, from 0. */
  readonly top: number;
  /** First column, from 0. */
  readonly left: number;
}

/** Size of the windows and the distance between them, in pixels. */
export interface SlidingOptions {
  /** Size of a window. */
  readonly crop: PixelSize;
  /** At most the crop's size, so that no pixel is left out. */
  readonly stride: PixelSize;
}

/** An image of 400 megapixels in windows of 256 with a third overlapping has 14,000. */
const MOST_WINDOWS = 20_000;

/**
 * The windows that cover an image, row by row: every `stride` pixels one, the last of a row or column moved inside.
 * An image smaller than the crop has one window of its own size, without padding.
 *
 * The positions are those of mmseg's `slide_inference` (`mmseg/models/segmentors/encoder_decoder.py` of the official
 * repository at 27de72a). Logits of overlapping windows are to be added and divided by `windowCounts`.
 *
 * @throws {RangeError} If a size is not a positive integer, the stride is larger than the crop, or the windows are more
 * than 20,000
 */
export function slidingWindows(image: PixelSize, options: SlidingOptions): SlidingWindow[] {
  const { crop, stride } = options;
  const height = Math.min(crop.height, image.height);
  const width = Math.min(crop.width, image.width);
  const lefts = windowStarts("width", image.width, crop.width, stride.width);
  const tops = windowStarts("height", image.height, crop.height, stride.height);
  if (lefts.length * tops.length > MOST_WINDOWS) {
    throw new RangeError(
      `Cannot place windows: ${lefts.length} × ${tops.length} of them, expected at most ${MOST_WINDOWS} in an image; ` +
        "a larger stride makes fewer",
    );
  }
  return tops.flatMap((top) => lefts.map((left) => ({ top, left, height, width })));
}

function windowStarts(axis: string, length: number, crop: number, stride: number): number[] {
  const sizes = [length, crop, stride];
  if (!sizes.every((size) => Number.isInteger(size) && size > 0) || stride > crop) {
    throw new RangeError(
      `Cannot place windows along the ${axis}: image ${length}, crop ${crop}, stride ${stride}, ` +
        "expected positive integers and a stride not above the crop",
    );
  }
  const last = Math.max(length - crop, 0);
  return Array.from({ length: Math.ceil(last / stride) + 1 }, (_, i) => Math.min(i * stride, last));
}

/**
 * How many windows cover each pixel; the divisor of the summed logits.
 * @param windows Rectangles inside the image
 * @returns `[H * W]`, row-major, whole numbers; 0 where no window lies
 * @throws {RangeError} If a window reaches out of the image
 */
export function windowCounts(image: PixelSize, windows: readonly SlidingWindow[]): Float32Array {
  const counts = new Float32Array(image.height * image.width);
  for (const window of windows) {
    const { top, left, height, width } = window;
    if (top < 0 || left < 0 || top + height > image.height || left + width > image.width) {
      throw new RangeError(
        `Cannot count window [${top}, ${left}, ${height}, ${width}]: image is ` +
          `[${image.height}, ${image.width}], expected a window inside it`,
      );
    }
    for (let y = top; y < top + height; y++) {
      const start = y * image.width + left;
      for (let i = start; i < start + width; i++) counts[i]!++;
    }
  }
  return counts;
}
