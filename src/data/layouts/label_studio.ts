/** Label Studio's brush export: a PNG for each label of each task, and the photos beside. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { isTable } from "../../core/is_table.ts";
import type { Dataset, DrawnSource } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { listPictures } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { mapLimited } from "../map_limited.ts";
import { checkedSize } from "../read_item.ts";
import type { LayerShape } from "../shapes/shape.ts";
import { folderItem } from "./folder_items.ts";
import { listJson, numberOf, objectsOf, tryJson } from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { datasetOf } from "./pair_dataset.ts";
import { partsOf, type PlacedItem } from "./parts.ts";
import { subfolders } from "./subfolders.ts";

const TITLE = "Label Studio's brush export";

/** `task-1-annotation-3-by-1-tag-Road-0.png` */
const MASK = /^task-(\d+)-annotation-(\d+)-(?:by-.+?-)?tag-(.+)-(\d+)\.png$/i;

/** A mask of one label. */
interface Layer {
  readonly path: string;
  readonly task: number;
  readonly annotation: number;
  readonly label: string;
}

function layerOf(path: string): Layer | undefined {
  const found = MASK.exec(basename(path));
  if (found === null) return undefined;
  return { path, task: Number(found[1]), annotation: Number(found[2]), label: found[3]! };
}

/** The layers of each task, of its newest annotation. */
function byTask(layers: readonly Layer[]): Map<number, Layer[]> {
  const tasks = new Map<number, Layer[]>();
  for (const layer of layers) {
    const known = tasks.get(layer.task) ?? [];
    const newest = known[0]?.annotation ?? -1;
    if (layer.annotation > newest) tasks.set(layer.task, [layer]);
    else if (layer.annotation === newest) known.push(layer);
  }
  return tasks;
}

/** A sentence on tasks of which only the newest annotation is used: those that several people labeled. */
function severalNotes(layers: readonly Layer[]): string[] {
  const annotations = new Map<number, Set<number>>();
  for (const { task, annotation } of layers) {
    annotations.set(task, (annotations.get(task) ?? new Set()).add(annotation));
  }
  const several = [...annotations].filter(([, ids]) => ids.size > 1).map(([task]) => task);
  if (several.length === 0) return [];
  return [
    `${several.length} tasks have several annotations, of which the newest counts, first task ${several[0]}`,
  ];
}

/** A name without what Label Studio puts before that of an uploaded file. */
export function withoutUpload(name: string): string {
  return name.replace(/^[0-9a-f]{4,8}-/i, "");
}

/** An order as people have it: 2 before 10. What Label Studio puts before an uploaded name does not count. */
function uploadOrder(a: string, b: string): number {
  const name = (path: string) => withoutUpload(basename(path));
  return name(a).localeCompare(name(b), "en", { numeric: true }) || (a < b ? -1 : 1);
}

/** The photo of each task as a JSON export tells it: by the last part of its address. */
async function photosByJson(root: string, photos: readonly string[]): Promise<Map<number, string>> {
  const byName = new Map(photos.map((path) => [basename(path), path]));
  const found = new Map<number, string>();
  for (const file of await listJson(root, 1)) {
    for (const task of objectsOf(await tryJson(join(root, file)))) {
      const id = numberOf(task.id);
      const data = isTable(task.data) ? Object.values(task.data) : [task.image];
      for (const value of data) {
        const names = typeof value === "string" ? decodedNames(value) : [];
        const name = names.find((one) => byName.has(one));
        if (id !== undefined && name !== undefined) found.set(id, byName.get(name)!);
      }
    }
  }
  return found;
}

/** The name of the photo that an address of Label Studio leads to. */
export function decodeName(address: string): string {
  return decodedNames(address)[0]!;
}

/** Names that an address may lead to: the end of its path, or of what stands in its query (`?d=folder/a.jpg`). */
export function decodedNames(address: string): string[] {
  const [path = "", query = ""] = address.split(/\?(.*)/s);
  const values = query === "" ? [] : query.split("&").map((pair) => pair.replace(/^[^=]*=/, ""));
  const names = [path, ...values].map((one) => {
    try {
      return decodeURIComponent(one);
    } catch {
      return one;
    }
  });
  return names.map((name) => name.split(/[/\\]/).at(-1)!);
}

/** Photos of tasks in the order of both, where there are as many of each and the tasks have no gap. */
function photosByOrder(
  root: string,
  tasks: readonly number[],
  photos: readonly string[],
): Map<number, string> {
  const isWhole = tasks.length === photos.length && tasks.at(-1)! - tasks[0]! === tasks.length - 1;
  if (!isWhole) {
    throw new DatasetError(
      `Cannot match photos and masks of "${root}": masks of Label Studio name tasks (${tasks.length}, first ${
        tasks[0]
      }) and ` +
        `no photos (${photos.length}), expected its JSON export beside, which tells the photo of each task; or rename the masks`,
    );
  }
  return new Map(tasks.map((task, i) => [task, photos[i]!]));
}

async function drawnTask(
  root: string,
  layers: readonly Layer[],
  labels: readonly string[],
): Promise<DrawnSource> {
  const shapes = layers.map((layer): LayerShape => ({
    kind: "layer",
    label: labels.indexOf(layer.label) + 1,
    path: join(root, layer.path),
  })).sort((a, b) => a.label - b.label);
  const { width, height } = await checkedSize({ kind: "file", path: shapes[0]!.path }, "mask");
  return { kind: "drawn", name: shapes[0]!.path, width, height, shapes };
}

async function openLabelStudio(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const pictures = await listPictures(root);
  const layers = pictures.flatMap((path) => layerOf(path) ?? []);
  const photos = pictures.filter((path) => layerOf(path) === undefined).sort(uploadOrder);
  const labels = [...new Set(layers.map(({ label }) => label))].sort();
  const tasks = byTask(layers);
  const ids = [...tasks.keys()].sort((a, b) => a - b);
  const told = await photosByJson(root, photos);
  const isTold = ids.every((id) => told.has(id));
  const photoOf = isTold ? told : photosByOrder(root, ids, photos);
  const masks = new Map(
    await mapLimited(
      ids,
      16,
      async (id) => [photoOf.get(id)!, await drawnTask(root, tasks.get(id)!, labels)] as const,
    ),
  );
  const items = photos.map((path): PlacedItem => {
    const item = folderItem(root, path);
    const mask = masks.get(path);
    return { item: mask === undefined ? item : { ...item, mask } };
  });
  const parts = partsOf(root, items, options);
  const notes = isTold ? [] : [
    `masks name tasks and no photos: they are paired in the order of both, task ${ids[0]} with "${
      photoOf.get(ids[0]!)
    }", ` +
    `task ${ids.at(-1)} with "${
      photoOf.get(ids.at(-1)!)
    }"; a JSON export of Label Studio in the folder would tell`,
  ];
  const classes = ["background", ...labels];
  const colors = defaultColors(classes);
  return datasetOf(root, TITLE, {
    ...parts,
    notes: [...parts.notes ?? [], ...severalNotes(layers), ...notes],
  }, {
    classes,
    colors,
    maskRule: indexRule(colors),
  });
}

/** Whether the folder, or one in it, holds such a name. */
async function holdsMasks(root: string): Promise<boolean> {
  for (const folder of ["", ...await subfolders(root)]) {
    if ((await readdir(join(root, folder))).some((name) => MASK.test(name))) return true;
  }
  return false;
}

/** Classes are the labels in alphabetical order, after a background of what no brush touched. */
export const LABEL_STUDIO: LayoutReader<"label-studio"> = {
  name: "label-studio",
  title: TITLE,
  expects: '"task-1-annotation-1-by-1-tag-NAME-0.png" (Label Studio)',
  detect: holdsMasks,
  open: openLabelStudio,
};
