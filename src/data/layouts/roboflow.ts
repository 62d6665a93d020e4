/** Roboflow's "Semantic Segmentation Masks": photos and masks side by side, `_classes.csv`. */
import { join } from "node:path";
import { isFile } from "../image_files.ts";
import { readClassNames } from "./class_files.ts";
import type { LayoutReader } from "./layout_reader.ts";
import { openPairDataset } from "./pair_dataset.ts";
import type { FolderPair } from "./pair_folders.ts";
import { splitNamed } from "./split_names.ts";
import { subfolders } from "./subfolders.ts";

const TITLE = "Roboflow's masks";
const CLASSES = "_classes.csv";

/** Folders that hold the table: those of the parts, or the whole export's own. */
async function foldersOf(root: string): Promise<string[]> {
  const names = ["", ...await subfolders(root)];
  const have = await Promise.all(names.map((name) => isFile(join(root, name, CLASSES))));
  return names.filter((_, i) => have[i]);
}

/** `train`, `valid` and `test`, each with its table of pixel values. */
export const ROBOFLOW: LayoutReader<"roboflow"> = {
  name: "roboflow",
  title: TITLE,
  expects: `"train/${CLASSES}" and "train/*_mask.png" (Roboflow)`,
  detect: async (folder) => (await foldersOf(folder)).length > 0,
  async open(folder, options) {
    const folders = await foldersOf(folder);
    const pairs = folders.map((name): FolderPair => ({ images: name, masks: name, split: splitNamed(name) }));
    const names = await readClassNames(join(folder, folders[0]!, CLASSES));
    return await openPairDataset(folder, TITLE, pairs, { ...options, names });
  },
};
