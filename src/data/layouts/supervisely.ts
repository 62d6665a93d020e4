/** Supervisely's projects: `meta.json`, and data sets of `img` with `ann` or `masks_machine`. */
import { join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { isTable } from "../../core/is_table.ts";
import type { Color, Dataset } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { isFile, isFolder, listPictures } from "../image_files.ts";
import type { MaskRule } from "../dataset.ts";
import { indexRule } from "../index_rule.ts";
import { folderItem } from "./folder_items.ts";
import type { Classes } from "./infer_classes.ts";
import { objectsOf, readJson, textOf } from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { classesOf, datasetOf } from "./pair_dataset.ts";
import { findPairs, type FolderPair } from "./pair_folders.ts";
import { partsOf, type PlacedItem } from "./parts.ts";
import { splitNamed } from "./split_names.ts";
import { subfolders } from "./subfolders.ts";
import { drawnAnnotation } from "./supervisely_shapes.ts";

const TITLE = "a Supervisely project";
const META = "meta.json";
const MACHINE = "masks_machine";

/** Folders that hold `img`. */
async function dataSets(root: string): Promise<string[]> {
  const names = await subfolders(root);
  const have = await Promise.all(names.map((name) => isFolder(join(root, name, "img"))));
  return names.filter((_, i) => have[i]);
}

/** A class of `meta.json`. */
interface MetaClass {
  readonly title: string;
  readonly color?: Color;
}

function hexColor(text: string | undefined): Color | undefined {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? "");
  return found === null
    ? undefined
    : [1, 2, 3].map((i) => parseInt(found[i]!, 16)) as [number, number, number];
}

async function metaClasses(root: string): Promise<MetaClass[]> {
  const meta = await readJson(join(root, META));
  return objectsOf(isTable(meta) ? meta.classes : undefined).flatMap((one) => {
    const title = textOf(one.title);
    return title === undefined ? [] : [{ title, color: hexColor(textOf(one.color)) }];
  });
}

/** 0 is background, class k of the project is k + 1; a name that is background itself stays 0. */
function namedRule(known: readonly MetaClass[], count: number): Classes {
  const classes = Array.from(
    { length: count },
    (_, label) => label === 0 ? "background" : known[label - 1]?.title ?? `class ${label}`,
  );
  const colors = defaultColors(classes).map((color, label): Color => known[label - 1]?.color ?? color);
  return { classes, colors, maskRule: indexRule(colors) satisfies MaskRule };
}

/** Items whose masks are drawn from the annotations in `ann`. */
async function drawnItems(
  root: string,
  sets: readonly string[],
  known: readonly MetaClass[],
): Promise<PlacedItem[]> {
  const labels = new Map(known.map(({ title }, i) => [title, i + 1]));
  const items: PlacedItem[] = [];
  for (const set of sets) {
    for (const path of await listPictures(join(root, set, "img"))) {
      const image = `${set}/img/${path}`;
      const file = join(root, set, "ann", `${path}.json`);
      const mask = await isFile(file) ? await drawnAnnotation(file, labels) : undefined;
      const item = folderItem(root, image);
      items.push({ item: mask === undefined ? item : { ...item, mask }, split: splitNamed(set) });
    }
  }
  return items;
}

async function openSupervisely(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const known = await metaClasses(root);
  const sets = await dataSets(root);
  const machine = await Promise.all(sets.map((set) => isFolder(join(root, set, MACHINE))));
  if (machine.some((has) => has)) {
    const pairs = sets.filter((_, i) => machine[i]).map((set): FolderPair => ({
      images: `${set}/img`,
      masks: `${set}/${MACHINE}`,
      split: splitNamed(set),
    }));
    const found = await findPairs(root, pairs);
    const parts = partsOf(root, found.items, options);
    const seen = await classesOf(root, parts, undefined, options);
    const notes = [...parts.notes ?? [], ...found.notes];
    const classes = namedRule(known, Math.max(known.length + 1, seen.classes.length));
    return datasetOf(root, TITLE, { ...parts, notes }, classes);
  }
  if (known.length === 0) {
    throw new DatasetError(`Cannot open dataset "${root}": "${META}" names no class, expected some`);
  }
  const parts = partsOf(root, await drawnItems(root, sets, known), options);
  return datasetOf(root, TITLE, parts, namedRule(known, known.length + 1));
}

/** Masks of numbers where the export has them, else polygons and bitmaps of the annotations. */
export const SUPERVISELY: LayoutReader<"supervisely"> = {
  name: "supervisely",
  title: TITLE,
  expects: `"${META}" and folders with "img" and "ann" (Supervisely)`,
  detect: async (folder) => await isFile(join(folder, META)) && (await dataSets(folder)).length > 0,
  open: openSupervisely,
};
