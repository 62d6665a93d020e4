/** Datumaro's own JSON, which CVAT and Intel Geti export too: `annotations/train.json`, and the photos in `images/train`. */
import { basename, dirname } from "node:path";
import { isTable } from "../../core/is_table.ts";
import { quoted, shownValue } from "../../core/shown_text.ts";
import { type Dataset, IGNORE_LABEL } from "../dataset.ts";
import { throwCollected } from "../problems.ts";
import { boxRing, ellipseRing } from "../shapes/rings.ts";
import type { Shape } from "../shapes/shape.ts";
import { isBackground } from "./coco_file.ts";
import {
  holdsJson,
  type JsonFile,
  type JsonObject,
  listOf,
  numberOf,
  objectsOf,
  readJsonFiles,
  textOf,
} from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { fromBelow, labelsByName, outlinedDataset, type OutlinedPhoto } from "./outlined.ts";
import { splitNamed } from "./split_names.ts";

const TITLE = "Datumaro's JSON";

/** Folders below a dataset's that are looked into. */
const DEPTH = 1;

/** JSON files that are looked at to tell the layout. */
const LOOKED_AT = 5;

/** A file. */
interface DatumaroFile {
  /** Names of its labels by their numbers. */
  readonly labels: readonly string[];
  readonly items: readonly JsonObject[];
}

function labelsOf(json: JsonObject): readonly string[] | undefined {
  const label = isTable(json.categories) ? json.categories.label : undefined;
  const labels = isTable(label) && Array.isArray(label.labels) ? objectsOf(label.labels) : undefined;
  return labels?.map(({ name }, i) => textOf(name) ?? `class ${i}`);
}

/** A file of JSON; `undefined` for JSON of another kind. */
function parseDatumaro(json: unknown): DatumaroFile | undefined {
  if (!isTable(json) || !Array.isArray(json.items)) return undefined;
  const labels = labelsOf(json);
  return labels === undefined ? undefined : { labels, items: objectsOf(json.items) };
}

/** Types that cover an area and say what it is. */
const AREAS: readonly unknown[] = ["polygon", "mask", "ellipse"];

/** Types that cover no area. */
const THIN: readonly unknown[] = ["label", "points", "polyline", "caption"];

/** A shape of a mask; `undefined` where its numbers are damaged. */
function shapeOf({ type, points, rle, bbox }: JsonObject, label: number): Shape | undefined {
  if (type === "mask") {
    const { counts, size } = isTable(rle) ? rle : {};
    const [height, width] = listOf(size).map(numberOf);
    if (typeof counts !== "string" || height === undefined || width === undefined) return undefined;
    return { kind: "runs", label, counts, size: [height, width] };
  }
  if (type === "ellipse") {
    const [x0, y0, x1, y1] = listOf(points).map((value) => numberOf(value) ?? NaN);
    const ring = ellipseRing([(x0! + x1!) / 2, (y0! + y1!) / 2], [(x1! - x0!) / 2, (y1! - y0!) / 2]);
    return ring.every(Number.isFinite) ? { kind: "polygon", label, rings: [ring] } : undefined;
  }
  const [x, y, w, h] = listOf(bbox).map(numberOf);
  const corners = type === "bbox" ? boxRing(x!, y!, x! + w!, y! + h!) : listOf(points).map(numberOf);
  const isRing = corners.length >= 6 && corners.length % 2 === 0 && corners.every(Number.isFinite);
  return isRing ? { kind: "polygon", label, rings: [corners as number[]] } : undefined;
}

interface Read {
  readonly photos: OutlinedPhoto[];
  readonly problems: string[];
  boxes: number;
  /** Annotations without an area. */
  thin: number;
}

function addItem(
  { path, content: { labels } }: JsonFile<DatumaroFile>,
  item: JsonObject,
  labelOf: ReadonlyMap<string, number>,
  read: Read,
): void {
  const image = isTable(item.image) ? item.image : isTable(item.media) ? item.media : {};
  const file = textOf(image.path) || (textOf(item.id) ?? "");
  const all = objectsOf(item.annotations);
  const drawn = all.filter(({ type }) => AREAS.includes(type) || type === "bbox");
  const unknown = all.find((one) => !drawn.includes(one) && !THIN.includes(one.type));
  if (unknown !== undefined) {
    read.problems.push(
      `an annotation of ${quoted(textOf(item.id) ?? file)} in ${quoted(path)} is of type ${
        shownValue(unknown.type)
      }, expected a polygon, mask, ellipse or box`,
    );
  }
  read.boxes += drawn.filter(({ type }) => type === "bbox").length;
  read.thin += all.length - drawn.length;
  const shapes = fromBelow(drawn, ({ z_order }) => z_order).flatMap((annotation): Shape[] => {
    const number = numberOf(annotation.label_id);
    const name = number === undefined ? undefined : labels[number];
    const isBox = annotation.type === "bbox";
    const made = shapeOf(annotation, isBox ? IGNORE_LABEL : labelOf.get(name ?? "") ?? 0);
    if (made !== undefined && (isBox || name !== undefined)) return [made];
    const wrong = name === undefined
      ? `has label_id ${number ?? "none"}, expected one below ${labels.length}`
      : "has no such numbers, expected those of its corners or runs";
    read.problems.push(
      `a ${String(annotation.type)} of ${quoted(textOf(item.id) ?? file)} in ${quoted(path)} ${wrong}`,
    );
    return [];
  });
  const [height, width] = listOf(image.size).map(numberOf);
  const subset = basename(path).replace(/\.json$/i, "");
  const above = dirname(dirname(path));
  read.photos.push({
    path,
    file,
    folders: [above, `${above}/images`, `${above}/${subset}`, `${above}/images/${subset}`],
    split: splitNamed(subset),
    width: width ?? 0,
    height: height ?? 0,
    ...shapes.length === 0 ? {} : { shapes: () => shapes },
  });
}

async function openDatumaro(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const read: Read = { photos: [], problems: [], boxes: 0, thin: 0 };
  const files = await readJsonFiles(root, parseDatumaro, DEPTH);
  const listed = new Set(files.flatMap(({ content }) => content.labels));
  const names = [...listed].filter((name) => !isBackground(name));
  const labels = labelsByName(names);
  for (const file of files) {
    for (const item of file.content.items) addItem(file, item, labels, read);
  }
  throwCollected(`open dataset "${root}"`, read.problems);
  const notes = read.thin === 0
    ? []
    : [`${read.thin} annotations without an area (points, lines, labels) are left out`];
  const { photos, boxes } = read;
  return await outlinedDataset(root, TITLE, { names, photos, boxes, notes }, "polygons or masks", options);
}

/** Classes are the labels by their numbers, after a background of what no shape covers. */
export const DATUMARO: LayoutReader<"datumaro"> = {
  name: "datumaro",
  title: TITLE,
  expects: "a JSON of Datumaro with items and categories",
  detect: (root) => holdsJson(root, parseDatumaro, { depth: DEPTH, lookedAt: LOOKED_AT }),
  open: openDatumaro,
};
