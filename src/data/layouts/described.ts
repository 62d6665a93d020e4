import { dirname, relative, resolve } from "node:path";
import { addUnlabeled } from "../add_unlabeled.ts";
import { type Dataset, IGNORE_LABEL, type Item } from "../dataset.ts";
import { resolveInside } from "../inside.ts";
import { type ListEntry, readList, tidyPath } from "../list_file.ts";
import { openUnlabeled } from "../open_unlabeled.ts";
import { throwCollected } from "../problems.ts";
import { readTextFile } from "../read_file.ts";
import { type Description, parseDescription } from "./description.ts";

interface Split {
  readonly labeled: Item[];
  readonly unlabeled: Item[];
}

/** Makes items of a list's lines; what is wrong with them goes to `problems`. */
function splitOf(root: string, list: string, entries: readonly ListEntry[], problems: string[]): Split {
  const split: Split = { labeled: [], unlabeled: [] };
  const locate = (entry: string, line: number) => {
    const path = resolveInside(root, entry);
    if (path === undefined) {
      problems.push(
        `"${entry}" in line ${line} of "${list}" leaves the folder, expected a path inside "${root}"`,
      );
    }
    return path;
  };
  for (const { image, mask, line } of entries) {
    const path = locate(image, line);
    const maskPath = mask === undefined ? undefined : locate(mask, line);
    if (path === undefined) continue;
    const item: Item = { id: tidyPath(relative(root, path)), image: { kind: "file", path } };
    if (maskPath === undefined) split.unlabeled.push(item);
    else split.labeled.push({ ...item, mask: { kind: "file", path: maskPath } });
  }
  return split;
}

/** The path that a key of the description gives, or a problem and `undefined`. */
function pathOfKey(root: string, key: string, value: string, problems: string[]): string | undefined {
  const path = resolveInside(root, value);
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
  const path = value === undefined ? undefined : pathOfKey(root, key, value, problems);
  if (value === undefined || path === undefined) return { labeled: [], unlabeled: [] };
  const split = splitOf(root, value, await readList(path), problems);
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
  const path = pathOfKey(root, "unlabeled", description.unlabeled, problems);
  return path === undefined ? [] : await openUnlabeled(path, { root });
}

/**
 * Opens a dataset by its `dataset.toml`. Lists are read, images and masks are not.
 * @param path Of the description
 * @throws {DatasetError} If the description or a list is wrong or missing, or, collected, if entries leave its folder
 * or images of val have no mask
 */
export async function openDescribed(path: string): Promise<Dataset> {
  const absolute = resolve(path);
  const root = dirname(absolute);
  const description = parseDescription(await readTextFile(absolute), absolute);
  const problems: string[] = [];
  const train = await readSplit(root, "train", description.train, problems);
  const val = await readSplit(root, "val", description.val, problems);
  const test = await readSplit(root, "test", description.test, problems);
  const extra = await extraUnlabeled(root, description, problems);
  throwCollected(`open dataset "${absolute}"`, problems);
  const { name, classes, colors, maskRule } = description;
  const dataset: Dataset = {
    name,
    root,
    classes,
    colors,
    ignoreLabel: IGNORE_LABEL,
    maskRule,
    train: train.labeled,
    val: val.labeled,
    test: [...test.labeled, ...test.unlabeled],
    unlabeled: train.unlabeled,
  };
  return addUnlabeled(dataset, extra);
}
