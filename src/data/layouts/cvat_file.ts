/** What a file of CVAT ("CVAT for images 1.1") says of photos and their shapes. */
import { SaxesParser } from "saxes";
import { DatasetError } from "../../core/errors.ts";
import { boxRing, ellipseRing, turnedRing } from "../shapes/rings.ts";
import type { Shape } from "../shapes/shape.ts";
import { numberOf } from "./json_files.ts";

/** Attributes of an element. */
export type CvatAttributes = Readonly<Record<string, string>>;

/** A shape as the file has it. */
export interface CvatShape {
  /** `polygon`, `mask`, `ellipse`, `box`, `polyline`, `points`, `cuboid`, `tag` … */
  readonly type: string;
  /** Its own attributes: `label`, `points`, `z_order` … */
  readonly attributes: CvatAttributes;
}

/** A photo as the file lists it. */
export interface CvatImage {
  /** `name`, `width`, `height`, `subset` … */
  readonly attributes: CvatAttributes;
  /** In the file's order. */
  readonly shapes: readonly CvatShape[];
}

/** A file. */
export interface CvatFile {
  /** Names of its labels, in order. */
  readonly labels: readonly string[];
  /** In the file's order. */
  readonly images: readonly CvatImage[];
  /** Tracks over the frames of a video, which name no photos. */
  readonly tracks: number;
}

/** Types that cover an area and say what it is. */
const AREAS: readonly string[] = ["polygon", "mask", "ellipse"];

/** Types of which the area around is known, and not what in it is of the class. */
const BOXES: readonly string[] = ["box", "cuboid"];

/** Types that cover no area. */
const THIN: readonly string[] = ["polyline", "points", "skeleton", "tag"];

/**
 * A file of text; `undefined` for XML whose root is none of CVAT's.
 * @param name Stands in error texts
 * @throws {DatasetError} If it is no XML
 */
export function parseCvat(text: string, name: string): CvatFile | undefined {
  const [labels, images]: [string[], { attributes: CvatAttributes; shapes: CvatShape[] }[]] = [[], []];
  const open: string[] = [];
  let [tracks, label, type, isCvat] = [0, "", "", true];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name: tag, attributes }) => {
    const within = open.at(-1);
    if (within === undefined) isCvat = tag === "annotations";
    open.push(tag);
    if (tag === "image" && within === "annotations") images.push({ attributes, shapes: [] });
    else if (tag === "track" && within === "annotations") tracks++;
    else if (within === "image") images.at(-1)!.shapes.push({ type: tag, attributes });
  });
  parser.on("text", (part) => {
    if (open.at(-2) !== "label") return;
    if (open.at(-1) === "name") label += part;
    if (open.at(-1) === "type") type += part;
  });
  parser.on("closetag", ({ name: tag }) => {
    open.pop();
    if (tag !== "label") return;
    // a label of points alone is no class
    if (label.trim() !== "" && !THIN.includes(type.trim())) labels.push(label.trim());
    [label, type] = ["", ""];
  });
  try {
    parser.write(text).close();
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`Cannot read "${name}": ${state}, expected XML of CVAT`, { cause });
  }
  return isCvat && (images.length > 0 || tracks > 0 || labels.length > 0)
    ? { labels: [...new Set(labels)], images, tracks }
    : undefined;
}

/** Numbers of a text, `x,y;x,y` or `a, b, c`; `undefined` where one is none. */
function numbersOf(text: string | undefined): number[] | undefined {
  const numbers = (text ?? "").split(/[,;]/).map((part) => numberOf(part));
  return numbers.every((one) => one !== undefined) ? numbers : undefined;
}

/** Whether a shape is a box alone, or a cuboid. */
export function isBox({ type }: CvatShape): boolean {
  return BOXES.includes(type);
}

/** Whether a shape covers no area. */
export function isThin({ type }: CvatShape): boolean {
  return THIN.includes(type);
}

/** Whether a shape covers an area that says what it is. */
export function isArea({ type }: CvatShape): boolean {
  return AREAS.includes(type);
}

/**
 * A shape of a mask.
 * @returns `undefined` where its numbers are damaged
 */
export function shapeOfCvat({ type, attributes }: CvatShape, label: number): Shape | undefined {
  const of = (...names: readonly string[]) => names.map((name) => numberOf(attributes[name]));
  const degrees = numberOf(attributes.rotation) ?? 0;
  switch (type) {
    case "polygon": {
      const points = numbersOf(attributes.points);
      const isRing = points !== undefined && points.length >= 6 && points.length % 2 === 0;
      return isRing ? { kind: "polygon", label, rings: [points] } : undefined;
    }
    case "ellipse": {
      const [cx, cy, rx, ry] = of("cx", "cy", "rx", "ry");
      if (cx === undefined || cy === undefined || rx === undefined || ry === undefined) return undefined;
      return { kind: "polygon", label, rings: [ellipseRing([cx, cy], [rx, ry], degrees)] };
    }
    case "box": {
      const [x0, y0, x1, y1] = of("xtl", "ytl", "xbr", "ybr");
      if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return undefined;
      const ring = turnedRing(boxRing(x0, y0, x1, y1), [(x0 + x1) / 2, (y0 + y1) / 2], degrees);
      return { kind: "polygon", label, rings: [ring] };
    }
    case "cuboid": {
      const numbers = Object.entries(attributes).filter(([name]) => /^[xy][tb][lr]\d$/.test(name));
      const along = (axis: string) =>
        numbers.filter(([name]) => name.startsWith(axis)).map(([, value]) => numberOf(value) ?? NaN);
      const [x, y] = [along("x"), along("y")];
      const ring = boxRing(Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y));
      return ring.every(Number.isFinite) ? { kind: "polygon", label, rings: [ring] } : undefined;
    }
    case "mask": {
      const [x, y, width, height] = of("left", "top", "width", "height");
      const counts = numbersOf(attributes.rle);
      if ([x, y, width, height, counts].includes(undefined)) return undefined;
      return { kind: "patch", label, x: x!, y: y!, width: width!, height: height!, counts: counts! };
    }
    default:
      return undefined;
  }
}
