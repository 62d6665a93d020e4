/** Some rows of the three pictures that a prediction is written as. */
import type { RgbColor } from "../report/palette.ts";
import { colorize, overlay } from "../report/pictures.ts";
import { deflateStrip, type PngStrip } from "../formats/png_strips.ts";

/** Rows of a predicted photo. Plain data: it crosses to a Worker. */
export interface StripTask {
  /** Columns of the photo. */
  readonly width: number;
  /** Rows that are painted. */
  readonly rows: number;
  /** `[rows or rows + 1, width, 3]`: with the row below, where there is one, as borders between classes need it. */
  readonly photo: Uint8Array;
  /** `[rows or rows + 1, width]`, the class of each pixel. */
  readonly labels: Uint8Array;
  /** Of each class. */
  readonly colors: readonly RgbColor[];
}

/** The same rows of each picture, compressed. */
export interface PaintedStrip {
  /** Classes as indices. */
  readonly index: PngStrip;
  /** Classes in their colours. */
  readonly color: PngStrip;
  /** Colours over the photo. */
  readonly overlay: PngStrip;
}

/** Paints and compresses; the result is the same in any thread. */
export function paintStrip({ width, rows, photo, labels, colors }: StripTask): PaintedStrip {
  const pixels = rows * width;
  const painted = overlay({ width, height: labels.length / width, data: photo }, labels, colors);
  const own = labels.subarray(0, pixels);
  const rgb = { rowBytes: width * 3, step: 3 };
  return {
    index: deflateStrip({ data: own, rowBytes: width, step: 1, content: "drawing" }),
    color: deflateStrip({ data: colorize(own, width, rows, colors).data, ...rgb, content: "drawing" }),
    overlay: deflateStrip({ data: painted.data.subarray(0, pixels * 3), ...rgb, content: "photo" }),
  };
}
