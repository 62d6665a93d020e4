import { join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import type { Dataset, Item } from "../dataset.ts";
import { isFolder, listPictures } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { findColoredNames } from "./class_files.ts";
import { CITYSCAPES_CLASSES, CITYSCAPES_IGNORED_IDS } from "./cityscapes_classes.ts";
import { folderItem } from "./folder_items.ts";
import type { Classes } from "./infer_classes.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { classesOf, datasetOf } from "./pair_dataset.ts";
import { partsOf } from "./parts.ts";
import { NO_PART } from "./split_names.ts";

const TITLE = "Cityscapes";
const OWN_TITLE = "an export in Cityscapes' form (CVAT, Datumaro)";
const IMAGE_ENDING = "_leftImg8bit.png";
const TRAIN_ID_ENDING = "_gtFine_labelTrainIds.png";
const LABEL_ID_ENDING = "_gtFine_labelIds.png";

/** Paths of a folder below the root, empty where the folder is missing. */
async function pathsOf(root: string, folder: string): Promise<string[]> {
  if (!await isFolder(join(root, folder))) return [];
  return (await listPictures(join(root, folder))).map((path) => `${folder}/${path}`);
}

function itemsOf(
  root: string,
  images: readonly string[],
  masks: ReadonlySet<string>,
  ending: string,
): Item[] {
  return images.filter((path) => path.endsWith(IMAGE_ENDING)).map((path) => {
    const mask = path.replace(/^leftImg8bit/, "gtFine").slice(0, -IMAGE_ENDING.length) + ending;
    return folderItem(root, path, masks.has(mask) ? mask : undefined);
  });
}

function officialClasses(ending: string): Classes {
  const colors = CITYSCAPES_CLASSES.map(({ color }) => color);
  const values = CITYSCAPES_CLASSES.map(({ labelId }) => labelId);
  return {
    classes: CITYSCAPES_CLASSES.map(({ name }) => name),
    colors,
    maskRule: ending === TRAIN_ID_ENDING
      ? indexRule(colors)
      : indexRule(colors, values, CITYSCAPES_IGNORED_IDS),
  };
}

/**
 * Opens a folder of Cityscapes: `leftImg8bit/{train,val,test,train_extra}` and `gtFine`. Masks are the
 * `labelTrainIds` files where train or val has any, else the `labelIds` files, mapped to the 19 train ids. Images of
 * train without a mask, and all of `train_extra`, are unlabeled; of test no mask is taken (the public ones are empty). Where
 * a `label_colors.txt` lies there, as in exports of CVAT and Datumaro, its order is that of the ids.
 * @throws {DatasetError} If train and val hold no image, or an image of val has no mask
 */
export async function openCityscapes(root: string, options: OpenLayoutOptions = {}): Promise<Dataset> {
  const folders = ["gtFine/train", "gtFine/val", `gtFine/${NO_PART}`];
  const masks = new Set((await Promise.all(folders.map((folder) => pathsOf(root, folder)))).flat());
  const ending = [...masks].some((path) => path.endsWith(TRAIN_ID_ENDING))
    ? TRAIN_ID_ENDING
    : LABEL_ID_ENDING;
  const items = async (part: string) =>
    itemsOf(root, await pathsOf(root, `leftImg8bit/${part}`), masks, ending);
  const train = await items("train");
  const val = await items("val");
  const rest = train.length + val.length === 0 ? await items(NO_PART) : [];
  if (train.length + val.length + rest.length === 0) {
    throw new DatasetError(
      `Cannot open dataset "${root}": "leftImg8bit" holds no image in train or val, expected "*${IMAGE_ENDING}"`,
    );
  }
  const bare = val.find(({ mask }) => mask === undefined);
  if (bare !== undefined) {
    throw new DatasetError(
      `Cannot open dataset "${root}": "${bare.id}" has no mask, expected "…${ending}" in gtFine`,
    );
  }
  const names = await findColoredNames(root);
  const parts = rest.length > 0 ? partsOf(root, rest.map((item) => ({ item })), options) : {
    train: train.filter(({ mask }) => mask !== undefined),
    val,
    test: await items("test"),
    unlabeled: [...train.filter(({ mask }) => mask === undefined), ...await items("train_extra")],
  };
  const classes = names === undefined
    ? officialClasses(ending)
    : await classesOf(root, parts, names, options);
  return datasetOf(root, names === undefined ? TITLE : OWN_TITLE, parts, classes);
}

/** The official set. */
export const CITYSCAPES: LayoutReader<"cityscapes"> = {
  name: "cityscapes",
  title: TITLE,
  expects: '"leftImg8bit" and "gtFine" (Cityscapes)',
  detect: (folder) => isFolder(join(folder, "leftImg8bit")),
  open: openCityscapes,
};
