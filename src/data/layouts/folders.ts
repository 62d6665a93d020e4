import { basename, join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { type Dataset, IGNORE_LABEL, type Item } from "../dataset.ts";
import { isFile, picturesByStem } from "../image_files.ts";
import { throwCollected } from "../problems.ts";
import { firstFile, folderItem, readStems } from "./folder_items.ts";
import { inferClasses } from "./infer_classes.ts";

/** Share of the pairs that is kept for val where no list or folder says which. */
const HELD_OUT = 1 / 5;

/** Labeled and unlabeled items by stem; a mask without an image is a problem. */
async function pairsOf(root: string): Promise<{ labeled: Map<string, Item>; unlabeled: Item[] }> {
  const images = await picturesByStem(join(root, "images"));
  const masks = await picturesByStem(join(root, "masks"));
  const alone = [...masks.keys()].filter((stem) => !images.has(stem));
  const problems = alone.map((stem) =>
    `"masks/${masks.get(stem)}" has no image, expected "images/${stem}.jpg" or .png`
  );
  throwCollected(`open dataset "${root}"`, problems);
  const labeled = new Map<string, Item>();
  const unlabeled: Item[] = [];
  for (const [stem, image] of images) {
    const mask = masks.get(stem);
    if (mask === undefined) unlabeled.push(folderItem(root, `images/${image}`));
    else labeled.set(stem, folderItem(root, `images/${image}`, `masks/${mask}`));
  }
  return { labeled, unlabeled };
}

interface Parts {
  readonly train: Item[];
  readonly val: Item[];
  readonly test: Item[];
}

function partsByFolder(labeled: ReadonlyMap<string, Item>): Parts | undefined {
  const part = (folder: string) => {
    return [...labeled].filter(([stem]) => stem.startsWith(`${folder}/`)).map(([, item]) => item);
  };
  const parts = { train: part("train"), val: part("val"), test: part("test") };
  return parts.train.length > 0 && parts.val.length > 0 ? parts : undefined;
}

function partsByNames(labeled: ReadonlyMap<string, Item>, val: ReadonlySet<string>): Parts {
  const items = [...labeled];
  return {
    train: items.filter(([stem]) => !val.has(stem)).map(([, item]) => item),
    val: items.filter(([stem]) => val.has(stem)).map(([, item]) => item),
    test: [],
  };
}

/** The same pairs are held out whatever the seed of a run, so that runs can be compared. */
function heldOut(stems: readonly string[]): Set<string> {
  const count = Math.max(1, Math.round(stems.length * HELD_OUT));
  return new Set(randomStream(0, "held out").permutation(stems.length).slice(0, count).map((i) => stems[i]!));
}

async function partsOf(root: string, labeled: ReadonlyMap<string, Item>): Promise<Parts> {
  if (await isFile(join(root, "val.txt"))) {
    const val = await readStems(join(root, "val.txt"));
    const missing = val.filter((stem) => !labeled.has(stem));
    throwCollected(
      `open dataset "${root}"`,
      missing.map((stem) => `"${stem}" of "val.txt" has no image and mask`),
    );
    return partsByNames(labeled, new Set(val));
  }
  return partsByFolder(labeled) ?? partsByNames(labeled, heldOut([...labeled.keys()]));
}

/**
 * Opens a folder that holds `images` and `masks`, matched by name without ending; images without a mask are unlabeled.
 * Val: the names in `val.txt`, or the folders `images/train` and `images/val`, or else a fifth of the pairs, always
 * the same. Classes: the lines of `classes.txt`, or what the masks hold.
 * @throws {DatasetError} If fewer than two pairs are there, masks have no image, or the masks do not tell the classes
 */
export async function openFolders(root: string): Promise<Dataset> {
  const { labeled, unlabeled } = await pairsOf(root);
  if (labeled.size < 2) {
    throw new DatasetError(
      `Cannot open dataset "${root}": ${labeled.size} images have a mask of the same name, expected at least 2`,
    );
  }
  const parts = await partsOf(root, labeled);
  const names = await firstFile(root, ["classes.txt"]);
  const classes = await inferClasses(root, [...labeled.values()], names);
  return { name: basename(root), root, ...classes, ignoreLabel: IGNORE_LABEL, ...parts, unlabeled };
}
