/** Pictures made ready for a report page and for event files: small, as PNG. */
import { Buffer } from "node:buffer";
import { encodeRgbPng } from "../formats/encode_png.ts";
import { colorize, overlay } from "./pictures.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { RgbColor } from "./palette.ts";
import type { PictureKind, PictureRow, ReportPicture } from "./run_record.ts";

/** Widest picture in a report: about that of a column on a sharp screen, so that a page has a few megabytes. */
const MAX_WIDTH = 400;

/** Kinds whose pixels are classes: made smaller without mixing colours, enlarged without smoothing. */
export const MAP_KINDS: readonly PictureKind[] = ["truth", "prediction", "pseudo", "sure"];

/** How a picture enters a report. */
export interface ReportPictureOptions {
  /** Text under it; the kind's name where left out. */
  readonly caption?: string;
  /** Wider pictures are made smaller, 400 where left out. */
  readonly maxWidth?: number;
}

/** A photo and what is known and said about its pixels. Label maps are `[H, W]` of the photo's size. */
export interface LabeledPhoto {
  /** Its name. */
  readonly name: string;
  /** What to know about it. */
  readonly note?: string;
  /** The photo. */
  readonly photo: RgbImage;
  /** True classes. */
  readonly truth?: Uint8Array;
  /** Predicted classes. */
  readonly prediction?: Uint8Array;
  /** Classes that the network gives an unlabeled photo while training. */
  readonly pseudo?: Uint8Array;
  /** The same where the network is sure, the ignore label elsewhere. */
  readonly sure?: Uint8Array;
}

/** A picture as a report holds it; pictures of classes are made smaller without mixing colours. */
export function reportPicture(
  kind: PictureKind,
  image: RgbImage,
  options: ReportPictureOptions = {},
): ReportPicture {
  const { caption, maxWidth = MAX_WIDTH } = options;
  const isClasses = MAP_KINDS.includes(kind);
  const small = shrinkPicture(image, maxWidth, !isClasses);
  const pngBase64 = Buffer.from(encodeRgbPng(small)).toString("base64");
  const { width, height } = small;
  return { kind, width, height, pngBase64, ...(caption === undefined ? {} : { caption }) };
}

/**
 * The row of a photo: the photo itself, truth, prediction, pseudo-mask, and the prediction over the photo, as far as
 * they are given.
 * @param colors Colour of each class
 * @throws {RangeError} If a label map is not of the photo's size
 */
export function pictureRow(labeled: LabeledPhoto, colors: readonly RgbColor[]): PictureRow {
  const { name, note, photo, truth, prediction, pseudo, sure } = labeled;
  const { width, height } = photo;
  const maps: [PictureKind, Uint8Array | undefined][] = [
    ["truth", truth],
    ["prediction", prediction],
    ["pseudo", pseudo],
    ["sure", sure],
  ];
  const painted = maps.flatMap(([kind, map]) =>
    map === undefined ? [] : [reportPicture(kind, colorize(map, width, height, colors))]
  );
  const over = prediction === undefined ? [] : [reportPicture("overlay", overlay(photo, prediction, colors))];
  const pictures = [reportPicture("input", photo), ...painted, ...over];
  return { name, ...(note === undefined ? {} : { note }), pictures };
}

/**
 * A picture no wider than `maxWidth`, its shape kept; a picture that fits is returned as it is.
 * @param smooth Means over areas; else the pixel at the middle of each area, so that colours stay those of classes
 */
export function shrinkPicture(image: RgbImage, maxWidth: number, smooth: boolean): RgbImage {
  if (image.width <= maxWidth) return image;
  const width = Math.max(1, Math.floor(maxWidth));
  const height = Math.max(1, Math.round(image.height * width / image.width));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const rows = areaOf(y, height, image.height, smooth);
    for (let x = 0; x < width; x++) {
      data.set(meanColor(image, rows, areaOf(x, width, image.width, smooth)), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** First position and the one after the last of the source area of a target position. */
function areaOf(position: number, count: number, sourceCount: number, smooth: boolean): [number, number] {
  if (!smooth) {
    const middle = Math.floor((position + 0.5) * sourceCount / count);
    return [middle, middle + 1];
  }
  const first = Math.floor(position * sourceCount / count);
  return [first, Math.max(first + 1, Math.floor((position + 1) * sourceCount / count))];
}

function meanColor(image: RgbImage, rows: [number, number], columns: [number, number]): RgbColor {
  let [r, g, b] = [0, 0, 0];
  for (let y = rows[0]; y < rows[1]; y++) {
    for (let x = columns[0]; x < columns[1]; x++) {
      const from = (y * image.width + x) * 3;
      r += image.data[from]!;
      g += image.data[from + 1]!;
      b += image.data[from + 2]!;
    }
  }
  const area = (rows[1] - rows[0]) * (columns[1] - columns[0]);
  return [Math.round(r / area), Math.round(g / area), Math.round(b / area)];
}
