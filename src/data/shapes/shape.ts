/** Parts of masks that label tools keep as outlines, runs or small bitmaps. Plain data: they cross to Workers. */

/** What every shape says. */
export interface LabeledShape {
  /** The number that its pixels get: a class, or 255 for "left out". */
  readonly label: number;
}

/** Outlines in pixels of the picture; pixel (0, 0) covers [0, 1) × [0, 1). */
export interface PolygonShape extends LabeledShape {
  /** Tells the kinds apart. */
  readonly kind: "polygon";
  /** Rings `[x0, y0, x1, y1, …]`, filled together by the even-odd rule: a ring within another is a hole. */
  readonly rings: readonly (readonly number[])[];
}

/** Run lengths of COCO: down the columns, the first run is outside. */
export interface RunsShape extends LabeledShape {
  /** Tells the kinds apart. */
  readonly kind: "runs";
  /** Lengths, or COCO's compressed text of them. */
  readonly counts: readonly number[] | string;
  /** Rows and columns that the runs cover. */
  readonly size: readonly [height: number, width: number];
}

/** Run lengths of CVAT: along the rows of a box, the first run is outside. */
export interface PatchShape extends LabeledShape {
  /** Tells the kinds apart. */
  readonly kind: "patch";
  /** Column of the box's left edge. */
  readonly x: number;
  /** Row of its upper edge. */
  readonly y: number;
  /** Columns of the box. */
  readonly width: number;
  /** Rows of the box. */
  readonly height: number;
  /** Lengths; together they cover the box, or less of its end. */
  readonly counts: readonly number[];
}

/** What a brush of Label Studio painted. */
export interface BrushShape extends LabeledShape {
  /** Tells the kinds apart. */
  readonly kind: "brush";
  /** Its packed runs. */
  readonly bytes: readonly number[];
}

/** A small PNG whose non-zero pixels belong to the shape. */
export interface BitmapShape extends LabeledShape {
  /** Tells the kinds apart. */
  readonly kind: "bitmap";
  /** Column of its left edge. */
  readonly x: number;
  /** Row of its upper edge. */
  readonly y: number;
  /** The PNG in base64. */
  readonly png: string;
  /** Whether the PNG is packed once more by zlib, as Supervisely does. */
  readonly deflated: boolean;
}

/** A PNG file of the picture's size whose non-zero pixels belong to the shape. */
export interface LayerShape extends LabeledShape {
  /** Tells the kinds apart. */
  readonly kind: "layer";
  /** Absolute path. */
  readonly path: string;
}

/** A PNG file of the picture's size whose values are numbers of segments, as COCO's panoptic ones: r + 256 g + 65536 b. */
export interface SegmentsShape {
  /** Tells the kinds apart. */
  readonly kind: "segments";
  /** Absolute path. */
  readonly path: string;
  /** The number of each segment, and the one that its pixels get; pixels of other numbers are left out. */
  readonly segments: readonly (readonly [number: number, label: number])[];
}

/** A part of a mask; later ones lie over earlier ones. */
export type Shape =
  | PolygonShape
  | RunsShape
  | PatchShape
  | BrushShape
  | BitmapShape
  | LayerShape
  | SegmentsShape;
