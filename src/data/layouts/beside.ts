/** Masks beside their photos, in the same folder: `1.jpg` and `1_mask.png`. */
import { listPictures } from "../image_files.ts";
import { masksByName } from "../mask_names.ts";
import { findClassNames } from "./class_files.ts";
import type { LayoutReader } from "./layout_reader.ts";
import { openPairDataset } from "./pair_dataset.ts";

const TITLE = "masks beside their photos";

/** Parts by the folders that they lie in. */
export const BESIDE: LayoutReader<"beside"> = {
  name: "beside",
  title: TITLE,
  expects: '"1_mask.png" beside "1.jpg"',
  detect: async (folder) => masksByName(await listPictures(folder)).length > 0,
  open: async (folder, options) =>
    await openPairDataset(folder, TITLE, [{ images: "", masks: "" }], {
      ...options,
      names: await findClassNames(folder),
    }),
};
