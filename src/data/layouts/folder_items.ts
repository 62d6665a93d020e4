import { basename, join } from "node:path";
import type { Item } from "../dataset.ts";
import { isFile, withoutEnding } from "../image_files.ts";
import { readList } from "../list_file.ts";

/** The first of some files that exists, or `undefined`. */
export async function firstFile(root: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    if (await isFile(join(root, name))) return join(root, name);
  }
  return undefined;
}

/** Endings of annotations that lists of VOC and Context name in place of images. */
const ANNOTATIONS = /\.(mat|xml)$/i;

/** The stems that a list names, whether its lines are bare names or paths. */
export async function readStems(list: string): Promise<string[]> {
  return (await readList(list)).map(({ image }) => basename(withoutEnding(image)).replace(ANNOTATIONS, ""));
}

/** An item whose files lie at paths below the dataset's folder. */
export function folderItem(root: string, image: string, mask?: string): Item {
  const item: Item = { id: image, image: { kind: "file", path: join(root, image) } };
  return mask === undefined ? item : { ...item, mask: { kind: "file", path: join(root, mask) } };
}
