import { basename, join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { type Dataset, IGNORE_LABEL, type Item } from "../dataset.ts";
import { isFolder, listPictures, picturesByStem } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { firstFile, folderItem, readStems } from "./folder_items.ts";
import { hasClassNames } from "./class_files.ts";
import type { LayoutReader } from "./layout_reader.ts";
import { VOC_CLASSES } from "./voc_classes.ts";
import { vocColors } from "./voc_colors.ts";

const TITLE = "Pascal VOC 2012";

/** Names of the official photos; those of other folders in VOC's form are their makers' own. */
const OFFICIAL_NAME = /^20\d\d_\d{6}\./;

const LISTS = "ImageSets/Segmentation";

/** Names that the list of the 10582 augmented training images goes by. */
const AUGMENTED_LISTS: readonly string[] = ["trainaug.txt", "train_aug.txt"];

interface Folders {
  readonly root: string;
  readonly images: ReadonlyMap<string, string>;
  /** Stems with a mask, by mask folder; a folder that is missing is empty. */
  readonly plain: ReadonlyMap<string, string>;
  readonly augmented: ReadonlyMap<string, string>;
}

async function stemsIfFolder(folder: string): Promise<Map<string, string>> {
  return await isFolder(folder) ? await picturesByStem(folder) : new Map();
}

/** Items of some stems; the mask of the first kind of folder that has one. */
function itemsOf(folders: Folders, stems: readonly string[], first: "plain" | "augmented"): Item[] {
  const name = { plain: "SegmentationClass", augmented: "SegmentationClassAug" };
  const second = first === "plain" ? "augmented" : "plain";
  return stems.map((stem) => {
    const image = `JPEGImages/${folders.images.get(stem) ?? `${stem}.jpg`}`;
    const kind = folders[first].has(stem) || !folders[second].has(stem) ? first : second;
    return folderItem(folders.root, image, `${name[kind]}/${folders[kind].get(stem) ?? `${stem}.png`}`);
  });
}

/** Official list of augmented images, or every augmented mask outside val, or the list of 1464. */
async function trainStems(folders: Folders, val: readonly string[]): Promise<string[]> {
  const lists = join(folders.root, LISTS);
  if (folders.augmented.size === 0) {
    const list = await firstFile(lists, ["train.txt"]);
    if (list === undefined) {
      throw new DatasetError(
        `Cannot open dataset "${folders.root}": "${LISTS}/train.txt" is missing, expected a list`,
      );
    }
    return await readStems(list);
  }
  const list = await firstFile(lists, AUGMENTED_LISTS);
  if (list !== undefined) return await readStems(list);
  const left = new Set(val);
  return [...folders.augmented.keys()].filter((stem) => !left.has(stem));
}

/**
 * Opens a folder of Pascal VOC 2012: `JPEGImages`, `SegmentationClass` or `SegmentationClassAug` (palette or grey
 * masks), `ImageSets/Segmentation`. Train: with `SegmentationClassAug` its list (`trainaug.txt`) or all of its masks
 * that are not in val (10582 officially), without it `train.txt`. Val: `val.txt`, masks of `SegmentationClass`.
 * Photos that no list names are not used.
 * @throws {DatasetError} If a list is missing or wrong
 */
export async function openVoc(root: string): Promise<Dataset> {
  const folders: Folders = {
    root,
    images: await picturesByStem(join(root, "JPEGImages")),
    plain: await stemsIfFolder(join(root, "SegmentationClass")),
    augmented: await stemsIfFolder(join(root, "SegmentationClassAug")),
  };
  const valList = await firstFile(join(root, LISTS), ["val.txt"]);
  if (valList === undefined) {
    throw new DatasetError(`Cannot open dataset "${root}": "${LISTS}/val.txt" is missing, expected a list`);
  }
  const val = await readStems(valList);
  const colors = vocColors(VOC_CLASSES.length);
  return {
    name: basename(root),
    layout: TITLE,
    root,
    classes: VOC_CLASSES,
    colors,
    ignoreLabel: IGNORE_LABEL,
    maskRule: indexRule(colors),
    train: itemsOf(folders, await trainStems(folders, val), "augmented"),
    val: itemsOf(folders, val, "plain"),
    test: [],
    unlabeled: [],
  };
}

async function isVoc(root: string): Promise<boolean> {
  if (!await isFolder(join(root, "JPEGImages"))) return false;
  if (await isFolder(join(root, "SegmentationClassAug"))) return true;
  if (!await isFolder(join(root, "SegmentationClass")) || await hasClassNames(root)) return false;
  const masks = await listPictures(join(root, "SegmentationClass"));
  return masks.length > 0 && masks.every((path) => OFFICIAL_NAME.test(path));
}

/** The official set, by the names of its photos: exports of label tools have the same folders. */
export const VOC: LayoutReader<"voc"> = {
  name: "voc",
  title: TITLE,
  expects: '"JPEGImages" and "SegmentationClass" (VOC)',
  detect: isVoc,
  open: openVoc,
};
