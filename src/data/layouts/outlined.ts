/** Datasets of photos of which label files tell the shapes: what such files have in common. */
import { basename, join } from "node:path";
import { quoted } from "../../core/shown_text.ts";
import type { PictureSize } from "../augment/augment_options.ts";
import { type Dataset, type DrawnSource, IGNORE_LABEL } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { listPictures } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { mapLimited } from "../map_limited.ts";
import { throwCollected } from "../problems.ts";
import type { Shape } from "../shapes/shape.ts";
import { folderItem } from "./folder_items.ts";
import { numberOf } from "./json_files.ts";
import type { OpenLayoutOptions } from "./layout_reader.ts";
import { listedNotes, listedOnce, type ListedPhoto } from "./listed_photos.ts";
import { datasetOf } from "./pair_dataset.ts";
import { partsOf } from "./parts.ts";
import { indexPhotos, type PhotoIndex } from "./photo_index.ts";
import { type Split, splitOfFolders } from "./split_names.ts";
import { statedSize } from "./stated_size.ts";

/** A photo as a label file tells of it. */
export interface OutlinedPhoto extends PictureSize {
  /** The label file, below the dataset's folder. */
  readonly path: string;
  /** What it calls the photo, with or without its ending. */
  readonly file: string;
  /** Other names that the photo may go by. */
  readonly others?: readonly string[];
  /** Folders in which the photo may lie, the likeliest last. */
  readonly folders: readonly string[];
  /** Whether the photo lies in one of these folders, and is none of that name elsewhere. */
  readonly isExact?: boolean;
  /** The part that the file puts it in; without it the folder of the photo counts. */
  readonly split?: Split;
  /** Its shapes by the photo's size; without them the photo is unlabeled. */
  readonly shapes?: (size: PictureSize) => Shape[];
}

/** What the label files of a dataset tell together. */
export interface Outlined {
  /** Names of the classes after background, in order. */
  readonly names: readonly string[];
  /** In the files' order; one photo may be of several files. */
  readonly photos: readonly OutlinedPhoto[];
  /** Annotations that are boxes alone. */
  readonly boxes: number;
  /** Pictures that are no photos. */
  readonly masks?: ReadonlySet<string>;
  /** What else there is to say. */
  readonly notes?: readonly string[];
}

/** Labels of classes by their names, after background. A name that is not there is background: files may name one too. */
export function labelsByName(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, i) => [name, i + 1]));
}

/**
 * Shapes from the lowest to the highest, as they are drawn; those of one height keep their order.
 * @param heightOf A shape's `z_order` as the file has it; what is no number is 0
 */
export function fromBelow<One>(shapes: readonly One[], heightOf: (shape: One) => unknown): One[] {
  const height = (shape: One) => numberOf(heightOf(shape)) ?? 0;
  return [...shapes].sort((a, b) => height(a) - height(b));
}

/** A photo with its mask, or a sentence on why there is none. */
async function listedPhoto(
  root: string,
  { path, file, others = [], folders, isExact = false, split, shapes, ...stated }: OutlinedPhoto,
  index: PhotoIndex,
): Promise<ListedPhoto | string> {
  // a photo of another part is another photo
  const mayBe = (place: string) =>
    !isExact && (split === undefined || (splitOfFolders(place) ?? split) === split);
  const photo = [file, ...others].map((name) => index.find(name, folders, mayBe)).find((one) =>
    one !== undefined
  );
  if (photo === undefined) {
    return `${quoted(file)} of ${quoted(path)} has no photo, expected it in the folder, once`;
  }
  const item = folderItem(root, photo);
  const placed = { split: split ?? splitOfFolders(photo), path };
  if (shapes === undefined) return { item, ...placed };
  const { width, height } = await statedSize(stated, join(root, photo));
  const name = basename(path).startsWith(`${file}.`) ? path : `${path}, ${file}`;
  const mask: DrawnSource = { kind: "drawn", name, width, height, shapes: shapes({ width, height }) };
  return { item: { ...item, mask }, ...placed };
}

function isOutlined({ item: { mask } }: ListedPhoto): boolean {
  return mask?.kind === "drawn" &&
    mask.shapes.some((shape) => shape.kind === "segments" || shape.label !== IGNORE_LABEL);
}

/**
 * The dataset that label files tell of: background is what no shape covers, photos that no file lists are unlabeled.
 * @param title Of the layout, in words
 * @param expected What an outline is in such files, for the sentence on files that hold none
 * @throws {DatasetError} If a photo is missing, sizes differ, or there is no outline at all
 */
export async function outlinedDataset(
  root: string,
  title: string,
  { names, photos, boxes, masks, notes = [] }: Outlined,
  expected: string,
  options: OpenLayoutOptions,
): Promise<Dataset> {
  const pictures = await listPictures(root);
  const index = indexPhotos(pictures.filter((path) => masks?.has(path) !== true));
  const found = await mapLimited(photos, 16, (photo) => listedPhoto(root, photo, index));
  const { listed, notes: said, problems } = listedOnce(found.filter((one) => typeof one !== "string"));
  throwCollected(`open dataset "${root}"`, [...found.filter((one) => typeof one === "string"), ...problems]);
  if (!listed.some(isOutlined)) {
    const files = [...new Set(photos.map(({ path }) => path))].slice(0, 10);
    throwCollected(`open dataset "${root}"`, [
      `${files.map(quoted).join(", ")} holds ${boxes} boxes and no outline, expected ${expected}`,
    ]);
  }
  const known = new Set(listed.map(({ item }) => item.id));
  const rest = index.photos.filter((path) => !known.has(path)).map((path) => ({
    item: folderItem(root, path),
    // a photo of val that no file lists is no unlabeled one
    split: splitOfFolders(path),
  }));
  const parts = partsOf(root, [...listed, ...rest], options);
  const classes = ["background", ...names];
  const colors = defaultColors(classes);
  return datasetOf(root, title, {
    ...parts,
    notes: [...parts.notes ?? [], ...said, ...notes, ...listedNotes(listed, boxes)],
  }, { classes, colors, maskRule: indexRule(colors) });
}
