import { DatasetError } from "../core/errors.ts";
import { nearestName } from "../core/names.ts";
import { randomStream } from "../core/random.ts";
import type { Dataset, Item } from "./dataset.ts";
import { heldOutText } from "./held_out.ts";
import { indexItems } from "./item_index.ts";
import { readList, tidyPath } from "./list_file.ts";
import { throwCollected } from "./problems.ts";

/** Which training images keep their masks. Give one of `list` and `fraction`, or none: all keep them. */
export interface ChooseLabeledOptions {
  /** A list file: paths, official split lines or bare names; what it says of masks is not used. */
  readonly list?: string;
  /** A share such as `"1/8"` or `"0.125"`, or a whole number of images such as `"8"`. */
  readonly fraction?: string;
  /** Seed of the choice by fraction. */
  readonly seed: number;
  /** What its user knows the choice as, for error texts: an option; `fraction` where left out. */
  readonly option?: string;
}

/**
 * How many images of train a fraction means, at least 1.
 * @param option What its user knows it as, for the error text
 * @throws {DatasetError} If it is no share or number, or more than there are
 */
export function labeledCount(
  fraction: string,
  dataset: Pick<Dataset, "train" | "val" | "drawnFrom">,
  option = "fraction",
): number {
  const total = dataset.train.length;
  const fail = (rule: string): never => {
    throw new DatasetError(`Cannot choose labeled images: ${option} is "${fraction}", expected ${rule}`);
  };
  const parts = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(fraction);
  const number = parts === null
    ? Number(fraction.trim() === "" ? NaN : fraction)
    : Number(parts[1]) / Number(parts[2]);
  if (!(number > 0) || !Number.isFinite(number)) {
    return fail('a share in (0, 1] such as "1/8", or a number of images');
  }
  if (parts === null && Number.isInteger(number) && !fraction.includes(".")) {
    return number <= total ? number : fail(`at most ${allText(dataset)}`);
  }
  return number <= 1 ? Math.max(1, Math.round(number * total)) : fail("a share of at most 1");
}

/** The images of train with a mask, and where the others are. */
function allText(dataset: Pick<Dataset, "train" | "val" | "drawnFrom">): string {
  const heldOut = heldOutText(dataset);
  return `${dataset.train.length}, the images of train with a mask${
    heldOut === undefined ? "" : `; ${heldOut}`
  }`;
}

function chooseByFraction(
  dataset: Dataset,
  fraction: string,
  { seed, option }: ChooseLabeledOptions,
): Set<Item> {
  const { train } = dataset;
  const count = labeledCount(fraction, dataset, option);
  const order = randomStream(seed, "labeled choice").permutation(train.length);
  return new Set(order.slice(0, count).map((index) => train[index]!));
}

function notFound(entry: string, train: readonly Item[]): string {
  // an edit distance to every id of a large set takes long, and says little
  const near = train.length <= 2000 ? nearestName(tidyPath(entry), train.map(({ id }) => id)) : undefined;
  const hint = near === undefined ? `such as "${train[0]?.id}"` : `did you mean "${near}"?`;
  return `"${entry}" is not in train, expected one of its ${train.length} images; ${hint}`;
}

async function chooseByList(train: readonly Item[], list: string): Promise<Set<Item>> {
  const index = indexItems(train);
  const chosen = new Map<Item, string>();
  const problems: string[] = [];
  for (const { image, line } of await readList(list)) {
    const found = index.find(image);
    const [item] = found;
    const at = `line ${line}: `;
    if (item === undefined) problems.push(at + (problems.length < 10 ? notFound(image, train) : image));
    else if (found.length > 1) {
      problems.push(
        `${at}"${image}" fits ${found.length} images ("${item.id}", "${found[1]!.id}"), expected one`,
      );
    } else if (chosen.has(item)) {
      problems.push(`${at}"${image}" is the image of "${chosen.get(item)}" again, expected each once`);
    } else chosen.set(item, image);
  }
  throwCollected(`choose labeled images by "${list}"`, problems);
  return new Set(chosen.keys());
}

/** The item without any way to its labels. */
export function withoutMask({ id, image }: Item): Item {
  return { id, image };
}

/**
 * Splits the training images: the chosen ones stay in `train`, the others lose their masks and go, before the items
 * that were unlabeled already, to `unlabeled`. Both keep the order of the dataset. No picture is opened.
 * @param dataset As it was opened; keep it where true labels of unlabeled images are wanted for a diagnosis
 * @throws {DatasetError} If the fraction cannot be, the list is missing or wrong, or, collected, if its entries are
 * not in train, ambiguous or repeated
 * @throws {TypeError} If list and fraction are both given
 */
export async function chooseLabeled(dataset: Dataset, options: ChooseLabeledOptions): Promise<Dataset> {
  const { list, fraction } = options;
  if (list !== undefined && fraction !== undefined) {
    throw new TypeError(
      `Cannot choose labeled images: list "${list}" and fraction "${fraction}" are given, expected one`,
    );
  }
  if (list === undefined && fraction === undefined) return dataset;
  const { train } = dataset;
  if (train.length === 0) {
    throw new DatasetError(
      `Cannot choose labeled images of "${dataset.name}": train holds none, expected some with masks`,
    );
  }
  const chosen = list !== undefined
    ? await chooseByList(train, list)
    : chooseByFraction(dataset, fraction!, options);
  return {
    ...dataset,
    train: train.filter((item) => chosen.has(item)),
    unlabeled: [...train.filter((item) => !chosen.has(item)).map(withoutMask), ...dataset.unlabeled],
  };
}
