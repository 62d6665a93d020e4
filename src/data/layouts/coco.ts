/** COCO's JSON as it lies: `annotations/instances_train2017.json`, `train/_annotations.coco.json`, `result.json` … */
import { basename, dirname } from "node:path";
import { quoted } from "../../core/shown_text.ts";
import { type Dataset, IGNORE_LABEL } from "../dataset.ts";
import { listPictures } from "../image_files.ts";
import { throwCollected } from "../problems.ts";
import type { Shape } from "../shapes/shape.ts";
import { cocoNotes, cocoProblems, inShares } from "./check_coco.ts";
import { type CocoFile, type CocoImage, cocoShapes, isBackground, parseCoco } from "./coco_file.ts";
import { isPanoptic, mixedProblem, panopticPictures, panopticShape } from "./coco_panoptic.ts";
import { holdsJson, type JsonFile, readJsonFiles } from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { labelsByName, type Outlined, outlinedDataset, type OutlinedPhoto } from "./outlined.ts";
import { type Split, splitNamed } from "./split_names.ts";

const TITLE = "COCO's JSON";

/** JSON files that are looked at to tell the layout. */
const LOOKED_AT = 50;

/** Folders below a dataset's that are looked into. */
const DEPTH = 2;

type Found = JsonFile<CocoFile>;

async function cocoFiles(root: string): Promise<Found[]> {
  const found = await readJsonFiles(root, parseCoco, DEPTH);
  throwCollected(
    `open dataset "${root}"`,
    found.flatMap(({ path, content }) =>
      cocoProblems(content.lists).map((text) => `in ${quoted(path)} ${text}`)
    ),
  );
  return found;
}

/** Words of a file's name after `instances_` and the like: `train2017`, `default`. */
function subsetOf(path: string): string {
  return basename(path).replace(/\.json$/i, "").replace(
    /^.*?(instances|panoptic|annotations?|coco)[_.-]?/i,
    "",
  );
}

/** The part that a file's name or folder says. */
function splitOf(path: string): Split | undefined {
  const words = [subsetOf(path), basename(path).replace(/\.json$/i, ""), basename(dirname(path))];
  return words.flatMap((word) => [word, ...word.split(/[_.-]/)]).map(splitNamed).find((split) =>
    split !== undefined
  );
}

/** Folders in which a file's photos may lie, the likeliest last. */
function foldersOf(path: string): string[] {
  const [folder, subset] = [dirname(path), subsetOf(path)];
  const above = dirname(folder);
  return [
    above,
    `${above}/images`,
    folder,
    `${folder}/images`,
    `${above}/images/${subset}`,
    `${above}/${subset}`,
  ];
}

/** Names of all files' categories that are used, in the order of their ids; a background of theirs is ours. */
function classNames(files: readonly Found[]): string[] {
  const names = new Set<string>();
  for (const { content } of files) {
    for (const { name } of content.categories) if (!isBackground(name)) names.add(name);
  }
  return [...names];
}

/** What a file tells of its photos. */
interface Read {
  /** Below the dataset's folder. */
  readonly path: string;
  readonly photos: readonly OutlinedPhoto[];
  readonly shapes: readonly Shape[];
  /** Annotations that are boxes alone. */
  readonly boxes: number;
  readonly problems: readonly string[];
}

function readOutlines({ path, content: coco }: Found, labels: ReadonlyMap<string, number>): Read {
  const read = coco.images.map((image) => ({ image, ...cocoShapes(coco, image, labels) }));
  const shapes = read.flatMap((one) => one.shapes);
  const problems = !inShares(shapes) ? [] : [
    `outlines of "${path}" have no coordinate above 1, expected columns and rows in pixels; multiply them by the photos' sides`,
  ];
  return {
    path,
    photos: read.map((one) => photoOf(path, one.image, one.shapes)),
    shapes,
    boxes: read.reduce((sum, { boxes }) => sum + boxes, 0),
    problems,
  };
}

function photoOf(path: string, image: CocoImage, shapes: readonly Shape[]): OutlinedPhoto {
  const { file, width, height } = image;
  const photo = { path, file, folders: foldersOf(path), split: splitOf(path), width, height };
  return shapes.length === 0 ? photo : { ...photo, shapes: () => [...shapes] };
}

function readPanoptic(
  root: string,
  { path, content: coco }: Found,
  labels: ReadonlyMap<string, number>,
  pictures: ReadonlySet<string>,
): Read {
  const read = coco.images.map((image) => ({
    image,
    shape: panopticShape(coco, image, labels, { root, path, pictures }),
  }));
  const shapes = read.flatMap(({ shape }) => typeof shape === "object" ? [shape] : []);
  return {
    path,
    photos: read.map(({ image, shape }) => photoOf(path, image, typeof shape === "object" ? [shape] : [])),
    shapes,
    boxes: 0,
    problems: read.flatMap(({ shape }) => typeof shape === "string" ? [shape] : []),
  };
}

/** What is read, and what is said of it. */
interface Chosen {
  readonly read: readonly Read[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Files that are read: those of outlines, or where these have boxes alone or are not there, the panoptic ones. Photos of which
 * panoptic files alone tell would be lost beside outlines, and are a problem.
 */
function choose(
  root: string,
  files: readonly Found[],
  panoptic: readonly Found[],
  labels: ReadonlyMap<string, number>,
  pictures: ReadonlySet<string>,
): Chosen {
  const mixed = files.flatMap(({ path, content }) => mixedProblem(path, content));
  const outlines = files.filter((file) => !panoptic.includes(file)).map((file) => readOutlines(file, labels));
  const isOutlined = outlines.some(({ shapes }) =>
    shapes.some((shape) => shape.kind !== "segments" && shape.label !== IGNORE_LABEL)
  );
  if (panoptic.length > 0 && !isOutlined) {
    const read = panoptic.map((file) => readPanoptic(root, file, labels, pictures));
    return { read, notes: [], problems: [...mixed, ...read.flatMap(({ problems }) => problems)] };
  }
  const listed = new Set(outlines.flatMap(({ photos }) => photos).map(({ file }) => file));
  const lost = panoptic.flatMap(({ path, content }) => {
    const [first, ...more] = content.images.filter(({ file }) => !listed.has(file));
    return first === undefined ? [] : [
      `${quoted(path)} tells of ${more.length + 1} photos, first ${
        quoted(first.file)
      }, that no file of outlines lists, expected one kind for all; move the other away`,
    ];
  });
  const passed = panoptic.map(({ path }) => quoted(path));
  return {
    read: outlines,
    notes: passed.length === 0 ? [] : [`outlines count, ${passed.join(", ")} is passed over`],
    problems: [...mixed, ...lost, ...outlines.flatMap(({ problems }) => problems)],
  };
}

async function openCoco(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const files = await cocoFiles(root);
  const names = classNames(files);
  const labels = labelsByName(names);
  const panoptic = files.filter(({ content }) => isPanoptic(content));
  const pictures = new Set(panoptic.length === 0 ? [] : await listPictures(root));
  const { read, notes, problems } = choose(root, files, panoptic, labels, pictures);
  throwCollected(`open dataset "${root}"`, problems);
  const outlined: Outlined = {
    names,
    photos: read.flatMap(({ photos }) => photos),
    boxes: read.reduce((sum, { boxes }) => sum + boxes, 0),
    masks: new Set(panoptic.flatMap(({ path, content }) => panopticPictures(path, content, pictures))),
    notes: [...notes, ...files.flatMap(({ path, content }) => cocoNotes(path, content.lists))],
  };
  return await outlinedDataset(root, TITLE, outlined, "polygons or RLE in segmentation", options);
}

/** Classes are the categories by their ids, after a background of what no shape covers. */
export const COCO: LayoutReader<"coco"> = {
  name: "coco",
  title: TITLE,
  expects: "a COCO JSON with images, annotations and categories",
  detect: (root) => holdsJson(root, parseCoco, { depth: DEPTH, lookedAt: LOOKED_AT }),
  open: openCoco,
};
