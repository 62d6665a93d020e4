import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { DatasetError } from "../core/errors.ts";

/** Endings of files that are taken as pictures, in lower case. */
export const IMAGE_ENDINGS: readonly string[] = [".jpg", ".jpeg", ".png"];

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

/** A file's name without folder and ending. */
export function stemOf(path: string): string {
  return basename(path, extname(path));
}

function isPicture(name: string): boolean {
  return !name.startsWith(".") && IMAGE_ENDINGS.includes(extname(name).toLowerCase());
}

async function collect(folder: string, below: string, found: string[]): Promise<void> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) await collect(folder, path, found);
    else if (isPicture(entry.name)) found.push(path);
  }
}

/**
 * Pictures of a folder and of the folders in it, by ending; hidden ones are left out.
 * @returns Paths relative to the folder with `/`, in the order of their character codes
 * @throws {DatasetError} If the folder cannot be read
 */
export async function listPictures(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    await collect(folder, "", found);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`Cannot list pictures of "${folder}": ${state}, expected a readable folder`, {
      cause,
    });
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Pictures of a folder by stem (path without ending, below the folder).
 * @throws {DatasetError} If two pictures have one stem, and as {@link listPictures}
 */
export async function picturesByStem(folder: string): Promise<Map<string, string>> {
  const byStem = new Map<string, string>();
  for (const path of await listPictures(folder)) {
    const stem = path.slice(0, path.length - extname(path).length);
    const other = byStem.get(stem);
    if (other !== undefined) {
      throw new DatasetError(
        `Cannot match pictures of "${folder}": "${other}" and "${path}" have one name, expected different ones`,
      );
    }
    byStem.set(stem, path);
  }
  return byStem;
}
