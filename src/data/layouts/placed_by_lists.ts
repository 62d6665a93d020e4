/**
 * Parts of folders of photos and masks by the lists `train.txt`, `val.txt` and `test.txt` beside them. Where no list is of train,
 * what none names is trained on; where train's is the only one, the other pairs are val; else what none names is not used.
 */
import { basename, join } from "node:path";
import { firstAndMore } from "../../core/first_and_more.ts";
import { isFile, withoutAnyEnding, withoutEnding } from "../image_files.ts";
import { readList, tidyPath } from "../list_file.ts";
import { throwCollected } from "../problems.ts";
import type { PlacedItem } from "./parts.ts";
import type { Split } from "./split_names.ts";

/** The narrowest first: a photo that several lists name is in that part. */
const PARTS: readonly Split[] = ["test", "val", "train"];

/** What a line of a list may mean, the nearest first: below the photos' folder, with that before it, or a name alone. */
function stemsMeant(entry: string, images: string): string[] {
  const whole = withoutEnding(tidyPath(entry.replaceAll("\\", "/")));
  const name = basename(whole);
  const below = whole.startsWith(`${images}/`) ? whole.slice(images.length + 1) : whole;
  return [whole, below, name, withoutAnyEnding(name)];
}

/** A list, and the ids of the photos that it names. */
interface NamedPhotos {
  readonly split: Split;
  readonly ids: ReadonlySet<string>;
}

/** The photos that a list names; val's must have masks, as its pairs are what is evaluated. */
async function namedBy(
  split: Split,
  list: string,
  images: string,
  items: readonly PlacedItem[],
): Promise<NamedPhotos & { readonly problems: string[] }> {
  const needed = split === "val" ? items.filter(({ item }) => item.mask !== undefined) : items;
  const byStem = new Map(
    needed.map(({ item: { id } }) => [withoutEnding(id.slice(images.length + 1)).normalize(), id]),
  );
  const ids = new Set<string>();
  const problems: string[] = [];
  const what = split === "val" ? "image and mask" : "image";
  for (const { image } of await readList(list)) {
    const stem = stemsMeant(image.normalize(), images).find((name) => byStem.has(name));
    if (/(^|[/\\])\.\.[/\\]/.test(image)) {
      problems.push(
        `"${image}" of "${basename(list)}" leads out of the folder, expected a photo of "${images}"`,
      );
    } else if (stem === undefined) problems.push(`"${image}" of "${basename(list)}" has no ${what}`);
    else ids.add(byStem.get(stem)!);
  }
  return { split, ids, problems };
}

/** What becomes of photos that no list names. */
function restOf(lists: readonly NamedPhotos[]): Split | "unused" {
  const has = (split: Split) => lists.some((list) => list.split === split);
  if (!has("train")) return "train";
  return lists.length === 1 ? "val" : "unused";
}

/** Photos that two lists name. */
function overlapNotes(lists: readonly NamedPhotos[]): string[] {
  return lists.flatMap(({ split, ids }, i) =>
    lists.slice(i + 1).flatMap((other) => {
      const both = [...ids].filter((id) => other.ids.has(id));
      if (both.length === 0) return [];
      return [
        `${both.length} photos are in ${split}.txt and in ${other.split}.txt, and count in ${split} alone, first "${
          both[0]
        }"`,
      ];
    })
  );
}

/**
 * Puts the photos of a folder into the parts that lists say.
 * @param images The folder of photos, below the dataset's
 * @param items By the folders that they lie in; as they are where there is no list
 * @returns With sentences on what is not used
 * @throws {DatasetError} Collected: entries that have no photo, or none with a mask in val, or lead out of the folder
 */
export async function placedByLists(
  root: string,
  images: string,
  items: readonly PlacedItem[],
): Promise<{ placed: readonly PlacedItem[]; notes: readonly string[] }> {
  const there = await Promise.all(PARTS.map((split) => isFile(join(root, `${split}.txt`))));
  const splits = PARTS.filter((_, i) => there[i]);
  if (splits.length === 0) return { placed: items, notes: [] };
  const lists = await Promise.all(
    splits.map((split) => namedBy(split, join(root, `${split}.txt`), images, items)),
  );
  throwCollected(`open dataset "${root}"`, lists.flatMap(({ problems }) => problems));
  const rest = restOf(lists);
  const placed = items.map(({ item, split: folder }) => {
    const named = lists.find(({ ids }) => ids.has(item.id))?.split;
    // a photo without a mask that no list names stays in the part of its folder
    return { item, split: named ?? (item.mask === undefined ? folder : rest) };
  });
  const unused = placed.filter(({ split }) => split === "unused").map(({ item }) => item.id);
  return {
    placed: placed.flatMap(({ item, split }) => split === "unused" ? [] : [{ item, split }]),
    notes: [
      ...overlapNotes(lists),
      ...unused.length === 0
        ? []
        : [`${unused.length} images with masks are in no list and not used: ${firstAndMore(unused, 1)}`],
    ],
  };
}
