/** The forms in which files name classes. */
import type { Color } from "../dataset.ts";

/** Classes by name. */
export interface ClassNames {
  /** At least two. */
  readonly names: readonly string[];
  /** The stored number of each, where it is not 0, 1, 2 … */
  readonly values?: readonly number[];
  /** The colour of each, where masks hold colours. */
  readonly colors?: readonly Color[];
  /** Colours of names that mean "no class". */
  readonly ignoreColors?: readonly Color[];
  /** Their stored numbers, where masks hold numbers. */
  readonly ignoreValues?: readonly number[];
}

/** Names that mean "left out". */
const IGNORED = /^(__ignore__|ignored?|void)$/i;

/** The border of objects in VOC's palette. */
export const VOC_BORDER: Color = [224, 224, 192];

/** `name:r,g,b:parts:actions` of VOC's and CVAT's labelmap. */
const LABEL_LINE = /^(.+?):(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})(?::|$)/;

/** `value, name` of Roboflow's table. */
const TABLE_LINE = /^\s*(\d+)\s*,\s*(.+?)\s*$/;

/** `r g b name` of CamVid's list of colours, as CVAT and Datumaro write it too. */
const COLOR_LINE = /^(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(.*\S)$/;

/** `name,r,g,b` of a table of classes. */
const CLASS_ROW = /^(.*\S)\s*[,;]\s*(\d{1,3})\s*[,;]\s*(\d{1,3})\s*[,;]\s*(\d{1,3})\s*$/;

interface ColoredRow {
  readonly name: string;
  readonly color: Color;
}

/** A line of a list with colours; `undefined` for others. */
function coloredRow(line: string): ColoredRow | undefined {
  const [, name, ...label] = LABEL_LINE.exec(line) ?? CLASS_ROW.exec(line) ?? [];
  if (name !== undefined) return { name: name.trim(), color: colorOf(label) };
  const found = COLOR_LINE.exec(line);
  return found === null ? undefined : { name: found[4]!, color: colorOf(found.slice(1)) };
}

function colorOf([r, g, b]: readonly string[]): Color {
  return [Number(r), Number(g), Number(b)];
}

/** Classes with colours, where every line has one; the first may be a table's heading. */
function colored(lines: readonly string[]): ClassNames | undefined {
  const all = lines.map(coloredRow);
  const rows = (all[0] === undefined ? all.slice(1) : all).filter((row) => row !== undefined);
  if (rows.length === 0 || rows.length < all.length - (all[0] === undefined ? 1 : 0)) return undefined;
  const numbers = rows.map((row, value) => ({ ...row, value }));
  const kept = numbers.filter(({ name }) => !IGNORED.test(name));
  const ignored = numbers.filter(({ name }) => IGNORED.test(name));
  const border = rows.some(({ color }) => color.join() === VOC_BORDER.join()) ? [] : [VOC_BORDER];
  return {
    names: kept.map(({ name }) => name),
    values: kept.map(({ value }) => value),
    ignoreValues: ignored.map(({ value }) => value),
    colors: kept.map(({ color }) => color),
    ignoreColors: [...ignored.map(({ color }) => color), ...border],
  };
}

function table(lines: readonly string[]): ClassNames {
  const rows = lines.flatMap((line) => {
    const found = TABLE_LINE.exec(line);
    return found === null ? [] : [{ value: Number(found[1]), name: found[2]! }];
  });
  return { names: rows.map(({ name }) => name), values: rows.map(({ value }) => value) };
}

/** `0 background`, `1: road`: names with their numbers, from 0 or 1 on without a gap. */
const NUMBERED_LINE = /^(\d+)\s*[:=,;.)\t ]\s*(.*\S)$/;

function numbered(lines: readonly string[]): ClassNames | undefined {
  const rows = lines.map((line) => NUMBERED_LINE.exec(line)).map((found) => ({
    value: Number(found?.[1]),
    name: found?.[2] ?? "",
  }));
  rows.sort((a, b) => a.value - b.value);
  const first = rows[0]?.value ?? 0;
  if (first > 1 || !rows.every(({ value }, i) => value === first + i)) return undefined;
  const names = rows.map(({ name }) => name);
  return first === 0 ? { names } : { names, values: rows.map(({ value }) => value) };
}

/**
 * Classes that lines name: a name each, with its number before it or not (`__ignore__` of labelme is none), or with its colour
 * (CVAT's labelmap, CamVid's list, a table `name,r,g,b`), or Roboflow's table of pixel values.
 * @param lines Without empty ones
 * @param isTable Whether they are a file of comma-separated values
 */
export function classesOfLines(lines: readonly string[], isTable: boolean): ClassNames {
  return colored(lines) ?? (isTable ? table(lines) : numbered(lines)) ??
    { names: lines.map((line) => line.replace(/:+$/, "")).filter((name) => !IGNORED.test(name)) };
}
