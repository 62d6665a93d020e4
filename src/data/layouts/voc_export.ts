/** Exports in VOC's form, with classes of one's own: labelme, CVAT ("Segmentation mask 1.1"), Datumaro. */
import { basename, join } from "node:path";
import { readdir } from "node:fs/promises";
import { DatasetError } from "../../core/errors.ts";
import type { Dataset } from "../dataset.ts";
import { holdsPicture, isFolder, withoutEnding } from "../image_files.ts";
import { linesOf, readTextFile } from "../read_file.ts";
import { findClassNames, hasClassNames } from "./class_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { classesOf, datasetOf } from "./pair_dataset.ts";
import { findPairs } from "./pair_folders.ts";
import { partsOf, type PlacedItem } from "./parts.ts";
import { type Split, splitNamed } from "./split_names.ts";

const TITLE = "an export in VOC's form (labelme, CVAT, Datumaro)";
const IMAGES = "JPEGImages";
const LISTS = "ImageSets/Segmentation";

/** Folders of masks, in the order in which they are looked for; labelme keeps arrays in one and pictures in another. */
const MASKS: readonly string[] = ["SegmentationClass", "SegmentationClassPNG", "SegmentationClassRaw"];

async function maskFolder(root: string): Promise<string | undefined> {
  for (const name of MASKS) {
    if (await isFolder(join(root, name)) && await holdsPicture(join(root, name))) return name;
  }
  return undefined;
}

/** Lines of a list: whole, since names may hold spaces. */
async function listLines(list: string): Promise<string[]> {
  return linesOf(await readTextFile(list)).filter((line) => line !== "");
}

/** What a line may call a photo: its name, with or without folder and ending, or the first field of the line. */
function namesOf(line: string): string[] {
  const path = line.replaceAll("\\", "/");
  const first = path.split(/\s/)[0]!;
  return [path, first].flatMap((name) => [withoutEnding(name), basename(withoutEnding(name))]);
}

/** The part of each photo that a list of a known name has (`train.txt`, CVAT's `Validation.txt`), by path. */
async function listedSplits(root: string, images: readonly string[]): Promise<Map<string, Split>> {
  const folder = join(root, LISTS);
  const files = await isFolder(folder) ? (await readdir(folder)).filter((name) => name.endsWith(".txt")) : [];
  const byStem = new Map(images.map((path) => [withoutEnding(path), path]));
  const found = new Map<string, Split>();
  for (const file of files.sort()) {
    const split = splitNamed(file.slice(0, -".txt".length));
    // trainval holds both
    if (split === undefined || /^trainval/i.test(file)) continue;
    for (const line of await listLines(join(folder, file))) {
      const image = namesOf(line).map((name) => byStem.get(name)).find((path) => path !== undefined);
      if (image !== undefined) found.set(image, split);
    }
  }
  return found;
}

function placedBy(items: readonly PlacedItem[], splits: ReadonlyMap<string, Split>): PlacedItem[] {
  return items.map(({ item }) => ({ item, split: splits.get(item.id.slice(IMAGES.length + 1)) }));
}

async function openExport(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  if (!await isFolder(join(root, IMAGES))) {
    throw new DatasetError(
      `Cannot open dataset "${root}": it has masks as VOC and no "${IMAGES}", expected the photos there; label tools ` +
        "export them where asked to, or copy them",
    );
  }
  const found = await findPairs(root, [{ images: IMAGES, masks: await maskFolder(root) ?? MASKS[0]! }]);
  const images = found.items.map(({ item }) => item.id.slice(IMAGES.length + 1));
  const splits = await listedSplits(root, images);
  const parts = partsOf(root, placedBy(found.items, splits), options);
  const all = { ...parts, notes: [...parts.notes ?? [], ...found.notes] };
  return datasetOf(root, TITLE, all, await classesOf(root, all, await findClassNames(root), options));
}

/**
 * Classes: `class_names.txt`, `labelmap.txt` with its colours, or what the masks hold. Masks are matched by name; lists
 * may be there.
 */
export const VOC_EXPORT: LayoutReader<"voc-export"> = {
  name: "voc-export",
  title: TITLE,
  expects: '"JPEGImages" and "SegmentationClass", with "class_names.txt" (labelme) or "labelmap.txt" (CVAT)',
  detect: async (folder) =>
    await maskFolder(folder) !== undefined &&
    (await isFolder(join(folder, IMAGES)) || await hasClassNames(folder)),
  open: openExport,
};
