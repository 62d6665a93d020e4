/** Folders `images` and `masks`, or what people call them. */
import { basename } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import type { Dataset } from "../dataset.ts";
import { withoutAnyEnding, withoutEnding } from "../image_files.ts";
import { readList, tidyPath } from "../list_file.ts";
import { throwCollected } from "../problems.ts";
import { findClassNames } from "./class_files.ts";
import { firstFile } from "./folder_items.ts";
import { imagesAndMasks } from "./folder_names.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { classesOf, datasetOf } from "./pair_dataset.ts";
import { findPairs } from "./pair_folders.ts";
import { type Parts, partsOf, type PlacedItem } from "./parts.ts";

const TITLE = "folders of photos and masks";

/** What a line of a list may mean, the nearest first: below the photos' folder, with that before it, or a name alone. */
function stemsMeant(entry: string, images: string): string[] {
  const whole = withoutEnding(tidyPath(entry));
  const name = basename(whole);
  const below = whole.startsWith(`${images}/`) ? whole.slice(images.length + 1) : whole;
  return [whole, below, name, withoutAnyEnding(name)];
}

/** The pairs that a list names go to val, the others to train. */
async function byList(
  root: string,
  list: string,
  images: string,
  items: readonly PlacedItem[],
): Promise<PlacedItem[]> {
  const labeled = items.filter(({ item }) => item.mask !== undefined);
  const byStem = new Map(labeled.map(({ item: { id } }) => [withoutEnding(id.slice(images.length + 1)), id]));
  const val = new Set<string>();
  const missing: string[] = [];
  for (const { image } of await readList(list)) {
    const stem = stemsMeant(image, images).find((name) => byStem.has(name));
    if (stem === undefined) missing.push(`"${image}" of "${basename(list)}" has no image and mask`);
    else val.add(byStem.get(stem)!);
  }
  throwCollected(`open dataset "${root}"`, missing);
  return items.map(({ item }) => ({
    item,
    split: item.mask === undefined ? undefined : val.has(item.id) ? "val" : "train",
  }));
}

/**
 * The images and masks of a folder in its parts.
 * @throws {DatasetError} If fewer than two pairs are there, or masks have no image
 */
export async function openPairs(root: string, options: OpenLayoutOptions = {}): Promise<Parts> {
  const { images, masks } = await imagesAndMasks(root) ?? { images: "images", masks: "masks" };
  const { items, notes } = await findPairs(root, [{ images, masks }]);
  const list = await firstFile(root, ["val.txt"]);
  const placed = list === undefined ? items : await byList(root, list, images, items);
  const labeled = items.filter(({ item }) => item.mask !== undefined);
  if (labeled.length < 2 && options.holdOut !== false) {
    throw new DatasetError(
      `Cannot open dataset "${root}": ${labeled.length} images have a mask of the same name, expected at least 2`,
    );
  }
  const parts = partsOf(root, placed, options);
  return { ...parts, notes: [...parts.notes ?? [], ...notes] };
}

/**
 * Opens a folder that holds `images` and `masks`, matched by name; images without a mask are unlabeled. Val: the names in
 * `val.txt`, or the folders `images/train` and `images/val` (and `images/test`, with or without masks), or else a fifth
 * of the pairs, always the same. Classes: the lines of `classes.txt`, or what the masks hold.
 * @throws {DatasetError} As `openPairs`, or if the masks do not tell the classes
 */
export async function openFolders(root: string, options: OpenLayoutOptions = {}): Promise<Dataset> {
  const parts = await openPairs(root, options);
  return datasetOf(
    root,
    TITLE,
    parts,
    await classesOf(root, parts, await findClassNames(root), options),
  );
}

/** One folder of photos, one of masks; both may hold `train` and `val`. */
export const FOLDERS: LayoutReader<"folders"> = {
  name: "folders",
  title: TITLE,
  expects: '"images" and "masks"',
  detect: async (folder) => await imagesAndMasks(folder) !== undefined,
  open: openFolders,
};
