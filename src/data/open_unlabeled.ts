import { dirname, relative, resolve } from "node:path";
import { DatasetError } from "../core/errors.ts";
import type { Item } from "./dataset.ts";
import { isFolder, leftOutNotes, listPictures } from "./image_files.ts";
import { isInside } from "./inside.ts";
import { readList, tidyPath } from "./list_file.ts";
import { locateEntry } from "./locate_entry.ts";
import { masksAmong } from "./mask_names.ts";
import { throwCollected } from "./problems.ts";

/** Where unlabeled pictures may lie. */
export interface OpenUnlabeledOptions {
  /** Folder that a list's paths are relative to and may not leave; the list's own folder where it is not given. */
  readonly root?: string;
}

function itemOf(root: string, path: string): Item {
  // pictures outside the dataset's folder are named by their whole path
  const id = isInside(root, path) ? tidyPath(relative(root, path).replaceAll("\\", "/")) : path;
  return { id, image: { kind: "file", path } };
}

async function fromFolder(folder: string, root: string): Promise<Item[]> {
  const all = await listPictures(folder);
  const masks = masksAmong(all);
  const paths = all.filter((path) => !masks.has(path));
  if (paths.length === 0) {
    throw new DatasetError(
      `Cannot use "${folder}" as unlabeled: it holds no picture, expected JPEG, PNG, TIFF, WebP or BMP files`,
    );
  }
  return paths.map((path) => itemOf(root, resolve(folder, path)));
}

async function fromList(list: string, root: string): Promise<Item[]> {
  const problems: string[] = [];
  const items: Item[] = [];
  // a mask named beside an image is not looked at: official lists of unlabeled images name theirs
  for (const { image, line } of await readList(list)) {
    const path = (await locateEntry(root, image))?.path;
    if (path === undefined) {
      problems.push(`"${image}" in line ${line} leaves the folder, expected a path inside "${root}"`);
    } else items.push(itemOf(root, path));
  }
  throwCollected(`open list "${list}"`, problems);
  return items;
}

/** Sentences on the pictures of a folder that are not among its unlabeled ones: other formats, and masks. */
export async function unlabeledNotes(folder: string): Promise<string[]> {
  const [first, ...more] = masksAmong(await listPictures(folder));
  const formats = await leftOutNotes(folder);
  if (first === undefined) return formats;
  const what = more.length === 0 ? "1 picture" : `${more.length + 1} pictures`;
  const being = more.length === 0 ? "a mask by its name or folder" : "masks by their names or folders";
  return [`${what} of "${folder}" left out, being ${being}, first "${first}"`, ...formats];
}

/**
 * Unlabeled pictures of a folder (with the folders in it, but for masks: see `masksAmong`) or of a list. No picture is opened, and no mask is asked
 * for: what a list names beside an image is left alone.
 * @param path A folder, or a list with one image a line
 * @throws {DatasetError} If the folder holds no picture, the list is wrong or missing, or its entries leave the folder
 */
export async function openUnlabeled(path: string, options: OpenUnlabeledOptions = {}): Promise<Item[]> {
  const absolute = resolve(path);
  if (await isFolder(absolute)) return await fromFolder(absolute, options.root ?? absolute);
  return await fromList(absolute, options.root ?? dirname(absolute));
}
