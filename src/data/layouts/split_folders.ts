/** Folders `train`, `val` and `test` that each hold photos and masks. */
import { join } from "node:path";
import { findClassNames } from "./class_files.ts";
import { imagesAndMasks } from "./folder_names.ts";
import type { LayoutReader } from "./layout_reader.ts";
import { openPairDataset } from "./pair_dataset.ts";
import type { FolderPair } from "./pair_folders.ts";
import { splitNamed } from "./split_names.ts";
import { subfolders } from "./subfolders.ts";

const TITLE = "folders train, val and test with photos and masks in each";

/** `train/images` and `train/masks`, or `train` and `trainannot` beside each other. */
async function pairsOf(folder: string): Promise<FolderPair[]> {
  const names = await subfolders(folder);
  const pairs = await Promise.all(names.map(async (name): Promise<FolderPair | undefined> => {
    const split = splitNamed(name);
    if (split === undefined) return undefined;
    const inside = await imagesAndMasks(join(folder, name));
    if (inside !== undefined) {
      return { images: `${name}/${inside.images}`, masks: `${name}/${inside.masks}`, split };
    }
    const beside = names.find((other) =>
      other.startsWith(name) &&
      /^[ ._-]?(annot|annotations?|masks?|labels?|gt)$/i.test(other.slice(name.length))
    );
    return beside === undefined ? undefined : { images: name, masks: beside, split };
  }));
  return pairs.filter((pair) => pair !== undefined);
}

/** Parts by folder; `valid`, `validation`, `training` and the like are known. */
export const SPLIT_FOLDERS: LayoutReader<"split-folders"> = {
  name: "split-folders",
  title: TITLE,
  expects: '"train/images" and "train/masks" (with "val" beside)',
  detect: async (folder) => (await pairsOf(folder)).length > 0,
  open: async (folder, options) =>
    await openPairDataset(folder, TITLE, await pairsOf(folder), {
      ...options,
      names: await findClassNames(folder),
    }),
};
