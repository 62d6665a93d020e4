/** The forms in which files name classes. */
import type { Color } from "../dataset.ts";
import { linesOf } from "../read_file.ts";

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

interface ColoredRow {
  readonly name: string;
  readonly color: Color;
}

/** A line of a list with colours; `undefined` for others. */
function coloredRow(line: string): ColoredRow | undefined {
  const [, name, ...label] = LABEL_LINE.exec(line) ?? [];
  if (name !== undefined) return { name: name.trim(), color: colorOf(label) };
  const found = COLOR_LINE.exec(line);
  return found === null ? undefined : { name: found[4]!, color: colorOf(found.slice(1)) };
}

function colorOf([r, g, b]: readonly string[]): Color {
  return [Number(r), Number(g), Number(b)];
}

/** Classes of rows; `undefined` where there is none, or a line was no row. */
function classesOfRows(rows: readonly (ColoredRow | undefined)[]): ClassNames | undefined {
  const whole = rows.filter((row) => row !== undefined);
  if (whole.length === 0 || whole.length < rows.length) return undefined;
  const numbers = whole.map((row, value) => ({ ...row, value }));
  const kept = numbers.filter(({ name }) => !IGNORED.test(name));
  const ignored = numbers.filter(({ name }) => IGNORED.test(name));
  const border = whole.some(({ color }) => color.join() === VOC_BORDER.join()) ? [] : [VOC_BORDER];
  return {
    names: kept.map(({ name }) => name),
    values: kept.map(({ value }) => value),
    ignoreValues: ignored.map(({ value }) => value),
    colors: kept.map(({ color }) => color),
    ignoreColors: [...ignored.map(({ color }) => color), ...border],
  };
}

/** Names of a table's columns, by what is in them. */
const COLUMNS = [/^(name|class|class_?name|label)$/i, /^(r|red)$/i, /^(g|green)$/i, /^(b|blue)$/i] as const;

/** A table of classes with a heading that names the columns `name`, `r`, `g` and `b`; `undefined` for others. */
function coloredTable([heading = "", ...lines]: readonly string[]): ClassNames | undefined {
  const cells = (line: string) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const columns = COLUMNS.map((column) => cells(heading).findIndex((cell) => column.test(cell)));
  if (columns.includes(-1)) return undefined;
  return classesOfRows(lines.map((line): ColoredRow | undefined => {
    const [name, ...color] = columns.map((column) => cells(line)[column] ?? "");
    const isColor = color.every((value) => /^\d{1,3}$/.test(value) && Number(value) < 256);
    return isColor && name !== "" ? { name: name!, color: colorOf(color) } : undefined;
  }));
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

/** The lines of a file that say something. */
function statedLines(text: string): string[] {
  return linesOf(text).filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * Classes that a text names: a name a line, with its number before it or not (`__ignore__` of labelme is none), or with its
 * colour (CVAT's labelmap, CamVid's list), or Roboflow's table of pixel values.
 * @param isTable Whether it is a file of comma-separated values
 */
export function classesOfText(text: string, isTable: boolean): ClassNames {
  const lines = statedLines(text);
  return classesOfRows(lines.map(coloredRow)) ?? (isTable ? table(lines) : numbered(lines)) ??
    { names: lines.map((line) => line.replace(/:+$/, "")).filter((name) => !IGNORED.test(name)) };
}

/** Classes with colours: CamVid's list, or a table with a heading; `undefined` for a text of another kind. */
export function coloredClasses(text: string): ClassNames | undefined {
  const lines = statedLines(text);
  return classesOfRows(lines.map(coloredRow)) ?? coloredTable(lines);
}
