import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { quoted } from "../core/shown_text.ts";
import { holdsPicture } from "./image_files.ts";
import { subfolders } from "./layouts/subfolders.ts";
import { isMaskFolder } from "./mask_names.ts";

/** Endings that tell what a file holds instead of a picture of classes. */
const ENDINGS: readonly string[] = [".npy", ".npz", ".mat", ".nii", ".gz", ".dcm", ".pgm", ".ppm", ".gif"];

/** Words on the first folder of masks, by its name, whose files are of a format that is not read; empty where there is none. */
export async function strangeMasksHint(root: string): Promise<string> {
  for (const name of (await subfolders(root)).filter(isMaskFolder)) {
    const folder = join(root, name);
    if (await holdsPicture(folder)) continue;
    const strange = (await readdir(folder)).sort().find((file) =>
      ENDINGS.includes(extname(file).toLowerCase())
    );
    if (strange === undefined) continue;
    return `; ${
      quoted(`${name}/${strange}`)
    } is of no format that is read: write masks as PNG, one number a class`;
  }
  return "";
}
