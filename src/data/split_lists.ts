import type { Dataset, Item } from "./dataset.ts";
import { listField } from "./list_file.ts";

/** Names of the lists that record a run's choice. */
export type SplitName = "train" | "val" | "test" | "unlabeled";

/** Every list's name. */
export const SPLIT_NAMES: readonly SplitName[] = ["train", "val", "test", "unlabeled"];

/**
 * The lists of a dataset as texts, an id a line, for the `split` folder of a run; empty lists are left out. The text of
 * `train` is a list for `chooseLabeled`.
 */
export function splitTexts(dataset: Dataset): Partial<Record<SplitName, string>> {
  const text = (items: readonly Item[]) => items.map(({ id }) => `${listField(id)}\n`).join("");
  const filled = SPLIT_NAMES.filter((name) => dataset[name].length > 0);
  return Object.fromEntries(filled.map((name) => [name, text(dataset[name])]));
}
