import { isAbsolute, resolve } from "node:path";
import { isFile, isFolder } from "./image_files.ts";
import { isInside, resolveInside } from "./inside.ts";

/** Where an entry of a list or description lies. */
export interface Located {
  /** Absolute. */
  readonly path: string;
  /** Whether it is an absolute path that lies outside of the dataset's folder. */
  readonly outside: boolean;
  /** Whether its backslashes were read as slashes. */
  readonly backslashes: boolean;
}

/** Whether an entry is a whole path, without a way up in it. */
function isWhole(entry: string): boolean {
  return isAbsolute(entry) && !entry.split(/[/\\]/).includes("..");
}

async function exists(path: string | undefined): Promise<boolean> {
  return path !== undefined && (await isFile(path) || await isFolder(path));
}

/**
 * Finds what an entry of a list or description means: a path below the folder, where a leading slash may mean the folder
 * as in the official lists; or an absolute path elsewhere, where that exists and the other does not. Backslashes count as
 * slashes where the path as written does not exist.
 * @param root The dataset's folder, absolute
 * @returns `undefined` where the entry leaves the folder and is no absolute path that exists
 */
export async function locateEntry(root: string, entry: string): Promise<Located | undefined> {
  const hasBackslashes = entry.includes("\\");
  const inside = resolveInside(root, entry);
  // most entries are plain: no look at the disk for each
  if (!hasBackslashes && !isAbsolute(entry)) {
    return inside === undefined ? undefined : { path: inside, outside: false, backslashes: false };
  }
  const forms = hasBackslashes ? [entry, entry.replaceAll("\\", "/")] : [entry];
  for (const form of forms) {
    const backslashes = form !== entry;
    const path = resolveInside(root, form);
    if (await exists(path)) return { path: path!, outside: false, backslashes };
    const elsewhere = resolve(form);
    if (isWhole(form) && !isInside(root, elsewhere) && await exists(elsewhere)) {
      return { path: elsewhere, outside: true, backslashes };
    }
  }
  return inside === undefined ? undefined : { path: inside, outside: false, backslashes: false };
}

/** Sentences on entries of a list that lie elsewhere or have backslashes. */
export function locatedNotes(list: string, located: readonly Located[]): string[] {
  const outside = located.filter((one) => one.outside);
  const turned = located.filter((one) => one.backslashes);
  return [
    ...(outside.length > 0
      ? [
        `${outside.length} paths of "${list}" lie outside of the dataset's folder, first "${
          outside[0]!.path
        }"`,
      ]
      : []),
    ...(turned.length > 0 ? [`backslashes in ${turned.length} paths of "${list}" are read as slashes`] : []),
  ];
}
