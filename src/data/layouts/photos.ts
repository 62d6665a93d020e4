import { basename } from "node:path";
import { type Dataset, IGNORE_LABEL } from "../dataset.ts";
import { indexRule } from "../index_rule.ts";
import { leftOutNotes } from "../image_files.ts";
import { openUnlabeled } from "../open_unlabeled.ts";

/**
 * Opens a folder of photos without lists or masks: all of them unlabeled, no classes.
 * @throws {DatasetError} If it holds no picture
 */
export async function openPhotos(root: string): Promise<Dataset> {
  const unlabeled = await openUnlabeled(root);
  return {
    name: basename(root),
    root,
    classes: [],
    colors: [],
    ignoreLabel: IGNORE_LABEL,
    maskRule: indexRule([]),
    train: [],
    val: [],
    test: [],
    unlabeled,
    notes: await leftOutNotes(root),
  };
}
