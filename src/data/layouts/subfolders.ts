import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isFolder } from "../image_files.ts";

/** Names of the folders in a folder, in order; hidden ones and a system's own (`@eaDir`, `__MACOSX`) are left out. */
export async function subfolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !/^(\.|@|__MACOSX$)/.test(name)).sort();
  const are = await Promise.all(names.map((name) => isFolder(join(folder, name))));
  return names.filter((_, i) => are[i]);
}
