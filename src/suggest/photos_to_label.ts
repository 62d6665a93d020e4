/** Which photos are without labels, and which are not. */
import { basename, join, resolve } from "node:path";
import { ConfigError, DatasetError } from "../core/errors.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { isFolder, listPictures, realPathOf } from "../data/image_files.ts";
import { isInside } from "../data/inside.ts";
import { withoutMaskPhotos } from "../data/masks/mask_among_photos.ts";
import { openLabeledFolder } from "../data/open_dataset.ts";
import { type TakenCounts, takenCounts } from "./labeled_text.ts";
import type { Candidate } from "./photo.ts";

/** Photos to choose from, and those whose labels are known. */
export interface PhotosToLabel {
  /** To choose from, each once. */
  readonly candidates: readonly Candidate[];
  /** Photos of the train list with a mask. */
  readonly labeled: readonly Item[];
  /** How many photos of the dataset are not to be labeled, by what they are for; missing where none is known. */
  readonly taken?: TakenCounts;
  /** Photos that have labels already and are no candidates: named ones, or all of the dataset where none is named. */
  readonly leftOut: number;
}

function filesOf(items: readonly Item[]): Candidate[] {
  return items.flatMap(({ id, image }) => image.kind === "file" ? [{ name: id, path: image.path }] : []);
}

/** Photos that a path names. */
interface Named {
  readonly photos: readonly Candidate[];
  /** The dataset that the path turned out to be. */
  readonly dataset?: Dataset;
}

/** Photos that are not to be labeled: those with labels, and all of test. */
function takenOf(dataset: Dataset | undefined): Candidate[] {
  return dataset === undefined ? [] : filesOf([...dataset.train, ...dataset.val, ...dataset.test]);
}

/** What a folder of photos and labels holds: the known dataset where it is that one's folder. */
async function labeledFolder(path: string, known: Dataset | undefined): Promise<Dataset | undefined> {
  if (known?.root !== undefined && await realPathOf(known.root) === await realPathOf(path)) return known;
  try {
    const opened = await openLabeledFolder(path);
    return opened && await withoutMaskPhotos(opened);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    throw new DatasetError(`${error.message}; or name its folder of photos alone`, { cause: error });
  }
}

async function named(path: string, known: Dataset | undefined): Promise<Named> {
  if (!await isFolder(path)) return { photos: [{ name: basename(path), path: resolve(path) }] };
  const dataset = await labeledFolder(path, known);
  if (dataset !== undefined) {
    const { train, val, test, unlabeled } = dataset;
    const labeled = [...train, ...val, ...test].filter(({ mask }) => mask !== undefined);
    const photos = filesOf([...unlabeled, ...labeled]);
    // a run may have been given photos from elsewhere
    const inside = photos.filter(({ path }) => dataset !== known || isInside(dataset.root!, path));
    return { photos: inside, dataset };
  }
  const names = await listPictures(path);
  if (names.length > 0) return { photos: names.map((name) => ({ name, path: resolve(join(path, name)) })) };
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

/** The dataset whose labeled photos are kept away from: the known one, else the only one that is named. */
function mainDataset(known: Dataset | undefined, all: readonly Named[]): Dataset | undefined {
  const found = all.flatMap(({ dataset }) => dataset ?? []);
  return known ?? (found.length === 1 ? found[0] : undefined);
}

/**
 * The photos to choose from: those that are named, or the dataset's unlabeled ones. A folder that tells a layout with labels
 * is read as a dataset: its masks are no photos. Photos with labels, in the dataset (val's too) or in such a folder, are left
 * out; where both know a photo the dataset's word counts. Those that it knows are called as it calls them.
 * @param paths Files and folders
 * @param dataset Its labeled part chosen; missing where none is known
 * @throws {ConfigError} If there is none to choose from
 * @throws {DatasetError} If a folder tells a layout with labels and cannot be opened
 */
export async function photosToLabel(paths: readonly string[], dataset?: Dataset): Promise<PhotosToLabel> {
  const ofDataset = filesOf(dataset?.unlabeled ?? []);
  const all: Named[] = await Promise.all(paths.map((path) => named(path, dataset)));
  const own = await byRealPath(ofDataset);
  const taken = await byRealPath(takenOf(dataset));
  const takenThere = await byRealPath(all.flatMap((one) => takenOf(one.dataset)));
  const given = [...await byRealPath(paths.length === 0 ? ofDataset : all.flatMap(({ photos }) => photos))];
  const candidates = given.filter(([path]) => !taken.has(path) && (own.has(path) || !takenThere.has(path)))
    .map(([path, candidate]) => ({ ...candidate, name: own.get(path)?.name ?? candidate.name }));
  if (candidates.length === 0) {
    throw new ConfigError(
      `Cannot suggest photos: ${
        given.length === 0 ? "no photo is without labels" : `all ${given.length} photos have labels already`
      }, expected some without; name files or folders of them`,
    );
  }
  const main = mainDataset(dataset, all);
  const counts = main && takenCounts(main);
  return {
    candidates,
    labeled: main?.train ?? [],
    taken: counts,
    leftOut: counts !== undefined && paths.length === 0
      ? counts.train + counts.val + counts.test
      : given.length - candidates.length,
  };
}
