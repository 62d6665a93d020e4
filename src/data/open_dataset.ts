import { extname, join, resolve } from "node:path";
import { DatasetError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import type { Dataset } from "./dataset.ts";
import { isFile, isFolder, listPictures } from "./image_files.ts";
import { openCityscapes } from "./layouts/cityscapes.ts";
import { openContext } from "./layouts/context.ts";
import { openDescribed } from "./layouts/described.ts";
import { openFolders } from "./layouts/folders.ts";
import { openPhotos } from "./layouts/photos.ts";
import { openVoc } from "./layouts/voc.ts";
import type { SurveyProgress } from "./masks/survey_masks.ts";
import { openSynthetic, type SyntheticOptions } from "./synthetic/synthetic.ts";

/** How a dataset's folder is laid out. `described` is a `dataset.toml`, `context59` Pascal Context without background. */
export type Layout = "described" | "voc" | "cityscapes" | "context" | "context59" | "folders" | "photos";

/** Every layout's name. */
export const LAYOUTS: readonly Layout[] = [
  "described",
  "voc",
  "cityscapes",
  "context",
  "context59",
  "folders",
  "photos",
];

/** How to open a dataset. */
export interface OpenDatasetOptions {
  /** The layout, where it shall not be told from the folder. */
  readonly layout?: Layout;
  /** Size, counts and seed of `synthetic`. */
  readonly synthetic?: Partial<SyntheticOptions>;
  /** Told how many masks were read, where only they tell the classes. */
  readonly onMasks?: SurveyProgress;
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
  const has = (name: string) => isFolder(join(folder, name));
  if (await isFile(join(folder, "dataset.toml"))) return "described";
  if (await has("leftImg8bit")) return "cityscapes";
  if (await has("JPEGImages")) {
    if (await has("SegmentationClass") || await has("SegmentationClassAug")) return "voc";
    if (await has("SegmentationClassContext")) return "context";
  }
  if (await has("images") && await has("masks")) return "folders";
  if ((await listPictures(folder)).length > 0) return "photos";
  throw new DatasetError(
    `Cannot open dataset "${folder}": nothing in it tells its layout, expected a "dataset.toml", the folders ` +
      `"images" and "masks", "JPEGImages" (VOC, Context), "leftImg8bit" (Cityscapes), or pictures`,
  );
}

function openers(
  folder: string,
  { onMasks }: OpenDatasetOptions,
): Readonly<Record<Layout, () => Promise<Dataset>>> {
  return {
    described: () => openDescribed(join(folder, "dataset.toml")),
    voc: () => openVoc(folder),
    cityscapes: () => openCityscapes(folder),
    context: () => openContext(folder, 60),
    context59: () => openContext(folder, 59),
    folders: () => openFolders(folder, { onProgress: onMasks }),
    photos: () => openPhotos(folder),
  };
}

/**
 * Opens a dataset: its lists are read, its pictures are not (but masks where only they tell the classes).
 * @param spec `"synthetic"`, a folder, or a path that ends in `.toml`
 * @throws {DatasetError} If it cannot be opened; the layouts' own documentation tells why
 * @example Opening the generated dataset
 * ```ts
 * import { openDataset } from "@guidedmix/guidedmix";
 * import assert from "node:assert/strict";
 *
 * const dataset = await openDataset("synthetic");
 * assert.equal(dataset.classes[0], "background");
 * ```
 */
export async function openDataset(spec: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  if (spec === "synthetic") return openSynthetic(options.synthetic);
  const path = resolve(spec);
  if (extname(path) === ".toml") return await openDescribed(path);
  const layout = options.layout ?? await detectLayout(path);
  if (!LAYOUTS.includes(layout)) {
    throw new DatasetError(
      `Cannot open dataset "${spec}": layout "${layout}" is unknown, ${expectedNames(layout, LAYOUTS)}`,
    );
  }
  return await openers(path, options)[layout]();
}
