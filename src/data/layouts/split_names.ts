/** The parts of a dataset by the names that folders and lists go by. */

/** A part. */
export type Split = "train" | "val" | "test";

/** What CVAT calls the photos that are in no part. */
export const NO_PART = "default";

const NAMES: Readonly<Record<Split, RegExp>> = {
  train: /^(train|training|trainval|train_?aug|train\d{4})$/i,
  val: /^(val|valid|validation|val\d{4}|dev|eval|evaluation)$/i,
  test: /^(test|testing|test\d{4})$/i,
};

/** The part that a name means; `undefined` for none. */
export function splitNamed(name: string): Split | undefined {
  return (["train", "val", "test"] as const).find((split) => NAMES[split].test(name));
}

/** The part that the folders of a path say, the first that says one. */
export function splitOfFolders(path: string): Split | undefined {
  return path.split("/").slice(0, -1).map(splitNamed).find((split) => split !== undefined);
}
