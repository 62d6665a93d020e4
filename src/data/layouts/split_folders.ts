/** Folders `train`, `val` and `test` that each hold photos and masks. */
import { join } from "node:path";
import type { Dataset } from "../dataset.ts";
import { isMaskFolder } from "../mask_names.ts";
import { findClassNames } from "./class_files.ts";
import { imagesAndMasks } from "./folder_names.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { openPairDataset } from "./pair_dataset.ts";
import type { FolderPair } from "./pair_folders.ts";
import { NO_PART, type Split, splitNamed } from "./split_names.ts";
import { subfolders } from "./subfolders.ts";

const TITLE = "folders train, val and test with photos and masks in each";

/** `train_images` or `images_train`: what a folder's name says besides its part. */
const WORD = /^(.+?)[ ._-]+(.+)$/;

const IMAGES = /^(images?|imgs?|photos?|inputs?)$/i;

/** The part and the other word of a name of two words, in either order. */
function twoWords(name: string): { split: Split; word: string } | undefined {
  const [, first = "", second = ""] = WORD.exec(name) ?? [];
  const [before, after] = [splitNamed(first), splitNamed(second)];
  if (before !== undefined) return { split: before, word: second };
  return after === undefined ? undefined : { split: after, word: first };
}

/** `train_images` and `train_masks`. */
function namedPair(name: string, names: readonly string[]): FolderPair | undefined {
  const own = twoWords(name);
  if (own === undefined || !IMAGES.test(own.word)) return undefined;
  const masks = names.map((other) => ({ other, found: twoWords(other) }))
    .find(({ found }) => found?.split === own.split && isMaskFolder(found.word));
  return masks === undefined ? undefined : { images: name, masks: masks.other, split: own.split };
}

/** `train` and `trainannot`, `train_labels`. */
function annotatedPair(
  name: string,
  split: Split | undefined,
  names: readonly string[],
): FolderPair | undefined {
  const masks = names.find((other) =>
    other.length > name.length && other.startsWith(name) &&
    isMaskFolder(other.slice(name.length).replace(/^[ ._-]/, ""))
  );
  return masks === undefined ? undefined : { images: name, masks, split };
}

/** `train/images` and `train/masks`, or the folders of parts beside each other. */
async function pairsOf(folder: string): Promise<FolderPair[]> {
  const names = await subfolders(folder);
  const pairs = await Promise.all(names.map(async (name): Promise<FolderPair | undefined> => {
    const split = splitNamed(name);
    if (split === undefined && name.toLowerCase() !== NO_PART) return namedPair(name, names);
    const inside = await imagesAndMasks(join(folder, name));
    if (inside === undefined) return annotatedPair(name, split, names);
    return { images: `${name}/${inside.images}`, masks: `${name}/${inside.masks}`, split };
  }));
  return pairs.filter((pair) => pair !== undefined);
}

/**
 * The pairs of a dataset: those of its parts, and where none is of train, the folders of photos and masks beside them.
 * @returns With a sentence on such folders that are not used
 */
async function allPairs(folder: string): Promise<{ pairs: FolderPair[]; notes: string[] }> {
  const pairs = await pairsOf(folder);
  const beside = await imagesAndMasks(folder);
  const isPart = ({ images, masks }: { images: string; masks: string }) =>
    splitNamed(images) !== undefined ||
    pairs.some((pair) => [pair.images, pair.masks].some((path) => path === images || path === masks));
  if (pairs.length === 0 || beside === undefined || isPart(beside)) return { pairs, notes: [] };
  if (!pairs.some(({ split }) => split === "train")) {
    return { pairs: [{ ...beside, split: "train" }, ...pairs], notes: [] };
  }
  return {
    pairs,
    notes: [`"${beside.images}" and "${beside.masks}" beside the parts' folders are not used`],
  };
}

async function openSplitFolders(folder: string, options: OpenLayoutOptions): Promise<Dataset> {
  const { pairs, notes } = await allPairs(folder);
  const names = await findClassNames(folder);
  const dataset = await openPairDataset(folder, TITLE, pairs, { ...options, names });
  return { ...dataset, notes: [...dataset.notes ?? [], ...notes] };
}

/** Parts by folder; `valid`, `validation`, `training` and the like are known. */
export const SPLIT_FOLDERS: LayoutReader<"split-folders"> = {
  name: "split-folders",
  title: TITLE,
  expects: '"train/images" and "train/masks" (with "val" beside)',
  detect: async (folder) => (await pairsOf(folder)).length > 0,
  open: openSplitFolders,
};
