/** Label Studio's JSON export ("JSON" or "JSON-MIN"), with the photos in the same folder. */
import { dirname } from "node:path";
import { firstAndMore } from "../../core/first_and_more.ts";
import { quoted } from "../../core/shown_text.ts";
import { type Dataset, IGNORE_LABEL } from "../dataset.ts";
import { IMAGE_ENDINGS } from "../image_files.ts";
import { throwCollected } from "../problems.ts";
import type { Shape } from "../shapes/shape.ts";
import { isBackground } from "./coco_file.ts";
import { holdsJson, readJsonFiles } from "./json_files.ts";
import { decodedNames, decodeName, withoutUpload } from "./label_studio.ts";
import { isArea, isBox, isThin, parseStudio, shapeOfStudio, type StudioTask } from "./label_studio_file.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { labelsByName, outlinedDataset, type OutlinedPhoto } from "./outlined.ts";

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

async function allTasks(root: string): Promise<Found[]> {
  const files = await readJsonFiles(root, parseStudio, DEPTH);
  return files.flatMap(({ path, content }) => content.map((task) => ({ ...task, path })));
}

/** Texts of a task that end as a picture's name, each once. */
function pictureNames({ texts }: StudioTask): string[] {
  const isPicture = (name: string) => IMAGE_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
  return [...new Set(texts.flatMap(decodedNames).filter(isPicture))];
}

/** What the photo of a task is called. */
function photoOf(task: StudioTask): string {
  return pictureNames(task)[0] ?? decodeName(task.texts[0] ?? "");
}

/** Sentences on regions of a task that cannot be read. */
function problemsOf(task: Found): string[] {
  const at = `of ${quoted(photoOf(task))} in ${quoted(task.path)}`;
  const names = pictureNames(task);
  if (names.length > 1 || task.pictures > 1) {
    return [
      `a task ${at} has ${Math.max(names.length, task.pictures)} pictures (${
        firstAndMore(names, 3, quoted)
      }), expected one a task`,
    ];
  }
  return (task.regions ?? []).flatMap((region) => {
    const what = `a region (${region.type}) ${at}`;
    if (isThin(region)) return [];
    if (!isArea(region) && !isBox(region)) {
      return [`${what} is of no type that is read, expected a polygon, brush, ellipse or rectangle`];
    }
    if (region.turned !== 0) {
      return [
        `${what} was drawn on the photo turned by ${region.turned} degrees, expected one as it is stored`,
      ];
    }
    if (isArea(region) && region.labels.length !== 1) {
      const labels = region.labels.length === 0
        ? "no label"
        : `the labels ${region.labels.map(quoted).join(", ")}`;
      return [`${what} has ${labels}, expected the name of one class`];
    }
    return shapeOfStudio(region, 0, { width: 1, height: 1 }) === undefined
      ? [`${what} has no such numbers, expected those of its corners or runs`]
      : [];
  });
}

/** Whether an annotation tells of the photo's areas: what only has answers or points says nothing of them. */
function tellsAreas({ regions, isEmpty }: Found): boolean {
  return isEmpty || (regions ?? []).some((region) => isArea(region) || isBox(region));
}

function outlinedPhoto(task: Found, labels: ReadonlyMap<string, number>, isShared: boolean): OutlinedPhoto {
  const { path, width, height, regions } = task;
  const file = photoOf(task);
  const folder = dirname(path);
  const photo = {
    path,
    file,
    // of two uploads of one name nothing tells which is meant
    others: isShared ? [] : [withoutUpload(file)],
    folders: [folder, `${folder}/images`],
    width,
    height,
  };
  if (!tellsAreas(task)) return photo;
  return {
    ...photo,
    shapes: (size) =>
      regions!.filter((region) => isArea(region) || isBox(region)).flatMap((region): Shape[] => {
        // a background of theirs is ours
        const label = isBox(region) ? IGNORE_LABEL : labels.get(region.labels[0]!) ?? 0;
        const shape = shapeOfStudio(region, label, size);
        return shape === undefined ? [] : [shape];
      }),
  };
}

/** Names of photos without what an upload puts before them that several tasks have under different whole names. */
function sharedNames(tasks: readonly Found[]): Set<string> {
  const whole = new Map<string, Set<string>>();
  for (const task of tasks) {
    const file = photoOf(task);
    const name = withoutUpload(file);
    whole.set(name, (whole.get(name) ?? new Set()).add(file));
  }
  return new Set([...whole].filter(([, files]) => files.size > 1).map(([name]) => name));
}

function notesOf(tasks: readonly Found[], thin: number): string[] {
  const several = tasks.filter(({ annotations }) => annotations > 1);
  const empty = tasks.filter(({ isEmpty }) => isEmpty);
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
  throwCollected(`open dataset "${root}"`, tasks.flatMap(problemsOf));
  const regions = tasks.flatMap((task) => task.regions ?? []);
  const used = regions.filter(isArea).flatMap(({ labels }) => labels);
  const names = [...new Set(used)].filter((name) => !isBackground(name)).sort();
  const labels = labelsByName(names);
  const shared = sharedNames(tasks);
  return await outlinedDataset(
    root,
    TITLE,
    {
      names,
      photos: tasks.map((task) => outlinedPhoto(task, labels, shared.has(withoutUpload(photoOf(task))))),
      boxes: regions.filter(isBox).length,
      notes: notesOf(tasks, regions.filter(isThin).length),
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
  detect: (root) => holdsJson(root, parseStudio, { depth: DEPTH, lookedAt: LOOKED_AT }),
  open: openStudio,
};
