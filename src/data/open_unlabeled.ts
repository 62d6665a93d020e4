import { dirname, relative, resolve } from "node:path";
import { DatasetError } from "../core/errors.ts";
import type { Item } from "./dataset.ts";
import { isFolder, listPictures } from "./image_files.ts";
import { isInside, resolveInside } from "./inside.ts";
import { readList, tidyPath } from "./list_file.ts";
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
  const paths = await listPictures(folder);
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
    const path = resolveInside(root, image);
    if (path === undefined) {
      problems.push(`"${image}" in line ${line} leaves the folder, expected a path inside "${root}"`);
    } else items.push(itemOf(root, path));
  }
  throwCollected(`open list "${list}"`, problems);
  return items;
}

/**
 * Unlabeled pictures of a folder (with the folders in it) or of a list. No picture is opened, and no mask is asked
 * for: what a list names beside an image is left alone.
 * @param path A folder, or a list with one image a line
 * @throws {DatasetError} If the folder holds no picture, the list is wrong or missing, or its entries leave the folder
 */
export async function openUnlabeled(path: string, options: OpenUnlabeledOptions = {}): Promise<Item[]> {
  const absolute = resolve(path);
  if (await isFolder(absolute)) return await fromFolder(absolute, options.root ?? absolute);
  return await fromList(absolute, options.root ?? dirname(absolute));
}
