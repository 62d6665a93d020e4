/** Weights of classes in the loss, from how rare they are in the labeled masks. */
import type { Dataset } from "./dataset.ts";
import { mapLimited } from "./map_limited.ts";
import { readLabelMap } from "./read_item.ts";
import { spreadItems } from "./spread_items.ts";

/** Masks that are counted: what more of them would change is less than what classes differ by. */
const MOST_MASKS = 500;

/** Masks that are read at one time. */
const AT_ONCE = 4;

/** How much of some masks a class has. */
export interface ClassPixels {
  /** Pixels of the class. */
  readonly own: number;
  /** Pixels of any class, in the masks that show this one. */
  readonly around: number;
}

/**
 * Median frequency balancing (Eigen and Fergus 2015, section 6.3.2): w = (median(f) / f)^power with f = own / around, here
 * divided by the weights' mean over all labeled pixels, so that the loss keeps its size.
 * @param counts Of each class
 * @param power 1 is the paper's; 0.5 is gentler
 * @returns One weight a class, above 0; 1 for classes that no mask shows
 */
export function medianWeights(counts: readonly ClassPixels[], power = 1): number[] {
  const frequencies = counts.map(({ own, around }) => own / around);
  const shown = frequencies.filter((frequency) => frequency > 0).sort((a, b) => a - b);
  if (shown.length === 0) return counts.map(() => 1);
  const middle = (shown.length - 1) / 2;
  const median = (shown[Math.floor(middle)]! + shown[Math.ceil(middle)]!) / 2;
  const weights = frequencies.map((frequency) => frequency > 0 ? (median / frequency) ** power : undefined);
  const pixels = counts.reduce((sum, { own }) => sum + own, 0);
  const mean = counts.reduce((sum, { own }, c) => sum + own * (weights[c] ?? 0), 0) / pixels;
  return weights.map((weight) => weight === undefined ? 1 : weight / mean);
}

/**
 * Counts the classes in the masks of the labeled train images, of up to 500 of them, evenly spread.
 * @throws {DatasetError} As `readLabelMap`
 */
export async function countClasses(
  dataset: Pick<Dataset, "train" | "maskRule" | "classes">,
): Promise<ClassPixels[]> {
  const { length } = dataset.classes;
  const maps = await mapLimited(spreadItems(dataset.train, MOST_MASKS), AT_ONCE, async (item) => {
    const counts = new Array<number>(length).fill(0);
    for (const label of (await readLabelMap(dataset, item)).data) if (label < length) counts[label]!++;
    return { counts, labeled: counts.reduce((sum, count) => sum + count, 0) };
  });
  return dataset.classes.map((_, c) => ({
    own: maps.reduce((sum, { counts }) => sum + counts[c]!, 0),
    around: maps.reduce((sum, { counts, labeled }) => sum + (counts[c]! > 0 ? labeled : 0), 0),
  }));
}
