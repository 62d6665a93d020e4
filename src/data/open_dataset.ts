import { basename, extname, join, resolve } from "node:path";
import { DatasetError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import type { Dataset } from "./dataset.ts";
import { isFolder, listPictures } from "./image_files.ts";
import { openDescribed } from "./layouts/described.ts";
import { type Layout, LAYOUT_READERS } from "./layouts/layouts.ts";
import { subfolders } from "./layouts/subfolders.ts";
import type { SurveyProgress } from "./masks/survey_masks.ts";
import { openSynthetic, type SyntheticOptions } from "./synthetic/synthetic.ts";

export type { Layout } from "./layouts/layouts.ts";

/** Every layout's name, in the order in which they are looked for. */
export const LAYOUTS: readonly Layout[] = LAYOUT_READERS.map(({ name }) => name);

/** How to open a dataset. */
export interface OpenDatasetOptions {
  /** The layout, where it shall not be told from the folder. */
  readonly layout?: Layout;
  /** Size, counts and seed of `synthetic`. */
  readonly synthetic?: Partial<SyntheticOptions>;
  /** Told how many masks were read, where only they tell the classes. */
  readonly onMasks?: SurveyProgress;
  /**
   * Whether a fifth of the pairs is kept for val where nothing says which (the default); `false` puts every pair into val,
   * to evaluate on.
   */
  readonly holdOut?: boolean;
}

/** What to write where no layout fits. */
export const TOML_LINES: string = [
  'classes = ["background", "thing"]',
  'masks = "index"        # index | palette | color',
  'train = "train.txt"    # a line: photo mask; a line without a mask is unlabeled',
  'val = "val.txt"',
].map((line) => `\n  ${line}`).join("");

async function layoutOf(folder: string): Promise<Layout | undefined> {
  for (const { name, detect } of LAYOUT_READERS) if (await detect(folder)) return name;
  return undefined;
}

/** Folders in a folder that tell a layout of photos and masks: archives often hold one that holds everything. */
async function toldInside(folder: string): Promise<string[]> {
  const inside = (await subfolders(folder)).slice(0, 10).map((name) => join(folder, name));
  const layouts = await Promise.all(inside.map(layoutOf));
  return inside.filter((_, i) => layouts[i] !== undefined && layouts[i] !== "photos");
}

/** Words on folders in a folder that would be taken; empty where there is none. */
export async function insideHint(folder: string): Promise<string> {
  const told = await toldInside(folder);
  return told.length === 0 ? "" : `; ${told.map((path) => `"${path}"`).join(" or ")} would be taken`;
}

/**
 * Tells the layout of a folder by the folders and files in it; `dataset.toml` counts first.
 * @throws {DatasetError} If it is no folder, or nothing that is looked for is there
 */
export async function detectLayout(folder: string): Promise<Layout> {
  if (!await isFolder(folder)) {
    throw new DatasetError(
      `Cannot open dataset "${folder}": it is no folder, expected one, or a "dataset.toml"`,
    );
  }
  const layout = await layoutOf(folder);
  if (layout !== undefined) return layout;
  const expected = [...new Set(LAYOUT_READERS.map(({ expects }) => expects))].join("; ");
  throw new DatasetError(
    `Cannot open dataset "${folder}": nothing in it tells its layout, expected ${expected}${await insideHint(
      folder,
    )}; ` +
      `a "dataset.toml" holds such lines:${TOML_LINES}`,
  );
}

/** The one folder in a folder that itself tells nothing but photos, where that tells a layout. */
async function wrappedLayout(folder: string): Promise<{ folder: string } | undefined> {
  if (!await isFolder(folder)) return undefined;
  const [only, ...more] = await subfolders(folder);
  if (only === undefined || more.length > 0) return undefined;
  const layout = await layoutOf(folder);
  if (layout !== undefined && layout !== "photos") return undefined;
  // photos beside it are the unlabeled ones of somebody
  if ((await listPictures(folder)).some((path) => !path.startsWith(`${only}/`))) return undefined;
  const [told] = await toldInside(folder);
  return told === undefined ? undefined : { folder: told };
}

async function openWrapped(folder: string, options: OpenDatasetOptions): Promise<Dataset> {
  const dataset = await openDataset(folder, options);
  const note = `what is trained on lies in "${basename(folder)}", the only folder there`;
  return { ...dataset, notes: [...dataset.notes ?? [], note] };
}

/**
 * Opens a dataset: its lists are read, its pictures are not (but masks where only they tell the classes).
 * @param spec `"synthetic"`, a folder, or a path that ends in `.toml`
 * @throws {DatasetError} If it cannot be opened; the layouts' own documentation tells why
 * @example Opening the generated dataset
 * ```ts
 * import { openDataset } from "@guidedmix/guidedmix/data";
 * import assert from "node:assert/strict";
 *
 * const dataset = await openDataset("synthetic");
 * assert.equal(dataset.classes[0], "background");
 * ```
 */
export async function openDataset(spec: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  if (spec === "synthetic") return openSynthetic(options.synthetic);
  const path = resolve(spec);
  const { onMasks: onProgress, holdOut } = options;
  if (extname(path) === ".toml") return await openDescribed(path, { onProgress, holdOut });
  const layout = options.layout ?? await wrappedLayout(path) ?? await detectLayout(path);
  if (typeof layout !== "string") return await openWrapped(layout.folder, options);
  const reader = LAYOUT_READERS.find(({ name }) => name === layout);
  if (reader === undefined) {
    throw new DatasetError(
      `Cannot open dataset "${spec}": layout "${layout}" is unknown, ${expectedNames(layout, LAYOUTS)}`,
    );
  }
  return await reader.open(path, { onProgress, holdOut });
}

/**
 * Opens a folder whose names tell a layout with labels; a single pair is enough.
 * @returns `undefined` for photos alone, and for a folder that tells nothing
 * @throws {DatasetError} If it tells a layout and cannot be opened
 */
export async function openLabeledFolder(folder: string): Promise<Dataset | undefined> {
  const path = resolve(folder);
  const layout = await wrappedLayout(path) ?? await layoutOf(path);
  if (layout === undefined || layout === "photos") return undefined;
  try {
    return await openDataset(path);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return await openDataset(path, { holdOut: false });
  }
}
