import { basename, join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { type Dataset, IGNORE_LABEL, type Item } from "../dataset.ts";
import { isFolder, picturesByStem } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { contextClasses } from "./context_classes.ts";
import { firstFile, folderItem, readStems } from "./folder_items.ts";
import type { LayoutReader } from "./layout_reader.ts";

const MASKS = "SegmentationClassContext";

/** In the order in which lists are looked for; the official configuration of GuidedMix-Net takes the second. */
const LISTS: readonly string[] = ["ImageSets/SegmentationContext", "ImageSets/Segmentation"];

/**
 * Opens a folder of Pascal Context: `JPEGImages`, `SegmentationClassContext`, lists in `ImageSets`. Val: `val.txt`.
 * Train: `ImageSets/SegmentationContext/train.txt`, or without it every mask that is not in val, as the official
 * split lists of GuidedMix-Net need.
 * @param classCount 60 with background, as in the official configuration, or 59: background is then left out
 * @throws {DatasetError} If the list of val is missing or wrong
 */
export async function openContext(root: string, classCount: 59 | 60): Promise<Dataset> {
  const images = await picturesByStem(join(root, "JPEGImages"));
  const masks = await picturesByStem(join(root, MASKS));
  const valList = await firstFile(root, LISTS.map((folder) => `${folder}/val.txt`));
  if (valList === undefined) {
    throw new DatasetError(
      `Cannot open dataset "${root}": "${LISTS[0]}/val.txt" is missing, expected a list`,
    );
  }
  const val = await readStems(valList);
  const held = new Set(val);
  const trainList = await firstFile(root, [`${LISTS[0]}/train.txt`]);
  const train = trainList === undefined
    ? [...masks.keys()].filter((stem) => !held.has(stem))
    : await readStems(trainList);
  const item = (stem: string): Item =>
    folderItem(
      root,
      `JPEGImages/${images.get(stem) ?? `${stem}.jpg`}`,
      `${MASKS}/${masks.get(stem) ?? `${stem}.png`}`,
    );
  const first = 60 - classCount;
  const classes = contextClasses().slice(first);
  const colors = classes.map(({ color }) => color);
  return {
    name: basename(root),
    layout: "Pascal Context",
    root,
    classes: classes.map(({ name }) => name),
    colors,
    ignoreLabel: IGNORE_LABEL,
    maskRule: indexRule(colors, colors.map((_, label) => label + first), first === 0 ? [255] : [0, 255]),
    train: train.map(item),
    val: val.map(item),
    test: [],
    unlabeled: [],
  };
}

/** The official set, with background as a class. */
export const CONTEXT: LayoutReader<"context"> = {
  name: "context",
  title: "Pascal Context",
  expects: `"JPEGImages" and "${MASKS}" (Pascal Context)`,
  detect: async (folder) => await isFolder(join(folder, "JPEGImages")) && await isFolder(join(folder, MASKS)),
  open: (folder) => openContext(folder, 60),
};

/** The same without background; only by name. */
export const CONTEXT59: LayoutReader<"context59"> = {
  ...CONTEXT,
  name: "context59",
  detect: () => Promise.resolve(false),
  open: (folder) => openContext(folder, 59),
};
