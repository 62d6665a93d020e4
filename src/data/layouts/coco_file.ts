/** What a COCO JSON says of photos and their shapes. */
import type { Shape } from "../shapes/shape.ts";
import { isObject, type JsonObject, listOf, numberOf, objectsOf, textOf } from "./json_files.ts";

/** A photo. */
export interface CocoImage {
  /** Number or text that annotations name it by. */
  readonly id: unknown;
  /** Its `file_name`. */
  readonly file: string;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A class. */
export interface CocoCategory {
  /** As annotations name it. */
  readonly id: unknown;
  /** For people. */
  readonly name: string;
}

/** A file. */
export interface CocoFile {
  /** In its order. */
  readonly images: readonly CocoImage[];
  /** By rising id; a group that only stands above others (Roboflow writes one) is left out. */
  readonly categories: readonly CocoCategory[];
  /** Annotations by the id of their photo, in the file's order. */
  readonly annotations: ReadonlyMap<unknown, readonly JsonObject[]>;
}

/** Whether a category is what lies around all others. */
export function isBackground(name: string): boolean {
  return /^_*background_*$/i.test(name);
}

function byImage(annotations: readonly JsonObject[]): Map<unknown, JsonObject[]> {
  const found = new Map<unknown, JsonObject[]>();
  for (const annotation of annotations) {
    const known = found.get(annotation.image_id);
    if (known === undefined) found.set(annotation.image_id, [annotation]);
    else known.push(annotation);
  }
  return found;
}

function categoriesOf(raw: readonly JsonObject[], annotations: readonly JsonObject[]): CocoCategory[] {
  const used = new Set(annotations.map(({ category_id }) => category_id));
  const above = new Set(raw.map(({ supercategory }) => supercategory));
  const named = raw.map(({ id, name }) => ({ id, name: textOf(name) ?? `category ${id}` }));
  return named.filter(({ id, name }) => used.has(id) || !above.has(name))
    .sort((a, b) => (numberOf(a.id) ?? 0) - (numberOf(b.id) ?? 0));
}

/** A COCO file of JSON; `undefined` for JSON of another kind. */
export function parseCoco(json: unknown): CocoFile | undefined {
  if (!isObject(json)) return undefined;
  const { images, annotations, categories } = json;
  if (![images, annotations, categories].every(Array.isArray)) return undefined;
  const shapes = objectsOf(annotations);
  return {
    images: objectsOf(images).map(({ id, file_name, width, height }) => ({
      id,
      file: textOf(file_name) ?? "",
      width: numberOf(width) ?? 0,
      height: numberOf(height) ?? 0,
    })),
    categories: categoriesOf(objectsOf(categories), shapes),
    annotations: byImage(shapes),
  };
}

/** Shapes of one annotation; none for a box alone. */
function shapesOf({ segmentation }: JsonObject, label: number): Shape[] {
  if (isObject(segmentation)) {
    const { counts, size } = segmentation;
    const [height, width] = listOf(size).map(numberOf);
    const runs = typeof counts === "string" ? counts : listOf(counts).map((count) => numberOf(count) ?? -1);
    if (runs.length === 0 || height === undefined || width === undefined) return [];
    return [{ kind: "runs", label, counts: runs, size: [height, width] }];
  }
  // each polygon is a part of its own: parts of one object add up
  return listOf(segmentation).flatMap((polygon) => {
    const points = listOf(polygon).map(numberOf);
    if (points.length < 6 || points.length % 2 === 1 || points.includes(undefined)) return [];
    return [{ kind: "polygon", label, rings: [points as number[]] }];
  });
}

/**
 * Shapes of a photo, and how many of its annotations are boxes alone: their insides are left out (255).
 * @param labels The number of each category's name
 */
export function cocoShapes(
  { categories, annotations }: CocoFile,
  image: CocoImage,
  labels: ReadonlyMap<string, number>,
): { shapes: Shape[]; boxes: number } {
  const nameOf = new Map(categories.map(({ id, name }) => [id, name]));
  const shapes: Shape[] = [];
  let boxes = 0;
  for (const annotation of annotations.get(image.id) ?? []) {
    const label = labels.get(nameOf.get(annotation.category_id) ?? "") ?? 0;
    const own = shapesOf(annotation, label);
    shapes.push(...own);
    const [x, y, w, h] = listOf(annotation.bbox).map(numberOf);
    if (own.length > 0 || [x, y, w, h].includes(undefined)) continue;
    boxes++;
    const corners = [x!, y!, x! + w!, y!, x! + w!, y! + h!, x!, y! + h!];
    shapes.push({ kind: "polygon", label: 255, rings: [corners] });
  }
  return { shapes, boxes };
}
