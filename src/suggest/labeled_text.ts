/** How many photos are labeled, in words that add up. */
import type { Dataset } from "../data/dataset.ts";

/** Photos of a dataset that are not to be labeled, by what they are for. */
export interface TakenCounts {
  /** Photos of the train list. */
  readonly train: number;
  /** Photos of val. */
  readonly val: number;
  /** Photos of test, with masks or without. */
  readonly test: number;
}

/** Counts a dataset's photos that are not to be labeled. */
export function takenCounts({ train, val, test }: Dataset): TakenCounts {
  return { train: train.length, val: val.length, test: test.length };
}

/**
 * A sentence on the photos that are no candidates, such as
 * `14 photos are labeled: 11 for training, 3 for val; they are left out`.
 * @param counts Those of the dataset; missing where none is known
 * @param leftOut How many of them, or of others, were left out
 * @returns `undefined` where there is nothing to tell
 */
export function labeledText(counts: TakenCounts | undefined, leftOut: number): string | undefined {
  const all = counts === undefined ? 0 : counts.train + counts.val + counts.test;
  if (counts === undefined || all === 0) {
    return leftOut === 0 ? undefined : `${leftOut} of the named photos are labeled and left out`;
  }
  const parts = ([["train", "for training"], ["val", "for val"], ["test", "for test"]] as const)
    .flatMap(([part, purpose]) => counts[part] === 0 ? [] : `${counts[part]} ${purpose}`);
  const end = leftOut === all
    ? "; they are left out"
    : leftOut === 0
    ? ""
    : `; ${leftOut} of the named photos are labeled and left out`;
  return `${all} ${all === 1 ? "photo is" : "photos are"} labeled: ${parts.join(", ")}${end}`;
}
