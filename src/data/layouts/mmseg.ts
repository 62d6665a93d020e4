/** mmseg's own: `img_dir/train` beside `ann_dir/train`. */
import { join } from "node:path";
import { isFolder } from "../image_files.ts";
import { findClassNames } from "./class_files.ts";
import type { LayoutReader } from "./layout_reader.ts";
import { openPairDataset } from "./pair_dataset.ts";

const TITLE = "mmseg's img_dir and ann_dir";

/** Masks of numbers or palettes; parts by the folders below. */
export const MMSEG: LayoutReader<"mmseg"> = {
  name: "mmseg",
  title: TITLE,
  expects: '"img_dir" and "ann_dir" (mmseg)',
  detect: async (folder) =>
    await isFolder(join(folder, "img_dir")) && await isFolder(join(folder, "ann_dir")),
  open: async (folder, options) =>
    await openPairDataset(folder, TITLE, [{ images: "img_dir", masks: "ann_dir" }], {
      ...options,
      names: await findClassNames(folder),
    }),
};
