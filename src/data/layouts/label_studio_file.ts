/** What a JSON export of Label Studio says of its tasks. */
import { isTable } from "../../core/is_table.ts";
import type { PictureSize } from "../augment/augment_options.ts";
import { ellipseRing } from "../shapes/ellipse.ts";
import type { Shape } from "../shapes/shape.ts";
import { type JsonObject, listOf, numberOf, objectsOf, textOf } from "./json_files.ts";

/** A region that someone drew. */
export interface StudioRegion {
  /** `polygonlabels`, `brushlabels`, `ellipselabels`, `rectanglelabels`, `keypointlabels` … */
  readonly type: string;
  /** The first of its labels; `undefined` for a region without one. */
  readonly label?: string;
  /** Its numbers, in percent of the photo's sides. */
  readonly value: JsonObject;
  /** Degrees by which the photo was turned. */
  readonly turned: number;
}

/** A task: a photo. */
export interface StudioTask extends PictureSize {
  readonly id: number | undefined;
  /** Texts of its data, one of which names the photo. */
  readonly texts: readonly string[];
  /** Regions of the newest annotation; `undefined` where nobody has annotated it. */
  readonly regions?: readonly StudioRegion[];
  /** Annotations of it. */
  readonly annotations: number;
}

/** Types that cover an area and say what it is. */
const AREAS: readonly string[] = ["polygonlabels", "brushlabels", "ellipselabels"];

/** Whether a region covers an area that says what it is. */
export function isArea({ type }: StudioRegion): boolean {
  return AREAS.includes(type);
}

/** Whether a region is a box alone. */
export function isBox({ type }: StudioRegion): boolean {
  return type === "rectanglelabels";
}

/** A result of the whole export, or an entry of the short one ("JSON-MIN"). */
function regionOf(result: JsonObject): StudioRegion[] {
  const value = isTable(result.value) ? result.value : result;
  const type = textOf(result.type) ?? Object.keys(value).find((key) => /^[a-z]+labels$/.test(key));
  // relations and texts are no regions
  if (type === undefined || !type.endsWith("labels")) return [];
  const label = textOf(listOf(value[type])[0]);
  return [{ type, label, value, turned: numberOf(result.image_rotation) ?? 0 }];
}

function sizeOf(results: readonly JsonObject[]): PictureSize {
  const sized = results.find(({ original_width, original_height }) =>
    numberOf(original_width) !== undefined && numberOf(original_height) !== undefined
  );
  return { width: numberOf(sized?.original_width) ?? 0, height: numberOf(sized?.original_height) ?? 0 };
}

function wholeTask({ id, data, annotations }: JsonObject): StudioTask {
  const texts = Object.values(data as JsonObject).filter((value) => typeof value === "string");
  const made = objectsOf(annotations).filter(({ was_cancelled }) => was_cancelled !== true)
    .sort((a, b) => (numberOf(a.id) ?? 0) - (numberOf(b.id) ?? 0));
  const newest = made.at(-1);
  const task = { id: numberOf(id), texts, annotations: made.length };
  if (newest === undefined) return { ...task, width: 0, height: 0 };
  const results = objectsOf(newest.result);
  return { ...task, ...sizeOf(results), regions: results.flatMap(regionOf) };
}

/** A task of the short export, in which each control has a key of its own. */
function shortTask(task: JsonObject): StudioTask {
  const texts = Object.values(task).filter((value) => typeof value === "string");
  const results = Object.values(task).flatMap(objectsOf);
  const made = { id: numberOf(task.id), texts, annotations: 1, ...sizeOf(results) };
  return results.length === 0 ? made : { ...made, regions: results.flatMap(regionOf) };
}

/** Whether an object is a task of the short export: it names a person or a time, and a list has percentages of a photo. */
function isShort(task: JsonObject): boolean {
  return task.annotation_id !== undefined && task.id !== undefined;
}

/** The tasks of a file; `undefined` for JSON of another kind. */
export function parseStudio(json: unknown): StudioTask[] | undefined {
  const tasks = objectsOf(json);
  if (tasks.length === 0) return undefined;
  if (tasks.every(({ data, annotations }) => isTable(data) && Array.isArray(annotations))) {
    return tasks.map(wholeTask);
  }
  return tasks.every(isShort) ? tasks.map(shortTask) : undefined;
}

/**
 * A region as a shape in pixels.
 * @returns `undefined` where its numbers are damaged
 */
export function shapeOfStudio(
  { type, value }: StudioRegion,
  label: number,
  { width, height }: PictureSize,
): Shape | undefined {
  const of = (...names: readonly string[]) => names.map((name) => numberOf(value[name]));
  const [sx, sy, degrees] = [width / 100, height / 100, numberOf(value.rotation) ?? 0];
  if (type === "brushlabels") {
    const bytes = listOf(value.rle).map(numberOf);
    const isWhole = value.format === "rle" && bytes.length > 0 && !bytes.includes(undefined);
    return isWhole ? { kind: "brush", label, bytes: bytes as number[] } : undefined;
  }
  const ring = (numbers: readonly (number | undefined)[]): Shape | undefined =>
    numbers.length >= 6 && numbers.every(Number.isFinite)
      ? { kind: "polygon", label, rings: [numbers as number[]] }
      : undefined;
  if (type === "polygonlabels") {
    return ring(
      listOf(value.points).flatMap((point) => {
        const [x, y] = listOf(point).map(numberOf);
        return [(x ?? NaN) * sx, (y ?? NaN) * sy];
      }),
    );
  }
  if (type === "ellipselabels") {
    const [x = NaN, y = NaN, rx = NaN, ry = NaN] = of("x", "y", "radiusX", "radiusY");
    return ring(ellipseRing([x * sx, y * sy], [rx * sx, ry * sy], degrees));
  }
  const [x = NaN, y = NaN, w = NaN, h = NaN] = of("x", "y", "width", "height");
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  // a box is turned about its upper left corner
  return ring([[0, 0], [w * sx, 0], [w * sx, h * sy], [0, h * sy]].flatMap(([dx, dy]) => [
    x * sx + dx! * cos - dy! * sin,
    y * sy + dx! * sin + dy! * cos,
  ]));
}
