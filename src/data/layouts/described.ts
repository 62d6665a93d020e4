import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { addUnlabeled } from "../add_unlabeled.ts";
import { type Dataset, IGNORE_LABEL, type Item, sourceName } from "../dataset.ts";
import { isFile, isFolder } from "../image_files.ts";
import { isInside } from "../inside.ts";
import { type ListEntry, readList, tidyPath } from "../list_file.ts";
import { type Located, locatedNotes, locateEntry } from "../locate_entry.ts";
import { openUnlabeled } from "../open_unlabeled.ts";
import { throwCollected } from "../problems.ts";
import { readTextFile } from "../read_file.ts";
import { type Description, parseDescription } from "./description.ts";
import { openPairs } from "./folders.ts";
import { imagesAndMasks } from "./folder_names.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";

const TITLE = "a dataset.toml";

interface Split {
  readonly labeled: Item[];
  readonly unlabeled: Item[];
  readonly notes: readonly string[];
}

const NOTHING: Split = { labeled: [], unlabeled: [], notes: [] };

/** Pictures outside of the dataset's folder are named by their whole path. */
function idOf(root: string, path: string): string {
  return isInside(root, path) ? tidyPath(relative(root, path)) : path;
}

/** Makes items of a list's lines; what is wrong with them goes to `problems`. */
async function splitOf(
  root: string,
  list: string,
  entries: readonly ListEntry[],
  problems: string[],
): Promise<Split> {
  const split = { labeled: [] as Item[], unlabeled: [] as Item[] };
  const all: Located[] = [];
  const locate = async (entry: string, line: number) => {
    const located = await locateEntry(root, entry);
    if (located === undefined) {
      problems.push(
        `"${entry}" in line ${line} of "${list}" leaves the folder, expected a path inside "${root}"`,
      );
    } else all.push(located);
    return located?.path;
  };
  for (const { image, mask, line } of entries) {
    const path = await locate(image, line);
    const maskPath = mask === undefined ? undefined : await locate(mask, line);
    if (path === undefined) continue;
    const item: Item = { id: idOf(root, path), image: { kind: "file", path } };
    if (maskPath === undefined) split.unlabeled.push(item);
    else split.labeled.push({ ...item, mask: { kind: "file", path: maskPath } });
  }
  return { ...split, notes: locatedNotes(list, all) };
}

/** The path that a key of the description gives, or a problem and `undefined`. */
async function pathOfKey(
  root: string,
  key: string,
  value: string,
  problems: string[],
): Promise<string | undefined> {
  const located = await locateEntry(root, value);
  // a leading slash may mean the dataset's folder
  const isThere = located !== undefined && (await isFile(located.path) || await isFolder(located.path));
  const path = isAbsolute(value) && !isThere && !isInside(root, value) ? undefined : located?.path;
  if (path === undefined) {
    problems.push(`${key} is "${value}", which leaves the folder, expected a path inside "${root}"`);
  }
  return path;
}

async function readSplit(
  root: string,
  key: "train" | "val" | "test",
  value: string | undefined,
  problems: string[],
): Promise<Split> {
  const path = value === undefined ? undefined : await pathOfKey(root, key, value, problems);
  if (value === undefined || path === undefined) return NOTHING;
  const split = await splitOf(root, value, await readList(path), problems);
  if (key === "val" && split.unlabeled.length > 0) {
    problems.push(
      `"${split.unlabeled[0]!.id}" in "${value}" has no mask, expected one for each image of val`,
    );
  }
  return split;
}

async function extraUnlabeled(
  root: string,
  description: Description,
  problems: string[],
): Promise<readonly Item[]> {
  if (description.unlabeled === undefined) return [];
  const path = await pathOfKey(root, "unlabeled", description.unlabeled, problems);
  return path === undefined ? [] : await openUnlabeled(path, { root });
}

type Parts = Pick<Dataset, "train" | "val" | "drawnFrom" | "test" | "unlabeled" | "notes">;

/** A note on masks that several images have: meant for a camera that stands still, else a slip. */
function sharedMasks(key: string, { labeled }: Split): string[] {
  const masks = labeled.map(({ mask }) => sourceName(mask!));
  const seen = new Set<string>();
  const again = masks.filter((path) => seen.size === seen.add(path).size);
  if (again.length === 0) return [];
  return [`${again.length} images of ${key} have the mask of another one, first "${again[0]}"`];
}

async function partsByLists(root: string, description: Description, problems: string[]): Promise<Parts> {
  const train = await readSplit(root, "train", description.train, problems);
  const val = await readSplit(root, "val", description.val, problems);
  const test = await readSplit(root, "test", description.test, problems);
  return {
    train: train.labeled,
    val: val.labeled,
    test: [...test.labeled, ...test.unlabeled],
    unlabeled: train.unlabeled,
    notes: [
      ...[train, val, test].flatMap(({ notes }) => notes),
      ...sharedMasks("train", train),
      ...sharedMasks("val", val),
    ],
  };
}

async function partsOf(
  root: string,
  description: Description,
  problems: string[],
  options: OpenLayoutOptions,
): Promise<Parts> {
  if (description.train !== undefined) return await partsByLists(root, description, problems);
  if (await imagesAndMasks(root) !== undefined) return await openPairs(root, options);
  problems.push('train and val are missing, expected lists, or the folders "images" and "masks"');
  return { train: [], val: [], test: [], unlabeled: [] };
}

/**
 * Opens a dataset by its `dataset.toml`. Lists are read, images and masks are not. Without lists, the folders `images`
 * and `masks` beside it are matched by names as without a description.
 * @param path Of the description
 * @throws {DatasetError} If the description or a list is wrong or missing, or, collected, if entries leave its folder
 * or images of val have no mask
 */
export async function openDescribed(path: string, options: OpenLayoutOptions = {}): Promise<Dataset> {
  const absolute = resolve(path);
  const root = dirname(absolute);
  const description = parseDescription(await readTextFile(absolute), absolute);
  const problems: string[] = [];
  const parts = await partsOf(root, description, problems, options);
  const extra = await extraUnlabeled(root, description, problems);
  throwCollected(`open dataset "${absolute}"`, problems);
  const { name, classes, colors, maskRule, ignoreAssumed } = description;
  const dataset: Dataset = {
    name,
    layout: TITLE,
    root,
    classes,
    colors,
    ignoreLabel: IGNORE_LABEL,
    maskRule,
    ...(ignoreAssumed ? { ignoreAssumed } : {}),
    ...parts,
  };
  return addUnlabeled(dataset, extra);
}

/** Counts before all others. */
export const DESCRIBED: LayoutReader<"described"> = {
  name: "described",
  title: TITLE,
  expects: 'a "dataset.toml"',
  detect: (folder) => isFile(join(folder, "dataset.toml")),
  open: (folder, options) => openDescribed(join(folder, "dataset.toml"), options),
};
