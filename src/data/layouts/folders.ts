/** Folders `images` and `masks`, or what people call them. */
import { DatasetError } from "../../core/errors.ts";
import type { Dataset } from "../dataset.ts";
import { findClassNames } from "./class_files.ts";
import { imagesAndMasks } from "./folder_names.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { classesOf, datasetOf } from "./pair_dataset.ts";
import { findPairs } from "./pair_folders.ts";
import { type Parts, partsOf } from "./parts.ts";
import { placedByLists } from "./placed_by_lists.ts";

const TITLE = "folders of photos and masks";

/**
 * The images and masks of a folder in its parts.
 * @throws {DatasetError} If fewer than two pairs are there, or masks have no image
 */
export async function openPairs(root: string, options: OpenLayoutOptions = {}): Promise<Parts> {
  const { images, masks } = await imagesAndMasks(root) ?? { images: "images", masks: "masks" };
  const { items, notes } = await findPairs(root, [{ images, masks }]);
  const { placed, notes: said } = await placedByLists(root, images, items);
  const labeled = items.filter(({ item }) => item.mask !== undefined);
  if (labeled.length < 2 && options.holdOut !== false) {
    throw new DatasetError(
      `Cannot open dataset "${root}": ${labeled.length} images have a mask of the same name, expected at least 2`,
    );
  }
  const parts = partsOf(root, placed, options);
  return { ...parts, notes: [...parts.notes ?? [], ...notes, ...said] };
}

/**
 * Opens a folder that holds `images` and `masks`, matched by name; images without a mask are unlabeled. Parts: the names in
 * `train.txt`, `val.txt` and `test.txt`, or the folders `images/train` and `images/val` (and `images/test`, with or without masks), or else a fifth
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
