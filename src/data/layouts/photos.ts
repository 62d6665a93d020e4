import { basename } from "node:path";
import { type Dataset, IGNORE_LABEL } from "../dataset.ts";
import { indexRule } from "../index_rule.ts";
import { holdsPicture } from "../image_files.ts";
import type { LayoutReader } from "./layout_reader.ts";
import { openUnlabeled, unlabeledNotes } from "../open_unlabeled.ts";

const TITLE = "photos without masks";

/**
 * Opens a folder of photos without lists or masks: all of them unlabeled, no classes.
 * @throws {DatasetError} If it holds no picture
 */
export async function openPhotos(root: string): Promise<Dataset> {
  const unlabeled = await openUnlabeled(root);
  return {
    name: basename(root),
    layout: TITLE,
    root,
    classes: [],
    colors: [],
    ignoreLabel: IGNORE_LABEL,
    maskRule: indexRule([]),
    train: [],
    val: [],
    test: [],
    unlabeled,
    notes: await unlabeledNotes(root),
  };
}

/** What is left: pictures. */
export const PHOTOS: LayoutReader<"photos"> = {
  name: "photos",
  title: TITLE,
  expects: "pictures",
  detect: holdsPicture,
  open: (folder) => openPhotos(folder),
};
