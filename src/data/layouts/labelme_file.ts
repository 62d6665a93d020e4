/** What a labelme JSON says of a photo and its shapes. */
import { IGNORE_LABEL } from "../../core/ignore_label.ts";
import { shownValue } from "../../core/shown_text.ts";
import { isTable } from "../../core/is_table.ts";
import { boxRing, ellipseRing } from "../shapes/rings.ts";
import type { Shape } from "../shapes/shape.ts";
import { isBackground } from "./coco_file.ts";
import { listOf, numberOf, objectsOf, textOf } from "./json_files.ts";

/** A shape as drawn. */
export interface LabelmeShape {
  /** The class's name. */
  readonly label: string;
  /** `polygon`, `rectangle` (of two or four corners), `circle`, `mask` …; one without is a polygon. */
  readonly type: string;
  /** Corners `[x, y]`. */
  readonly points: readonly (readonly [number, number])[];
  /** The PNG of a `mask`, in base64. */
  readonly mask?: string;
}

/** A file. */
export interface LabelmeFile {
  /** Path of the photo, from the file's own folder; tools on Windows write backslashes. */
  readonly image: string;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** In the order of drawing. */
  readonly shapes: readonly LabelmeShape[];
}

/** A file of JSON; `undefined` for JSON of another kind. */
export function parseLabelme(json: unknown): LabelmeFile | undefined {
  if (!isTable(json) || !Array.isArray(json.shapes) || textOf(json.imagePath) === undefined) {
    return undefined;
  }
  return {
    image: textOf(json.imagePath)!,
    width: numberOf(json.imageWidth) ?? 0,
    height: numberOf(json.imageHeight) ?? 0,
    shapes: objectsOf(json.shapes).map(({ label, shape_type, points, mask }) => ({
      label: textOf(label)?.trim() ?? shownValue(label),
      type: textOf(shape_type) ?? "polygon",
      points: listOf(points).flatMap((point) => {
        const [x, y] = listOf(point).map(numberOf);
        return x === undefined || y === undefined ? [] : [[x, y] as const];
      }),
      mask: textOf(mask),
    })),
  };
}

/** Types of which all points are corners of one outline; `rotation` and rectangles of four points are X-AnyLabeling's. */
const OUTLINES: readonly string[] = ["polygon", "oriented_rectangle", "rectangle", "rotation"];

/** Types that cover no area. */
const THIN: readonly string[] = ["point", "points", "line", "linestrip"];

/** Whether a type is one of labelme's or of tools that write its files. */
export function isKnownType({ type }: LabelmeShape): boolean {
  return [...OUTLINES, ...THIN, "circle", "mask"].includes(type);
}

/** Whether a shape covers an area: points, lines and outlines of two points do not. */
export function hasArea(shape: LabelmeShape): boolean {
  return isBitmap(shape) || ringsOf(shape).length > 0;
}

function isBitmap({ type, mask, points }: LabelmeShape): boolean {
  return type === "mask" && mask !== undefined && points.length > 0;
}

/** Whether a label means "left out", as in labelme's own labels.txt. */
export function isIgnored(label: string): boolean {
  return label === "__ignore__";
}

function ringsOf({ type, points }: LabelmeShape): number[][] {
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
  if (type === "rectangle" && points.length === 2) return [boxRing(x0, y0, x1, y1)];
  if (OUTLINES.includes(type)) return points.length < 3 ? [] : [points.flat()];
  if (type !== "circle" || points.length < 2) return [];
  const radius = Math.hypot(x1 - x0, y1 - y0);
  return [ellipseRing([x0, y0], [radius, radius])];
}

/**
 * Shapes of a photo's mask; those without an area are left out.
 * @param labels The number of each class; background is 0, and `__ignore__` 255
 */
export function shapesOfLabelme({ shapes }: LabelmeFile, labels: ReadonlyMap<string, number>): Shape[] {
  return shapes.flatMap((shape): Shape[] => {
    const label = isIgnored(shape.label)
      ? IGNORE_LABEL
      : isBackground(shape.label)
      ? 0
      : labels.get(shape.label)!;
    if (isBitmap(shape)) {
      const [[x, y]] = shape.points as [readonly [number, number]];
      return [{ kind: "bitmap", label, x, y, png: shape.mask!, deflated: false }];
    }
    const rings = ringsOf(shape);
    return rings.length === 0 ? [] : [{ kind: "polygon", label, rings }];
  });
}
