/** Pictures of label maps: in colours, over the photo, side by side. */
import type { RgbImage } from "../formats/rgb_image.ts";
import type { RgbColor } from "./palette.ts";

/** How labels without a colour are drawn. */
export interface ColorizeOptions {
  /** Colour of ignored pixels: labels that have no colour of their own; light grey where left out. */
  readonly ignoreColor?: RgbColor;
}

/** How a label map is laid over a photo. */
export interface OverlayOptions extends ColorizeOptions {
  /** Share of the class colour in the result, from 0 to 1; 0.55 where left out. Ignored pixels keep the photo. */
  readonly alpha?: number;
  /** Draws the borders between classes in their full colours; true where left out. */
  readonly edges?: boolean;
}

/** How pictures are joined. */
export interface StripOptions {
  /** Pixels between two pictures; 4 where left out. */
  readonly gap?: number;
  /** Colour of the gaps and of the space under lower pictures; white where left out. */
  readonly background?: RgbColor;
}

const IGNORE_COLOR: RgbColor = [218, 218, 218];
const WHITE: RgbColor = [255, 255, 255];

/**
 * A label map in the classes' colours.
 * @param labelMap `[H, W]`, the class of each pixel; values without a colour are drawn in `ignoreColor`
 * @param colors Colour of each class
 * @throws {RangeError} If the label map does not have `width * height` pixels
 */
export function colorize(
  labelMap: Uint8Array,
  width: number,
  height: number,
  colors: readonly RgbColor[],
  options: ColorizeOptions = {},
): RgbImage {
  checkLength("colorize a label map", labelMap.length, width * height);
  const table = colorTable(colors, options.ignoreColor ?? IGNORE_COLOR);
  const data = new Uint8Array(labelMap.length * 3);
  for (let i = 0, to = 0; i < labelMap.length; i++, to += 3) {
    const from = labelMap[i]! * 3;
    data[to] = table[from]!;
    data[to + 1] = table[from + 1]!;
    data[to + 2] = table[from + 2]!;
  }
  return { width, height, data };
}

/**
 * A photo with a label map over it.
 * @param image The photo; it stays as it is
 * @param labelMap `[H, W]`, of the photo's size
 * @throws {RangeError} If sizes differ or `alpha` is outside [0, 1]
 */
export function overlay(
  image: RgbImage,
  labelMap: Uint8Array,
  colors: readonly RgbColor[],
  options: OverlayOptions = {},
): RgbImage {
  const { width, height } = image;
  const { alpha = 0.55, edges = true } = options;
  checkLength("lay a label map over an image", labelMap.length, width * height);
  checkLength("lay a label map over an image of bytes", image.data.length, width * height * 3);
  if (!(alpha >= 0 && alpha <= 1)) {
    throw new RangeError(`Cannot lay a label map over an image: alpha is ${alpha}, expected 0 to 1`);
  }
  const border = edges ? labelEdges(labelMap, width, height) : undefined;
  const [blended, drawn] = [blendTable(colors, alpha), blendTable(colors, 1)];
  const data = image.data.slice();
  for (let i = 0, at = 0; i < labelMap.length; i++, at += 3) {
    const label = labelMap[i]!;
    if (label >= colors.length) continue;
    const table = border?.[i] === 1 ? drawn : blended;
    const entry = label * 768;
    data[at] = table[entry + data[at]!]!;
    data[at + 1] = table[entry + 256 + data[at + 1]!]!;
    data[at + 2] = table[entry + 512 + data[at + 2]!]!;
  }
  return { width, height, data };
}

/** `[class, channel, 256]`: what becomes of each value under a class's colour. */
function blendTable(colors: readonly RgbColor[], alpha: number): Uint8Array {
  const table = new Uint8Array(colors.length * 768);
  colors.flat().forEach((painted, i) => {
    for (let value = 0; value < 256; value++) {
      table[i * 256 + value] = Math.round(alpha * painted + (1 - alpha) * value);
    }
  });
  return table;
}

/**
 * Pixels whose right or lower neighbour has another label.
 * @param labelMap `[H, W]`
 * @returns `[H, W]`, 1 on a border, 0 elsewhere
 */
export function labelEdges(labelMap: Uint8Array, width: number, height: number): Uint8Array {
  checkLength("find the borders of a label map", labelMap.length, width * height);
  const edges = new Uint8Array(labelMap.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const label = labelMap[i]!;
      const differsRight = x + 1 < width && label !== labelMap[i + 1]!;
      if (differsRight || (y + 1 < height && label !== labelMap[i + width]!)) edges[i] = 1;
    }
  }
  return edges;
}

/**
 * Pictures in one row, left to right, aligned at the top.
 * @param pictures At least one
 * @throws {RangeError} If there is no picture or a picture's bytes do not fit its size
 */
export function sideBySide(pictures: readonly RgbImage[], options: StripOptions = {}): RgbImage {
  if (pictures.length === 0) {
    throw new RangeError("Cannot join pictures: none are given, expected at least one");
  }
  const { gap = 4, background = WHITE } = options;
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3]!;
  let left = 0;
  for (const picture of pictures) {
    checkLength("join pictures", picture.data.length, picture.width * picture.height * 3);
    const rowBytes = picture.width * 3;
    for (let y = 0; y < picture.height; y++) {
      data.set(picture.data.subarray(y * rowBytes, (y + 1) * rowBytes), (y * width + left) * 3);
    }
    left += picture.width + gap;
  }
  return { width, height, data };
}

function colorTable(colors: readonly RgbColor[], ignoreColor: RgbColor): Uint8Array {
  return Uint8Array.from({ length: 256 * 3 }, (_, i) => (colors[Math.floor(i / 3)] ?? ignoreColor)[i % 3]!);
}

function checkLength(action: string, length: number, expected: number): void {
  if (length !== expected) {
    throw new RangeError(`Cannot ${action}: ${length} values, expected ${expected}`);
  }
}
