/** What a COCO JSON says of photos and their shapes. */
import { IGNORE_LABEL } from "../../core/ignore_label.ts";
import { shownValue } from "../../core/shown_text.ts";
import { isTable } from "../../core/is_table.ts";
import { boxRing } from "../shapes/rings.ts";
import type { Shape } from "../shapes/shape.ts";
import { type CocoLists, keyOf } from "./check_coco.ts";
import { type JsonObject, listOf, numberOf, objectsOf, textOf } from "./json_files.ts";

/** A photo. */
export interface CocoImage {
  /** What annotations name it by, as a key. */
  readonly id: string;
  /** Its `file_name`. */
  readonly file: string;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A class. */
export interface CocoCategory {
  /** What annotations name it by, as a key. */
  readonly id: string;
  /** For people. */
  readonly name: string;
}

/** A file. */
export interface CocoFile {
  /** In its order. */
  readonly images: readonly CocoImage[];
  /** By rising id; a group that only stands above others (Roboflow writes one) is left out. */
  readonly categories: readonly CocoCategory[];
  /** Names of categories by their ids. */
  readonly names: ReadonlyMap<string, string>;
  /** Annotations by the id of their photo, in the file's order. */
  readonly annotations: ReadonlyMap<string, readonly JsonObject[]>;
  /** As they lie in the file. */
  readonly lists: CocoLists;
}

/** Whether a category is what lies around all others. */
export function isBackground(name: string): boolean {
  return /^_*background_*$/i.test(name);
}

function byImage(annotations: readonly JsonObject[]): Map<string, JsonObject[]> {
  const found = new Map<string, JsonObject[]>();
  for (const annotation of annotations) {
    const key = keyOf(annotation.image_id);
    const known = found.get(key);
    if (known === undefined) found.set(key, [annotation]);
    else known.push(annotation);
  }
  return found;
}

function categoriesOf(raw: readonly JsonObject[], annotations: readonly JsonObject[]): CocoCategory[] {
  const used = new Set(annotations.map(({ category_id }) => keyOf(category_id)));
  const above = new Set(raw.map(({ supercategory }) => supercategory));
  const named = raw.map(({ id, name }) => ({
    id: keyOf(id),
    order: numberOf(id) ?? 0,
    name: textOf(name) ?? `category ${shownValue(id)}`,
  }));
  return named.filter(({ id, name }) => used.has(id) || !above.has(name))
    .sort((a, b) => a.order - b.order).map(({ id, name }) => ({ id, name }));
}

/** A COCO file of JSON; `undefined` for JSON of another kind. */
export function parseCoco(json: unknown): CocoFile | undefined {
  if (!isTable(json)) return undefined;
  const { images, annotations, categories } = json;
  if (![images, annotations, categories].every(Array.isArray)) return undefined;
  const lists = {
    images: objectsOf(images),
    annotations: objectsOf(annotations),
    categories: objectsOf(categories),
  };
  const named = categoriesOf(lists.categories, lists.annotations);
  return {
    lists,
    images: lists.images.map(({ id, file_name, width, height }) => ({
      id: keyOf(id),
      file: textOf(file_name) ?? "",
      width: numberOf(width) ?? 0,
      height: numberOf(height) ?? 0,
    })),
    categories: named,
    names: new Map(named.map(({ id, name }) => [id, name])),
    annotations: byImage(lists.annotations),
  };
}

/** Shapes of one annotation; none for a box alone. */
function shapesOf({ segmentation }: JsonObject, label: number): Shape[] {
  if (isTable(segmentation)) {
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
  { names, annotations }: CocoFile,
  image: CocoImage,
  labels: ReadonlyMap<string, number>,
): { shapes: Shape[]; boxes: number } {
  const shapes: Shape[] = [];
  let boxes = 0;
  for (const annotation of annotations.get(image.id) ?? []) {
    // a background of theirs is ours; that every category is known was checked
    const label = labels.get(names.get(keyOf(annotation.category_id))!) ?? 0;
    const own = shapesOf(annotation, label);
    shapes.push(...own);
    const [x, y, w, h] = listOf(annotation.bbox).map(numberOf);
    if (own.length > 0 || [x, y, w, h].includes(undefined)) continue;
    boxes++;
    shapes.push({ kind: "polygon", label: IGNORE_LABEL, rings: [boxRing(x!, y!, x! + w!, y! + h!)] });
  }
  return { shapes, boxes };
}
