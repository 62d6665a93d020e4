/** Label Studio's JSON export ("JSON" or "JSON-MIN"), with the photos in the same folder. */
import { dirname, join } from "node:path";
import { firstAndMore } from "../../core/first_and_more.ts";
import { quoted } from "../../core/shown_text.ts";
import type { Dataset } from "../dataset.ts";
import { IMAGE_ENDINGS } from "../image_files.ts";
import { throwCollected } from "../problems.ts";
import type { Shape } from "../shapes/shape.ts";
import { isBackground } from "./coco_file.ts";
import { listJson, readJson, tryJson } from "./json_files.ts";
import { decodeName, withoutUpload } from "./label_studio.ts";
import {
  isArea,
  isBox,
  parseStudio,
  shapeOfStudio,
  type StudioRegion,
  type StudioTask,
} from "./label_studio_file.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { outlinedDataset, type OutlinedPhoto } from "./outlined.ts";

const TITLE = "Label Studio's JSON";

/** Folders below a dataset's that are looked into. */
const DEPTH = 1;

/** JSON files that are looked at to tell the layout. */
const LOOKED_AT = 5;

/** A task and the file it is in. */
interface Found extends StudioTask {
  /** Below the dataset's folder. */
  readonly path: string;
}

async function isStudio(root: string): Promise<boolean> {
  for (const path of (await listJson(root, DEPTH)).slice(0, LOOKED_AT)) {
    if (parseStudio(await tryJson(join(root, path))) !== undefined) return true;
  }
  return false;
}

async function allTasks(root: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of await listJson(root, DEPTH)) {
    const tasks = parseStudio(await readJson(join(root, path))) ?? [];
    found.push(...tasks.map((task) => ({ ...task, path })));
  }
  return found;
}

/** What the photo of a task is called: of its texts, the one that ends as a picture. */
function photoOf({ texts }: StudioTask): string {
  const names = texts.map(decodeName);
  return names.find((name) => IMAGE_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))) ??
    names[0] ?? "";
}

/** A sentence on a region that cannot be read; none for others. */
function problemsOf(task: Found, region: StudioRegion): string[] {
  const what = `a region (${region.type}) of ${quoted(photoOf(task))} in ${quoted(task.path)}`;
  if (region.turned !== 0) {
    return [
      `${what} was drawn on the photo turned by ${region.turned} degrees, expected one as it is stored`,
    ];
  }
  if (region.label === undefined && isArea(region)) {
    return [`${what} has no label, expected the name of its class`];
  }
  return shapeOfStudio(region, 0, { width: 1, height: 1 }) === undefined
    ? [`${what} has no such numbers, expected those of its corners or runs`]
    : [];
}

function outlinedPhoto(task: Found, labels: ReadonlyMap<string, number>): OutlinedPhoto {
  const { path, width, height, regions } = task;
  const file = photoOf(task);
  const folder = dirname(path);
  const photo = {
    path,
    file,
    others: [withoutUpload(file)],
    folders: [folder, `${folder}/images`],
    width,
    height,
  };
  if (regions === undefined) return photo;
  return {
    ...photo,
    shapes: (size) =>
      regions.filter((region) => isArea(region) || isBox(region)).flatMap((region): Shape[] => {
        // a background of theirs is ours
        const label = isBox(region) ? 255 : labels.get(region.label!) ?? 0;
        const shape = shapeOfStudio(region, label, size);
        return shape === undefined ? [] : [shape];
      }),
  };
}

function notesOf(tasks: readonly Found[], thin: number): string[] {
  const several = tasks.filter(({ annotations }) => annotations > 1);
  const empty = tasks.filter(({ regions }) => regions?.length === 0);
  const first = (found: readonly Found[]) => firstAndMore(found, 1, (task) => quoted(photoOf(task)));
  return [
    ...several.length === 0 ? [] : [
      `${several.length} tasks have several annotations, of which the newest counts: ${first(several)}`,
    ],
    ...empty.length === 0 ? [] : [
      `${empty.length} tasks are annotated without a region: their photos are background as a whole: ${
        first(empty)
      }`,
    ],
    ...thin === 0 ? [] : [`${thin} regions without an area (key points and the like) are left out`],
  ];
}

async function openStudio(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const tasks = await allTasks(root);
  const regions = tasks.flatMap((task) => (task.regions ?? []).map((region) => ({ task, region })));
  const drawn = regions.filter(({ region }) => isArea(region) || isBox(region));
  throwCollected(`open dataset "${root}"`, drawn.flatMap(({ task, region }) => problemsOf(task, region)));
  const used = drawn.filter(({ region }) => isArea(region)).map(({ region }) => region.label!);
  const names = [...new Set(used)].filter((name) => !isBackground(name)).sort();
  const labels = new Map(names.map((name, i) => [name, i + 1]));
  return await outlinedDataset(
    root,
    TITLE,
    {
      names,
      photos: tasks.map((task) => outlinedPhoto(task, labels)),
      boxes: drawn.filter(({ region }) => isBox(region)).length,
      notes: notesOf(tasks, regions.length - drawn.length),
    },
    "polygons, ellipses or brushes",
    options,
  );
}

/** Classes are the labels by alphabet, after a background of what no region covers. */
export const LABEL_STUDIO_JSON: LayoutReader<"label-studio-json"> = {
  name: "label-studio-json",
  title: TITLE,
  expects: "a JSON export of Label Studio",
  detect: isStudio,
  open: openStudio,
};
