/** Which photos are without labels, and which are not. */
import { basename, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { isFolder, listPictures, realPathOf } from "../data/image_files.ts";
import type { Candidate } from "./photo.ts";

/** Photos to choose from, and those whose labels are known. */
export interface PhotosToLabel {
  /** To choose from, each once. */
  readonly candidates: readonly Candidate[];
  /** Photos of the train list with a mask. */
  readonly labeled: readonly Item[];
  /** Named photos that have labels already: they are no candidates. */
  readonly leftOut: number;
}

function filesOf(items: readonly Item[]): Candidate[] {
  return items.flatMap(({ id, image }) => image.kind === "file" ? [{ name: id, path: image.path }] : []);
}

async function named(path: string): Promise<Candidate[]> {
  if (!await isFolder(path)) return [{ name: basename(path), path: resolve(path) }];
  const names = await listPictures(path);
  if (names.length > 0) return names.map((name) => ({ name, path: resolve(join(path, name)) }));
  throw new ConfigError(
    `Cannot choose among the photos of "${path}": it holds no picture, expected JPEG, PNG, TIFF, WebP or BMP files`,
  );
}

/** Photos by what their paths lead to; the first of several names stays. */
async function byRealPath(candidates: readonly Candidate[]): Promise<Map<string, Candidate>> {
  const found = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const path = await realPathOf(candidate.path);
    if (!found.has(path)) found.set(path, candidate);
  }
  return found;
}

/**
 * The photos to choose from: those that are named, or the dataset's unlabeled ones. Photos that the dataset has labels of,
 * val's too, are left out; those that it knows are called as it calls them.
 * @param paths Files and folders
 * @param dataset Its labeled part chosen; missing where none is known
 * @throws {ConfigError} If there is none to choose from
 */
export async function photosToLabel(paths: readonly string[], dataset?: Dataset): Promise<PhotosToLabel> {
  const labeled = dataset?.train ?? [];
  const ofDataset = filesOf(dataset?.unlabeled ?? []);
  const given = paths.length === 0 ? ofDataset : (await Promise.all(paths.map(named))).flat();
  const own = await byRealPath(ofDataset);
  const withLabels = await byRealPath(
    filesOf(dataset === undefined ? [] : [...labeled, ...dataset.val, ...dataset.test]),
  );
  const all = [...await byRealPath(given)];
  const candidates = all.filter(([path]) => !withLabels.has(path))
    .map(([path, candidate]) => ({ ...candidate, name: own.get(path)?.name ?? candidate.name }));
  if (candidates.length === 0) {
    throw new ConfigError(
      `Cannot suggest photos: ${
        all.length === 0 ? "no photo is without labels" : `all ${all.length} photos have labels already`
      }, expected some without; name files or folders of them`,
    );
  }
  return { candidates, labeled, leftOut: all.length - candidates.length };
}
