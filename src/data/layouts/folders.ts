import { basename, join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { type Dataset, IGNORE_LABEL, type Item } from "../dataset.ts";
import {
  leftOutNotes,
  listOtherPictures,
  picturesByStem,
  withoutAnyEnding,
  withoutEnding,
} from "../image_files.ts";
import type { SurveyOptions } from "../masks/survey_masks.ts";
import { readList, tidyPath } from "../list_file.ts";
import { throwCollected } from "../problems.ts";
import { firstFile, folderItem } from "./folder_items.ts";
import { inferClasses } from "./infer_classes.ts";

/** Share of the pairs that is kept for val where no list or folder says which. */
const HELD_OUT = 1 / 5;

/** Images and masks, matched by stem. */
interface Matched {
  readonly labeled: ReadonlyMap<string, Item>;
  readonly unlabeled: ReadonlyMap<string, Item>;
}

/** Items by stem; a mask without an image is a problem, and a picture of another format that is an image's only mask. */
async function matched(root: string): Promise<Matched> {
  const images = await picturesByStem(join(root, "images"));
  const masks = await picturesByStem(join(root, "masks"));
  const alone = [...masks.keys()].filter((stem) => !images.has(stem));
  const others = (await listOtherPictures(join(root, "masks"))).filter((path) => {
    const stem = withoutAnyEnding(path);
    return images.has(stem) && !masks.has(stem);
  });
  throwCollected(`open dataset "${root}"`, [
    ...alone.map((stem) => `"masks/${masks.get(stem)}" has no image, expected "images/${stem}.jpg" or .png`),
    ...others.map((path) => `"masks/${path}" is no PNG, expected one`),
  ]);
  const labeled = new Map<string, Item>();
  const unlabeled = new Map<string, Item>();
  for (const [stem, image] of images) {
    const mask = masks.get(stem);
    if (mask === undefined) unlabeled.set(stem, folderItem(root, `images/${image}`));
    else labeled.set(stem, folderItem(root, `images/${image}`, `masks/${mask}`));
  }
  return { labeled, unlabeled };
}

type Parts = Pick<Dataset, "train" | "val" | "test" | "unlabeled" | "notes">;

function leftOut(items: readonly Item[], what: string): string[] {
  if (items.length === 0) return [];
  return [`${items.length} ${what} not used, first "${items[0]!.id}"`];
}

/** By the folders `train`, `val` and `test` of images; `undefined` where train or val has no pair. */
function partsByFolder({ labeled, unlabeled }: Matched): Parts | undefined {
  const isIn = (stem: string, folder: string) => stem.startsWith(`${folder}/`);
  const part = (items: ReadonlyMap<string, Item>, ...folders: string[]) =>
    [...items].filter(([stem]) => folders.some((folder) => isIn(stem, folder))).map(([, item]) => item);
  const [train, val] = [part(labeled, "train"), part(labeled, "val")];
  if (train.length === 0 || val.length === 0) return undefined;
  const used = new Set(part(labeled, "train", "val", "test"));
  const kept = new Set(part(unlabeled, "val", "test"));
  const strays = [...labeled.values()].filter((item) => !used.has(item));
  return {
    train,
    val,
    test: [...part(labeled, "test"), ...part(unlabeled, "test")],
    unlabeled: [...unlabeled.values()].filter((item) => !kept.has(item)),
    notes: [
      ...leftOut(strays, "images with masks outside of images/train, images/val and images/test"),
      ...leftOut(part(unlabeled, "val"), "images of images/val without a mask"),
    ],
  };
}

function partsByNames({ labeled, unlabeled }: Matched, val: ReadonlySet<string>): Parts {
  const items = [...labeled];
  return {
    train: items.filter(([stem]) => !val.has(stem)).map(([, item]) => item),
    val: items.filter(([stem]) => val.has(stem)).map(([, item]) => item),
    test: [],
    unlabeled: [...unlabeled.values()],
  };
}

/** The same pairs are held out whatever the seed of a run, so that runs can be compared. */
function heldOut(stems: readonly string[]): Set<string> {
  const count = Math.max(1, Math.round(stems.length * HELD_OUT));
  return new Set(randomStream(0, "held out").permutation(stems.length).slice(0, count).map((i) => stems[i]!));
}

/** What a line of a list may mean, the nearest first: below `images`, with that folder before it, or a name alone. */
function stemsMeant(entry: string): string[] {
  const whole = withoutEnding(tidyPath(entry));
  const name = basename(whole);
  return [whole, whole.replace(/^images\//, ""), name, withoutAnyEnding(name)];
}

/** Stems of pairs that a list names. */
async function stemsOf(root: string, list: string, labeled: Matched["labeled"]): Promise<Set<string>> {
  const stems = new Set<string>();
  const missing: string[] = [];
  for (const { image } of await readList(list)) {
    const stem = stemsMeant(image).find((name) => labeled.has(name));
    if (stem === undefined) missing.push(`"${image}" of "${basename(list)}" has no image and mask`);
    else stems.add(stem);
  }
  throwCollected(`open dataset "${root}"`, missing);
  return stems;
}

/**
 * The images and masks of a folder in its parts.
 * @throws {DatasetError} If fewer than two pairs are there, or masks have no image
 */
export async function openPairs(root: string): Promise<Parts> {
  const all = await matched(root);
  const { labeled } = all;
  if (labeled.size < 2) {
    throw new DatasetError(
      `Cannot open dataset "${root}": ${labeled.size} images have a mask of the same name, expected at least 2`,
    );
  }
  const list = await firstFile(root, ["val.txt"]);
  const parts = list === undefined
    ? partsByFolder(all) ?? partsByNames(all, heldOut([...labeled.keys()]))
    : partsByNames(all, await stemsOf(root, list, labeled));
  return { ...parts, notes: [...parts.notes ?? [], ...await leftOutNotes(join(root, "images"))] };
}

/**
 * Opens a folder that holds `images` and `masks`, matched by name without ending; images without a mask are unlabeled.
 * Val: the names in `val.txt`, or the folders `images/train` and `images/val` (and `images/test`, with or without
 * masks), or else a fifth of the pairs, always the same. Classes: the lines of `classes.txt`, or what the masks hold.
 * @throws {DatasetError} As `openPairs`, or if the masks do not tell the classes
 */
export async function openFolders(root: string, options: SurveyOptions = {}): Promise<Dataset> {
  const parts = await openPairs(root);
  const names = await firstFile(root, ["classes.txt"]);
  const withMasks = [...parts.train, ...parts.val, ...parts.test].filter(({ mask }) => mask !== undefined);
  // in an order that does not depend on the parts: the first one's palette counts
  const inOrder = withMasks.sort((a, b) => (a.id < b.id ? -1 : 1));
  const classes = await inferClasses(root, inOrder, names, options);
  return { name: basename(root), root, ...classes, ignoreLabel: IGNORE_LABEL, ...parts };
}
