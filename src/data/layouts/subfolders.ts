import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isFolder } from "../image_files.ts";

/** Names of the folders in a folder, in order; hidden ones and a system's own (`@eaDir`, `__MACOSX`) are left out. */
export async function subfolders(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) =>
    !/^(\.|@|__MACOSX$)/.test(name)
  );
  const are = await Promise.all(
    entries.map((entry) => entry.isSymbolicLink() ? isFolder(join(folder, entry.name)) : entry.isDirectory()),
  );
  return entries.filter((_, i) => are[i]).map(({ name }) => name).sort();
}
