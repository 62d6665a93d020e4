import type { Dataset, Item } from "./dataset.ts";

/**
 * Training images that a choice of labeled images made unlabeled, still with their masks: for a diagnosis that was asked
 * for, never for training. No picture is opened.
 * @param opened The dataset before the choice
 * @param chosen The dataset after it
 */
export function withheldItems(opened: Pick<Dataset, "train">, chosen: Pick<Dataset, "train">): Item[] {
  const labeled = new Set(chosen.train.map(({ id }) => id));
  return opened.train.filter(({ id, mask }) => mask !== undefined && !labeled.has(id));
}
