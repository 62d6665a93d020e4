import { basename } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { type Dataset, IGNORE_LABEL, type Item } from "../dataset.ts";
import { namedClasses } from "./class_files.ts";
import type { ClassNames } from "./class_lines.ts";
import { type Classes, inferClasses } from "./infer_classes.ts";
import type { OpenLayoutOptions } from "./layout_reader.ts";
import { findPairs, type FolderPair } from "./pair_folders.ts";
import { type Parts, partsOf } from "./parts.ts";

/** Classes by names, or else by what the masks of all parts hold. */
export async function classesOf(
  root: string,
  { train, val, test }: Parts,
  names: ClassNames | undefined,
  options: OpenLayoutOptions,
): Promise<Classes> {
  const labeled = [...train, ...val, ...test].filter(({ mask }) => mask !== undefined);
  // in an order that does not depend on the parts: the first one's palette counts
  const inOrder = labeled.sort((a: Item, b: Item) => (a.id < b.id ? -1 : 1));
  const named = names === undefined ? undefined : await namedClasses(root, names, inOrder, options);
  return named ?? await inferClasses(root, inOrder, options);
}

/**
 * A dataset from its parts and classes.
 * @throws {DatasetError} If there are more than 255 classes
 */
export function datasetOf(root: string, layout: string, parts: Parts, classes: Classes): Dataset {
  if (classes.classes.length > 255) {
    throw new DatasetError(
      `Cannot open dataset "${root}": it has ${classes.classes.length} classes, expected at most 255`,
    );
  }
  return { name: basename(root), layout, root, ...classes, ignoreLabel: IGNORE_LABEL, ...parts };
}

/**
 * A dataset of folders of photos and folders of masks.
 * @param layout In words
 * @throws {DatasetError} As `findPairs`, `partsOf` and `inferClasses`
 */
export async function openPairDataset(
  root: string,
  layout: string,
  pairs: readonly FolderPair[],
  { names, ...options }: OpenLayoutOptions & { readonly names?: ClassNames },
): Promise<Dataset> {
  const found = await findPairs(root, pairs);
  const parts = partsOf(root, found.items, options);
  const all = { ...parts, notes: [...parts.notes ?? [], ...found.notes] };
  return datasetOf(root, layout, all, await classesOf(root, all, names, options));
}
