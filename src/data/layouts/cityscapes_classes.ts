import type { Color } from "../dataset.ts";

/** A class of Cityscapes: its name, its number in `labelIds` masks, its colour; train ids count 0, 1, 2 … in this order. */
export interface CityscapesClass {
  /** As cityscapesScripts writes it. */
  readonly name: string;
  /** Number in `labelIds` masks. */
  readonly labelId: number;
  /** For pictures. */
  readonly color: Color;
}

/** The 19 classes that are evaluated (cityscapesScripts, `helpers/labels.py`). */
export const CITYSCAPES_CLASSES: readonly CityscapesClass[] = [
  { name: "road", labelId: 7, color: [128, 64, 128] },
  { name: "sidewalk", labelId: 8, color: [244, 35, 232] },
  { name: "building", labelId: 11, color: [70, 70, 70] },
  { name: "wall", labelId: 12, color: [102, 102, 156] },
  { name: "fence", labelId: 13, color: [190, 153, 153] },
  { name: "pole", labelId: 17, color: [153, 153, 153] },
  { name: "traffic light", labelId: 19, color: [250, 170, 30] },
  { name: "traffic sign", labelId: 20, color: [220, 220, 0] },
  { name: "vegetation", labelId: 21, color: [107, 142, 35] },
  { name: "terrain", labelId: 22, color: [152, 251, 152] },
  { name: "sky", labelId: 23, color: [70, 130, 180] },
  { name: "person", labelId: 24, color: [220, 20, 60] },
  { name: "rider", labelId: 25, color: [255, 0, 0] },
  { name: "car", labelId: 26, color: [0, 0, 142] },
  { name: "truck", labelId: 27, color: [0, 0, 70] },
  { name: "bus", labelId: 28, color: [0, 60, 100] },
  { name: "train", labelId: 31, color: [0, 80, 100] },
  { name: "motorcycle", labelId: 32, color: [0, 0, 230] },
  { name: "bicycle", labelId: 33, color: [119, 11, 32] },
];

/** Numbers of `labelIds` masks that are evaluated nowhere; a byte mask stores −1 (license plate) as 255. */
export const CITYSCAPES_IGNORED_IDS: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30],
  255,
];
