/** The lists in `split/`, which say what a run was trained with. */
import type { Dataset, Item } from "../data/dataset.ts";
import { listField } from "../data/list_file.ts";

/** The first line that one of two lists lacks, or has in another place. */
export function differenceText(before: string, now: string): string {
  const [old, present] = [before.split("\n"), now.split("\n")];
  const [oldLines, presentLines] = [new Set(old), new Set(present)];
  const gone = old.find((line) => !presentLines.has(line));
  if (gone !== undefined) return `"${gone}" is gone`;
  const added = present.find((line) => !oldLines.has(line));
  return added === undefined ? "their order is another one" : `"${added}" is new`;
}

/** A part of the dataset; `labeled` is its train list. */
export function partOf(dataset: Dataset, part: "labeled" | "unlabeled" | "val"): readonly Item[] {
  return dataset[part === "labeled" ? "train" : part];
}

/** A list file of items. @param field How an item's name is written */
export function listText(items: readonly Item[], field = listField): string {
  return items.map(({ id }) => `${field(id)}\n`).join("");
}
