import { isAbsolute, relative, resolve, sep } from "node:path";

/** Whether a path is a folder itself or lies in it; both absolute. Links are not followed. */
export function isInside(root: string, path: string): boolean {
  const below = relative(root, path);
  return below === "" || (below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below));
}

/**
 * The absolute path of an entry of a list or description. A leading slash means the dataset's folder, as in the
 * official lists, unless the whole path already lies in it.
 * @returns `undefined` where the entry leaves the folder
 */
export function resolveInside(root: string, entry: string): string | undefined {
  const absolute = resolve(root, entry);
  if (isInside(root, absolute)) return absolute;
  const below = resolve(root, entry.replace(/^[/\\]+/, ""));
  return isInside(root, below) ? below : undefined;
}
