import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { DatasetError } from "../core/errors.ts";

/** Endings of files that are taken as pictures, in lower case. */
export const IMAGE_ENDINGS: readonly string[] = [".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"];

/** Endings of pictures that are not read, in lower case. */
const OTHER_ENDINGS: readonly string[] = [
  ".avif",
  ".gif",
  ".heic",
  ".heif",
  ".jp2",
  ".jxl",
  ".pgm",
  ".ppm",
];

/** Pictures of a folder, as `listPictures`, that are of no format that is read, by their endings. */
export async function listOtherPictures(folder: string): Promise<string[]> {
  return await listPictures(folder, OTHER_ENDINGS);
}

/** A sentence on the pictures of a folder that are left out; none where there are none. */
export async function leftOutNotes(folder: string): Promise<string[]> {
  const others = await listOtherPictures(folder);
  if (others.length === 0) return [];
  const what = others.length === 1 ? "1 picture" : `${others.length} pictures`;
  return [`${what} of "${folder}" left out, being no JPEG, PNG, TIFF, WebP or BMP, first "${others[0]}"`];
}

/** Whether a path exists and is a folder (links are followed). */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isDirectory(), () => false);
}

/** Whether a path exists and is a file (links are followed). */
export async function isFile(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isFile(), () => false);
}

/** A path without links; of what does not exist yet, from its deepest folder that does. */
export async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  const found = await realpath(absolute).catch(() => undefined);
  if (found !== undefined || dirname(absolute) === absolute) return found ?? absolute;
  return join(await realPathOf(dirname(absolute)), basename(absolute));
}

/** A path without its ending, whatever that is. */
export function withoutAnyEnding(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

/** A path without a picture's ending; other dots belong to the name (`shot.v0`). */
export function withoutEnding(path: string): string {
  return hasEnding(path, IMAGE_ENDINGS) ? withoutAnyEnding(path) : path;
}

function hasEnding(name: string, endings: readonly string[]): boolean {
  return endings.includes(extname(name).toLowerCase());
}

/** A folder that is searched. */
interface Search {
  readonly folder: string;
  readonly endings: readonly string[];
  readonly found: string[];
  /** Real paths of the folders that were searched: a link to one of them shows the same pictures again. */
  readonly searched: Set<string>;
  /** Links to folders, which are followed when no folder is left. */
  readonly links: string[];
}

/** Hidden files, and what systems put beside: thumbnails of Synology (`@eaDir`) and QNAP, forks of macOS. */
function isHidden(name: string): boolean {
  return name.startsWith(".") || /^(@eaDir|@__thumb|@Recycle|#recycle|__MACOSX)$/i.test(name);
}

async function collect(search: Search, below: string): Promise<void> {
  const here = await realpath(join(search.folder, below));
  if (search.searched.has(here)) return;
  search.searched.add(here);
  const entries = await readdir(join(search.folder, below), { withFileTypes: true });
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (isHidden(entry.name)) continue;
    if (entry.isDirectory()) await collect(search, path);
    else if (entry.isSymbolicLink() && await isFolder(join(search.folder, path))) search.links.push(path);
    else if (hasEnding(entry.name, search.endings)) search.found.push(path);
  }
}

/** Whether a folder, or one in it, holds a picture. */
export async function holdsPicture(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true });
  const seen = entries.filter(({ name }) => !isHidden(name));
  if (seen.some((entry) => !entry.isDirectory() && hasEnding(entry.name, IMAGE_ENDINGS))) return true;
  for (const entry of seen) {
    if (entry.isDirectory() && await holdsPicture(join(folder, entry.name))) return true;
  }
  // links may lead in circles, which the whole list looks out for
  return seen.some((entry) => entry.isSymbolicLink()) && (await listPictures(folder)).length > 0;
}

/**
 * Pictures of a folder and of the folders in it, by ending; links are followed, hidden files are left out.
 * What several links lead to is there once.
 * @param endings In lower case; those that are read by default
 * @returns Paths relative to the folder with `/`, in the order of their character codes
 * @throws {DatasetError} If the folder cannot be read
 */
export async function listPictures(folder: string, endings = IMAGE_ENDINGS): Promise<string[]> {
  const found: string[] = [];
  try {
    const search: Search = { folder, endings, found, searched: new Set(), links: [] };
    await collect(search, "");
    for (const link of search.links) await collect(search, link);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`Cannot list pictures of "${folder}": ${state}, expected a readable folder`, {
      cause,
    });
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Formats that were asked for first: a copy of another format beside them is in nobody's way. */
const COMMON_ENDINGS: readonly string[] = [".jpg", ".jpeg", ".png"];

/**
 * Pictures of a folder by stem (path without ending, below the folder).
 * Of a JPEG or PNG and a picture of another format with the same stem, the former is taken.
 * @throws {DatasetError} If two pictures have one stem otherwise, and as {@link listPictures}
 */
export async function picturesByStem(folder: string): Promise<Map<string, string>> {
  const byStem = new Map<string, string>();
  for (const path of await listPictures(folder)) {
    const stem = withoutEnding(path);
    const other = byStem.get(stem);
    const isCommon = hasEnding(path, COMMON_ENDINGS);
    if (other !== undefined && isCommon !== hasEnding(other, COMMON_ENDINGS)) {
      if (isCommon) byStem.set(stem, path);
      continue;
    }
    if (other !== undefined) {
      throw new DatasetError(
        `Cannot match pictures of "${folder}": "${other}" and "${path}" have one name, expected different ones`,
      );
    }
    byStem.set(stem, path);
  }
  return byStem;
}
