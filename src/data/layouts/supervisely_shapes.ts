/** Masks of Supervisely's annotations. */
import { DatasetError } from "../../core/errors.ts";
import { isTable } from "../../core/is_table.ts";
import type { DrawnSource } from "../dataset.ts";
import type { Shape } from "../shapes/shape.ts";
import { type JsonObject, listOf, numberOf, objectsOf, readJson, textOf } from "./json_files.ts";

/** Corners `[[x, y], …]` as one row of numbers; `undefined` where they are none, or fewer than three. */
export function ringOf(value: unknown): number[] | undefined {
  const points = listOf(value).map((point) => listOf(point).map(numberOf));
  const isRing = points.length >= 3 && points.every(([x, y]) => x !== undefined && y !== undefined);
  return isRing ? points.flatMap(([x, y]) => [x!, y!]) : undefined;
}

function polygonOf({ points }: JsonObject, label: number): Shape | undefined {
  const { exterior, interior } = isTable(points) ? points : {};
  const outer = ringOf(exterior);
  const holes = listOf(interior).flatMap((ring) => [ringOf(ring) ?? []]);
  return outer === undefined ? undefined : { kind: "polygon", label, rings: [outer, ...holes] };
}

function rectangleOf({ points }: JsonObject, label: number): Shape | undefined {
  const corners = listOf(isTable(points) ? points.exterior : undefined).map((point) =>
    listOf(point).map(numberOf)
  );
  const [[x0, y0] = [], [x1, y1] = []] = corners;
  if ([x0, y0, x1, y1].includes(undefined)) return undefined;
  // both corners are pixels of the rectangle
  const [left, right] = [Math.min(x0!, x1!), Math.max(x0!, x1!) + 1];
  const [top, bottom] = [Math.min(y0!, y1!), Math.max(y0!, y1!) + 1];
  return { kind: "polygon", label, rings: [[left, top, right, top, right, bottom, left, bottom]] };
}

function bitmapOf({ bitmap }: JsonObject, label: number): Shape | undefined {
  const { data, origin } = isTable(bitmap) ? bitmap : {};
  const [x, y] = listOf(origin).map(numberOf);
  const png = textOf(data);
  if (png === undefined || x === undefined || y === undefined) return undefined;
  return { kind: "bitmap", label, x, y, png, deflated: true };
}

const READERS: Readonly<Record<string, (object: JsonObject, label: number) => Shape | undefined>> = {
  polygon: polygonOf,
  rectangle: rectangleOf,
  bitmap: bitmapOf,
};

/** Geometries without an area. */
const THIN: readonly string[] = ["point", "line", "polyline", "graph", "graph_nodes"];

function shapeOf(object: JsonObject, labels: ReadonlyMap<string, number>, file: string): Shape | undefined {
  const fail = (state: string, rule: string): never => {
    throw new DatasetError(`Cannot read "${file}": ${state}, expected ${rule}`);
  };
  const title = textOf(object.classTitle) ?? "";
  const kind = textOf(object.geometryType) ?? "";
  const read = READERS[kind];
  if (THIN.includes(kind)) return undefined;
  if (read === undefined) {
    return fail(
      `an object of "${title}" has the geometry "${kind}"`,
      `${Object.keys(READERS).join(", ")}, or points and lines`,
    );
  }
  const label = labels.get(title) ?? fail(`class "${title}" is not in meta.json`, "one that is");
  return read(object, label) ?? fail(`a ${kind} of "${title}" has no corners or data`, "some");
}

/**
 * The mask of an annotation; `undefined` for one that holds no area.
 * @param labels The number of each class
 * @throws {DatasetError} If it is no JSON, names an unknown class or geometry or says no size
 */
export async function drawnAnnotation(
  file: string,
  labels: ReadonlyMap<string, number>,
): Promise<DrawnSource | undefined> {
  const annotation = await readJson(file);
  if (!isTable(annotation)) return undefined;
  const shapes = objectsOf(annotation.objects).flatMap((object) => shapeOf(object, labels, file) ?? []);
  if (shapes.length === 0) return undefined;
  const { width, height } = isTable(annotation.size) ? annotation.size : {};
  const size = { width: numberOf(width) ?? 0, height: numberOf(height) ?? 0 };
  return { kind: "drawn", name: file, ...size, shapes };
}
