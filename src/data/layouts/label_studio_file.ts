/** What a JSON export of Label Studio says of its tasks. */
import { isTable } from "../../core/is_table.ts";
import type { PictureSize } from "../augment/augment_options.ts";
import { boxRing, ellipseRing, turnedRing } from "../shapes/rings.ts";
import type { Shape } from "../shapes/shape.ts";
import { type JsonObject, listOf, numberOf, objectsOf, textOf } from "./json_files.ts";

/** A region that someone drew. */
export interface StudioRegion {
  /** `polygon`, `brush`, `ellipse`, `rectangle`, `keypoint`, or what else there is. */
  readonly type: string;
  /** Its labels. */
  readonly labels: readonly string[];
  /** Its numbers, in percent of the photo's sides. */
  readonly value: JsonObject;
  /** Degrees by which the photo was turned. */
  readonly turned: number;
}

/** A task: a photo. */
export interface StudioTask extends PictureSize {
  /** Its number, as a key. */
  readonly id: string;
  /** Texts of its data, one of which names the photo. */
  readonly texts: readonly string[];
  /** Regions of the newest annotation; `undefined` where nobody has annotated it. */
  readonly regions?: readonly StudioRegion[];
  /** Whether that annotation says nothing at all. */
  readonly isEmpty: boolean;
  /** Pictures of the task that its regions are drawn on. */
  readonly pictures: number;
  /** Annotations of it. */
  readonly annotations: number;
}

/** Types that cover an area and say what it is. */
const AREAS: readonly string[] = ["polygon", "brush", "ellipse"];

/** Types of results that are drawn on a photo; others are answers about it. */
const DRAWN = /^(polygon|brush|ellipse|rectangle|keypoint|bitmask|vector|cuboid|magicwand)(labels)?$/;

/** Whether a region covers an area that says what it is. */
export function isArea({ type }: StudioRegion): boolean {
  return AREAS.includes(type);
}

/** Whether a region is a box alone. */
export function isBox({ type }: StudioRegion): boolean {
  return type === "rectangle";
}

/** Whether a region covers no area. */
export function isThin({ type }: StudioRegion): boolean {
  return type === "keypoint";
}

/** The kind of a result: what it states, or in a short export the key of its labels. */
function typeOf(result: JsonObject, value: JsonObject): string | undefined {
  return textOf(result.type) ?? Object.keys(value).find((key) => DRAWN.test(key));
}

/**
 * The regions of results. What tools of two parts make (`<Polygon>` and `<Labels>`) are two results of one id: a shape, and its
 * labels.
 */
function regionsOf(results: readonly JsonObject[]): StudioRegion[] {
  const apart = new Map<unknown, readonly string[]>();
  const read = results.map((result) => {
    const value = isTable(result.value) ? result.value : result;
    const type = typeOf(result, value);
    const labels = listOf(type === undefined ? [] : value[type]).filter((label) => typeof label === "string");
    if (type === "labels") apart.set(result.id, labels);
    return { result, value, type, labels };
  });
  return read.flatMap(({ result, value, type, labels }) => {
    if (type === undefined || !DRAWN.test(type)) return [];
    const own = labels.length > 0 ? labels : apart.get(result.id) ?? [];
    return [{
      type: type.replace(/labels$/, ""),
      labels: own,
      value,
      turned: numberOf(result.image_rotation) ?? 0,
    }];
  });
}

/** On how many pictures of a task results are drawn. */
function picturesOf(results: readonly JsonObject[]): number {
  const drawn = results.filter(({ original_width }) => original_width !== undefined);
  return new Set(drawn.map(({ to_name, item_index }) => JSON.stringify([to_name, item_index ?? 0]))).size;
}

function sizeOf(results: readonly JsonObject[]): PictureSize {
  const sized = results.find(({ original_width, original_height }) =>
    numberOf(original_width) !== undefined && numberOf(original_height) !== undefined
  );
  return { width: numberOf(sized?.original_width) ?? 0, height: numberOf(sized?.original_height) ?? 0 };
}

/** The task of the results that count. */
function taskOf(
  id: unknown,
  data: JsonObject,
  annotations: number,
  results: readonly JsonObject[] | undefined,
): StudioTask {
  const texts = Object.values(data).filter((value) => typeof value === "string");
  const task = { id: String(id), texts, annotations, ...sizeOf(results ?? []) };
  if (results === undefined) return { ...task, isEmpty: false, pictures: 0 };
  const [regions, pictures] = [regionsOf(results), picturesOf(results)];
  return { ...task, regions, pictures, isEmpty: results.length === 0 };
}

function wholeTask({ id, data, annotations }: JsonObject): StudioTask {
  const made = objectsOf(annotations).filter(({ was_cancelled }) => was_cancelled !== true)
    .sort((a, b) => (numberOf(a.id) ?? 0) - (numberOf(b.id) ?? 0));
  const newest = made.at(-1);
  return taskOf(
    id,
    data as JsonObject,
    made.length,
    newest === undefined ? undefined : objectsOf(newest.result),
  );
}

/** A task of the short export, in which each control has a key of its own, and each annotation is an entry. */
function shortTask(entries: readonly JsonObject[]): StudioTask {
  const newest = [...entries].sort((a, b) =>
    (numberOf(a.annotation_id) ?? 0) - (numberOf(b.annotation_id) ?? 0)
  ).at(-1)!;
  const results = Object.values(newest).flatMap(objectsOf);
  // what nothing is drawn on has no key at all
  return taskOf(newest.id, newest, entries.length, results.length === 0 ? undefined : results);
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
  if (!tasks.every(isShort)) return undefined;
  const byTask = new Map<unknown, JsonObject[]>();
  for (const task of tasks) byTask.set(task.id, [...byTask.get(task.id) ?? [], task]);
  return [...byTask.values()].map(shortTask);
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
  if (type === "brush") {
    const bytes = listOf(value.rle).map(numberOf);
    const isWhole = value.format === "rle" && bytes.length > 0 && !bytes.includes(undefined);
    return isWhole ? { kind: "brush", label, bytes: bytes as number[] } : undefined;
  }
  const ring = (numbers: readonly (number | undefined)[]): Shape | undefined =>
    numbers.length >= 6 && numbers.every(Number.isFinite)
      ? { kind: "polygon", label, rings: [numbers as number[]] }
      : undefined;
  if (type === "polygon") {
    return ring(
      listOf(value.points).flatMap((point) => {
        const [x, y] = listOf(point).map(numberOf);
        return [(x ?? NaN) * sx, (y ?? NaN) * sy];
      }),
    );
  }
  if (type === "ellipse") {
    const [x = NaN, y = NaN, rx = NaN, ry = NaN] = of("x", "y", "radiusX", "radiusY");
    return ring(ellipseRing([x * sx, y * sy], [rx * sx, ry * sy], degrees));
  }
  const [x = NaN, y = NaN, w = NaN, h = NaN] = of("x", "y", "width", "height");
  // a box is turned about its upper left corner
  const corner = [x * sx, y * sy] as const;
  return ring(turnedRing(boxRing(...corner, (x + w) * sx, (y + h) * sy), corner, degrees));
}
