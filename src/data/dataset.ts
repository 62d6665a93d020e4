import type { Color } from "./colors.ts";
import type { Shape } from "./shapes/shape.ts";

export type { Color } from "./colors.ts";
export { IGNORE_LABEL } from "../core/ignore_label.ts";

/** A picture in a file. */
export interface FileSource {
  /** Tells the kinds of source apart. */
  readonly kind: "file";
  /** Absolute path. */
  readonly path: string;
}

/** A picture that is drawn when asked for; the same numbers give the same picture. */
export interface SyntheticSource {
  /** Tells the kinds of source apart. */
  readonly kind: "synthetic";
  /** Seed of the whole set. */
  readonly seed: number;
  /** Which picture, from 0. */
  readonly index: number;
  /** Width and height in pixels. */
  readonly size: number;
}

/** A mask that is drawn when asked for, from what a label tool kept: 0 where no shape is. */
export interface DrawnSource {
  /** Tells the kinds of source apart. */
  readonly kind: "drawn";
  /** What error texts call it: the label file, and the photo in it. */
  readonly name: string;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Later ones lie over earlier ones. */
  readonly shapes: readonly Shape[];
}

/** A mask in memory: a PNG of one number a pixel. */
export interface KeptSource {
  /** Tells the kinds of source apart. */
  readonly kind: "kept";
  /** What error texts call it. */
  readonly name: string;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The file. */
  readonly png: Uint8Array;
}

/** Where pixels come from. Plain data: it crosses to a Worker as it is. */
export type Source = FileSource | SyntheticSource | DrawnSource | KeptSource;

/** One picture of a dataset. Without `mask` there is no way to its labels, and none is opened. */
export interface Item {
  /** Unique among the items of its list; for files the image's path below the dataset's folder. */
  readonly id: string;
  /** The picture. */
  readonly image: Source;
  /** Its labels, of the same size. */
  readonly mask?: Source;
}

/** What the pixels of a mask file mean. Plain data. */
export interface MaskRule {
  /**
   * `index`: the stored number, grey level or palette index; `palette`: palette index, other files are refused;
   * `color`: the colour, a palette's or grey level's too.
   */
  readonly masks: "index" | "palette" | "color";
  /** The stored number of each class; unused for `color`. */
  readonly values: readonly number[];
  /** The colour of each class. */
  readonly colors: readonly Color[];
  /** Stored numbers that become the ignore label; for `color` the levels of grey colours. */
  readonly ignore: readonly number[];
  /** Colours that become the ignore label, for `color`. */
  readonly ignoreColors: readonly Color[];
}

/** A dataset: pictures in four lists, and what their masks mean. Plain data. */
export interface Dataset {
  /** For reports. */
  readonly name: string;
  /** What it was recognized as, in words. */
  readonly layout?: string;
  /** Absolute path of its folder; `undefined` for a generated one. */
  readonly root?: string;
  /** Names of classes 0, 1, 2 …; at most 255; empty for photos without labels. */
  readonly classes: readonly string[];
  /** Whether classes are called by their stored numbers, since nothing names them. */
  readonly unnamed?: boolean;
  /** A colour for each class, for pictures. */
  readonly colors: readonly Color[];
  /** 255, in every label map. */
  readonly ignoreLabel: 255;
  /** What the pixels of all masks mean. */
  readonly maskRule: MaskRule;
  /** Whether 255 is left out because nothing was said of it, and not because a description or a layout says so. */
  readonly ignoreAssumed?: boolean;
  /** For training, with masks. */
  readonly train: readonly Item[];
  /** For choosing, with masks. */
  readonly val: readonly Item[];
  /** Pairs that val was drawn from; missing where something says which pairs are val. */
  readonly drawnFrom?: number;
  /** For reporting; masks may be missing. */
  readonly test: readonly Item[];
  /** For training, without masks. */
  readonly unlabeled: readonly Item[];
  /** Unlabeled photos that cannot be read and are no part of `unlabeled`, where that was asked for. */
  readonly leftOut?: readonly Item[];
  /** Sentences on what was found and left out, for the report of a check. */
  readonly notes?: readonly string[];
}

/** Labels of a picture: `[height, width]` class indices, or 255 where a pixel is left out. */
export interface LabelMap {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[height, width]` */
  readonly data: Uint8Array;
}

/** The path of a file source, or a name for a generated picture: what error texts call it. */
export function sourceName(source: Source): string {
  if (source.kind === "file") return source.path;
  if (source.kind === "drawn" || source.kind === "kept") return source.name;
  return `synthetic picture ${source.index} of seed ${source.seed}`;
}
