/** Photos and masks in the parts of a dataset. */
import { dirname } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import type { Dataset, Item } from "../dataset.ts";
import type { OpenLayoutOptions } from "./layout_reader.ts";
import type { Split } from "./split_names.ts";

/** Share of the pairs that is kept for val where no list or folder says which. */
const HELD_OUT = 1 / 5;

/** The lists of a dataset, and what there is to say. */
export type Parts = Pick<Dataset, "train" | "val" | "drawnFrom" | "test" | "unlabeled" | "notes">;

/** A photo, and the part that a folder or list puts it in. */
export interface PlacedItem {
  /** With a mask, or without. */
  readonly item: Item;
  /** `undefined` where nothing says which. */
  readonly split?: Split;
}

function leftOut(items: readonly PlacedItem[], what: string): string[] {
  if (items.length === 0) return [];
  return [`${items.length} ${what} not used, first "${items[0]!.item.id}"`];
}

/** The same pairs are held out whatever the seed of a run, so that runs can be compared. */
function heldOut(pairs: readonly PlacedItem[]): Set<PlacedItem> {
  const count = Math.max(1, Math.round(pairs.length * HELD_OUT));
  const order = randomStream(0, "held out").permutation(pairs.length);
  return new Set(order.slice(0, count).map((i) => pairs[i]!));
}

/** Train and val of pairs of which nothing says which they are in. */
function drawn(
  root: string,
  pairs: readonly PlacedItem[],
  holdOut: boolean,
): Pick<Parts, "train" | "val" | "drawnFrom"> {
  const least = holdOut ? 2 : 1;
  if (pairs.length < least) {
    throw new DatasetError(
      `Cannot open dataset "${root}": ${pairs.length} images have a mask of the same name, expected at least ${least}`,
    );
  }
  if (!holdOut) return { train: [], val: pairs.map(({ item }) => item) };
  const val = heldOut(pairs);
  return {
    train: pairs.filter((one) => !val.has(one)).map(({ item }) => item),
    val: pairs.filter((one) => val.has(one)).map(({ item }) => item),
    drawnFrom: pairs.length,
  };
}

/**
 * The lists of a dataset. Where no pair is in val, or none in train, a fifth of the pairs that are not in test is kept for
 * val.
 * @param root Stands in error texts
 * @throws {DatasetError} If fewer than two pairs are there, or only val has masks
 */
export function partsOf(
  root: string,
  items: readonly PlacedItem[],
  { holdOut = true }: OpenLayoutOptions,
): Parts {
  const of = (labeled: boolean, ...splits: (Split | undefined)[]) =>
    items.filter(({ item, split }) => (item.mask !== undefined) === labeled && splits.includes(split));
  const bare = (placed: readonly PlacedItem[]) => placed.map(({ item }) => item);
  const [train, val, rest] = [of(true, "train"), of(true, "val"), of(true, undefined)];
  if (val.length > 0 && (train.length > 0 || rest.length > 0)) {
    const bareVal = of(false, "val");
    const trained = train.length > 0 ? train : rest;
    return {
      train: bare(trained),
      val: bare(val),
      test: [...bare(of(true, "test")), ...bare(of(false, "test"))],
      unlabeled: bare(of(false, "train", undefined)),
      notes: [
        ...leftOut(train.length > 0 ? rest : [], "images with masks outside of train, val and test"),
        ...leftOut(bareVal, `images of ${dirname(bareVal[0]?.item.id ?? "")} without a mask`),
      ],
    };
  }
  if (val.length > 0 && of(false, "train").length > 0 && holdOut) {
    throw new DatasetError(
      `Cannot open dataset "${root}": its train has ${
        of(false, "train").length
      } photos and no mask, expected masks of ` +
        `some; val has ${val.length}`,
    );
  }
  const own = [...train, ...rest];
  if (holdOut && val.length === 0 && own.length >= 2) {
    return {
      ...drawn(root, own, holdOut),
      test: [...bare(of(true, "test")), ...bare(of(false, "test"))],
      unlabeled: bare(of(false, "train", "val", undefined)),
      notes: [],
    };
  }
  const isLabeled = ({ item }: PlacedItem) => item.mask !== undefined;
  return {
    ...drawn(root, items.filter(isLabeled), holdOut),
    test: [],
    unlabeled: bare(items.filter((one) => !isLabeled(one))),
    notes: [],
  };
}
