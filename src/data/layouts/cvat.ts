/** CVAT's own XML ("CVAT for images 1.1"): `annotations.xml`, and the photos in `images`. */
import { basename, dirname, join } from "node:path";
import { quoted } from "../../core/shown_text.ts";
import { type Dataset, IGNORE_LABEL } from "../dataset.ts";
import { throwCollected } from "../problems.ts";
import { readTextFile } from "../read_file.ts";
import type { Shape } from "../shapes/shape.ts";
import { isBackground } from "./coco_file.ts";
import { type CvatFile, type CvatImage, isArea, isBox, isThin, parseCvat, shapeOfCvat } from "./cvat_file.ts";
import { listEnding, numberOf } from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { fromBelow, labelsByName, outlinedDataset, type OutlinedPhoto } from "./outlined.ts";
import { type Split, splitNamed } from "./split_names.ts";

const TITLE = "CVAT's XML";

/** Folders below a dataset's that are looked into. */
const DEPTH = 1;

/** Files that are looked at to tell the layout: folders of VOC hold one a photo. */
const LOOKED_AT = 100;

/** Characters of a file that are looked at to tell the layout. */
const HEAD = /^[^<]*(<[?!][^>]*>\s*)*<annotations[\s>]/;

interface Found {
  /** Below the dataset's folder. */
  readonly path: string;
  readonly cvat: CvatFile;
}

async function xmlFiles(root: string): Promise<string[]> {
  return await listEnding(root, /\.xml$/i, DEPTH);
}

async function isCvat(root: string): Promise<boolean> {
  for (const path of (await xmlFiles(root)).slice(0, LOOKED_AT)) {
    if (HEAD.test(await readTextFile(join(root, path)).catch(() => ""))) return true;
  }
  return false;
}

async function cvatFiles(root: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of await xmlFiles(root)) {
    const text = await readTextFile(join(root, path));
    const cvat = HEAD.test(text) ? parseCvat(text, join(root, path)) : undefined;
    if (cvat !== undefined) found.push({ path, cvat });
  }
  throwCollected(
    `open dataset "${root}"`,
    found.filter(({ cvat }) => cvat.images.length === 0 && cvat.tracks > 0).map(({ path, cvat }) =>
      `${
        quoted(path)
      } holds ${cvat.tracks} tracks of a video, which name no photos, expected an export as "CVAT for images"`
    ),
  );
  return found;
}

/** The labels of all files in their order; those that shapes have beyond them follow by alphabet. */
function classNames(files: readonly Found[]): string[] {
  const listed = files.flatMap(({ cvat }) => cvat.labels);
  const shapes = files.flatMap(({ cvat }) => cvat.images).flatMap((image) => image.shapes).filter(isArea);
  const used = shapes.flatMap(({ attributes: { label } }) => label === undefined ? [] : [label]).sort();
  return [...new Set([...listed, ...used])].filter((name) => !isBackground(name));
}

/** The part that a photo's subset, its folder or the file's own name says. */
function splitOf(path: string, { attributes: { subset = "", name = "" } }: CvatImage): Split | undefined {
  const stem = basename(path).replace(/\.xml$/i, "");
  return [subset, ...name.split(/[/\\]/).slice(0, -1), stem].map(splitNamed).find((split) =>
    split !== undefined
  );
}

interface Read {
  readonly photos: OutlinedPhoto[];
  readonly problems: string[];
  boxes: number;
  /** Shapes without an area. */
  thin: number;
}

function addImage(path: string, image: CvatImage, labels: ReadonlyMap<string, number>, read: Read): void {
  const { name = "", width, height, subset = "" } = image.attributes;
  const drawn = image.shapes.filter((shape) =>
    (isArea(shape) || isBox(shape)) && shape.attributes.outside !== "1"
  );
  read.boxes += drawn.filter(isBox).length;
  read.thin += image.shapes.filter(isThin).length;
  const refuse = (type: string, state: string) =>
    read.problems.push(`a ${type} of ${quoted(name)} in ${quoted(path)} ${state}`);
  for (const shape of image.shapes) {
    if (!isArea(shape) && !isBox(shape) && !isThin(shape)) {
      refuse(shape.type, "is of no type that is known, expected a polygon, mask, ellipse or box");
    } else if (isArea(shape) && shape.attributes.label === undefined) {
      refuse(shape.type, "has no label, expected the name of its class");
    }
  }
  const shapes = fromBelow(drawn, ({ attributes }) => attributes.z_order).flatMap((shape): Shape[] => {
    // a background of theirs is ours
    const label = isBox(shape) ? IGNORE_LABEL : labels.get(shape.attributes.label ?? "") ?? 0;
    const made = shapeOfCvat(shape, label);
    if (made !== undefined) return [made];
    refuse(shape.type, "has no such numbers, expected those of its corners or runs");
    return [];
  });
  const folder = dirname(path);
  read.photos.push({
    path,
    file: name,
    folders: [folder, `${folder}/${subset}`, `${folder}/images`, `${folder}/images/${subset}`],
    split: splitOf(path, image),
    width: numberOf(width) ?? 0,
    height: numberOf(height) ?? 0,
    ...shapes.length === 0 ? {} : { shapes: () => shapes },
  });
}

async function openCvat(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const files = await cvatFiles(root);
  const names = classNames(files);
  const labels = labelsByName(names);
  const read: Read = { photos: [], problems: [], boxes: 0, thin: 0 };
  for (const { path, cvat } of files) {
    for (const image of cvat.images) addImage(path, image, labels, read);
  }
  throwCollected(`open dataset "${root}"`, read.problems);
  const tracks = files.reduce((sum, { cvat }) => sum + cvat.tracks, 0);
  const notes = [
    ...read.thin === 0 ? [] : [`${read.thin} shapes without an area (points, lines, tags) are left out`],
    ...tracks === 0 ? [] : [`${tracks} tracks of videos are left out`],
  ];
  return await outlinedDataset(
    root,
    TITLE,
    { names, photos: read.photos, boxes: read.boxes, notes },
    "polygons, ellipses or masks",
    options,
  );
}

/** Classes are the labels in their order, after a background of what no shape covers. */
export const CVAT: LayoutReader<"cvat"> = {
  name: "cvat",
  title: TITLE,
  expects: 'an "annotations.xml" of CVAT',
  detect: isCvat,
  open: openCvat,
};
