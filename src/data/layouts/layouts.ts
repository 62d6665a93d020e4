import { ADE } from "./ade.ts";
import { BESIDE } from "./beside.ts";
import { CITYSCAPES } from "./cityscapes.ts";
import { COCO } from "./coco.ts";
import { CONTEXT, CONTEXT59 } from "./context.ts";
import { CVAT } from "./cvat.ts";
import { DATUMARO } from "./datumaro.ts";
import { DESCRIBED } from "./described.ts";
import { FOLDERS } from "./folders.ts";
import { LABEL_STUDIO } from "./label_studio.ts";
import { LABEL_STUDIO_JSON } from "./label_studio_json.ts";
import { LABELME } from "./labelme.ts";
import { MMSEG } from "./mmseg.ts";
import { PHOTOS } from "./photos.ts";
import { ROBOFLOW } from "./roboflow.ts";
import { SPLIT_FOLDERS } from "./split_folders.ts";
import { SUPERVISELY } from "./supervisely.ts";
import { VOC } from "./voc.ts";
import { VOC_EXPORT } from "./voc_export.ts";
import { YOLO } from "./yolo.ts";

/**
 * How a dataset's folder is laid out: `described` is a `dataset.toml`, `context59` Pascal Context without background, the
 * others are what `src/data/README.md` lists.
 */
export type Layout =
  | "described"
  | "cityscapes"
  | "voc"
  | "voc-export"
  | "context"
  | "context59"
  | "supervisely"
  | "label-studio"
  | "roboflow"
  | "mmseg"
  | "split-folders"
  | "ade"
  | "folders"
  | "labelme"
  | "coco"
  | "cvat"
  | "label-studio-json"
  | "datumaro"
  | "yolo"
  | "beside"
  | "photos";

/** Every layout, in the order in which they are looked for: the more telling ones first. */
export const LAYOUT_READERS = [
  DESCRIBED,
  CITYSCAPES,
  VOC,
  VOC_EXPORT,
  CONTEXT,
  CONTEXT59,
  SUPERVISELY,
  LABEL_STUDIO,
  ROBOFLOW,
  MMSEG,
  SPLIT_FOLDERS,
  ADE,
  FOLDERS,
  LABELME,
  COCO,
  BESIDE,
  CVAT,
  LABEL_STUDIO_JSON,
  DATUMARO,
  YOLO,
  PHOTOS,
] as const;
