/** Folders of photos beside folders of masks: what most layouts come down to. */
import { join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import {
  leftOutNotes,
  listOtherPictures,
  listPictures,
  pathsByStem,
  withoutAnyEnding,
  withoutEnding,
} from "../image_files.ts";
import { masksAmong } from "../mask_names.ts";
import { throwCollected } from "../problems.ts";
import { folderItem } from "./folder_items.ts";
import { type Matching, matchNames, type NameGroup } from "./pair_names.ts";
import type { PlacedItem } from "./parts.ts";
import { type Split, splitNamed } from "./split_names.ts";

/** A folder of photos and its folder of masks, below the dataset's; the same one where masks lie beside photos. */
export interface FolderPair {
  /** With `/`; empty for the dataset's own folder. */
  readonly images: string;
  /** With `/`. */
  readonly masks: string;
  /** The part that all of them are in; else the first folder below `images` may say it. */
  readonly split?: Split;
}

/** What was found. */
export interface FoundPairs {
  /** In the order of names, pair of folders after pair. */
  readonly items: readonly PlacedItem[];
  /** Sentences. */
  readonly notes: readonly string[];
}

interface Listed extends NameGroup {
  readonly notes: readonly string[];
}

/** A sentence on pictures that are left out for others of their name. @param kept The others */
function copyNotes(folder: string, all: readonly string[], kept: readonly string[]): string[] {
  const used = new Set(kept);
  const copies = all.filter((path) => !used.has(path));
  if (copies.length === 0) return [];
  const what = copies.length === 1 ? "1 picture" : `${copies.length} pictures`;
  return [`${what} of "${folder}" beside a JPEG or PNG of the same name not used, first "${copies[0]}"`];
}

/** Of two pictures of one name a mask could belong to either: the same in another format is left out, others are refused. */
function onePerName(folder: string, paths: readonly string[]): string[] {
  return [...pathsByStem(folder, paths).values()];
}

async function listPair(root: string, { images, masks }: FolderPair): Promise<Listed> {
  const all = await listPictures(join(root, images));
  const strays = masksAmong(all);
  const named = all.filter((path) => !strays.has(path));
  const photos = onePerName(join(root, images), named);
  const notes = [...await leftOutNotes(join(root, images)), ...copyNotes(images, named, photos)];
  if (images === masks) return { images: photos, masks: [...strays], notes };
  const drawn = await listPictures(join(root, masks));
  const found = onePerName(join(root, masks), drawn);
  notes.push(...copyNotes(masks, drawn, found));
  const [first] = strays;
  const note =
    `${strays.size} pictures of "${images}" are masks by their names and not used, first "${first}"`;
  return { images: photos, masks: found, notes: first === undefined ? notes : [...notes, note] };
}

function at(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

/** Pictures of another format that are photos' only masks. */
async function otherMasks(
  root: string,
  { masks }: FolderPair,
  listed: Listed,
  found: ReadonlyMap<string, string>,
) {
  const bare = new Set(listed.images.filter((image) => !found.has(image)).map(withoutAnyEnding));
  const others = await listOtherPictures(join(root, masks));
  return others.filter((path) => bare.has(withoutAnyEnding(path))).map((path) =>
    `"${at(masks, path)}" is no PNG, expected one`
  );
}

async function problemsOf(
  root: string,
  pairs: readonly FolderPair[],
  listed: readonly Listed[],
  matching: Matching,
) {
  const alone = matching.alone.flatMap((masks, i) =>
    masks.map((path) =>
      `"${at(pairs[i]!.masks, path)}" has no image, expected "${
        at(pairs[i]!.images, withoutEnding(path))
      }.jpg" or .png`
    )
  );
  const others = await Promise.all(
    pairs.map((pair, i) =>
      pair.images === pair.masks ? [] : otherMasks(root, pair, listed[i]!, matching.groups[i]!)
    ),
  );
  return [...alone, ...others.flat()];
}

/** What to do where photos have several masks, one for each class or object: their names begin with the photo's. */
function apartHint(listed: readonly Listed[], { alone }: Matching): string | undefined {
  for (const [i, { images }] of listed.entries()) {
    for (const stem of images.map(withoutEnding)) {
      const own = alone[i]!.filter((mask) =>
        mask.startsWith(stem) && /^[ ._-]/.test(mask.slice(stem.length))
      );
      if (own.length > 1) {
        return `${own.length} masks begin with the name of one photo ("${own[0]}", "${
          own[1]
        }"): where each holds one class or object, put them together into one mask a photo`;
      }
    }
  }
  return undefined;
}

/**
 * Photos of folders with their masks, by one rule of names for all.
 * @throws {DatasetError} Collected: masks without a photo, masks that are no PNG; or if two pictures have one name, or
 * two rules fit
 */
export async function findPairs(root: string, pairs: readonly FolderPair[]): Promise<FoundPairs> {
  const listed = await Promise.all(pairs.map((pair) => listPair(root, pair)));
  const matching = matchNames(listed);
  if (matching.ambiguous !== undefined) {
    throw new DatasetError(
      `Cannot match photos and masks of "${root}": two rules fit (${
        matching.ambiguous.join("; or ")
      }), expected one; ` +
        'list them in "dataset.toml" by train and val',
    );
  }
  throwCollected(
    `open dataset "${root}"`,
    await problemsOf(root, pairs, listed, matching),
    apartHint(listed, matching),
  );
  const items = pairs.flatMap(({ images, masks, split }, i) =>
    listed[i]!.images.map((path): PlacedItem => {
      const mask = matching.groups[i]!.get(path);
      const [first, ...deeper] = path.split("/");
      return {
        item: folderItem(root, at(images, path), mask === undefined ? undefined : at(masks, mask)),
        split: split ?? (deeper.length > 0 ? splitNamed(first!) : undefined),
      };
    })
  );
  const rule = matching.note === undefined
    ? []
    : [`names are matched by a rule that fits all: ${matching.note}`];
  return { items, notes: [...rule, ...listed.flatMap(({ notes }) => notes)] };
}
