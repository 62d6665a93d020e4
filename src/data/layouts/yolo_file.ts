/** What files of YOLO ("segment") say: outlines of a photo, and the names of classes. */
import { IGNORE_LABEL } from "../../core/ignore_label.ts";
import { load } from "js-yaml";
import { DatasetError } from "../../core/errors.ts";
import { isTable } from "../../core/is_table.ts";
import { shownValue } from "../../core/shown_text.ts";
import type { PictureSize } from "../augment/augment_options.ts";
import { linesOf } from "../read_file.ts";
import { boxRing } from "../shapes/rings.ts";
import type { Shape } from "../shapes/shape.ts";

/** A line of a label file. */
export interface YoloShape {
  /** Number of its class, from 0. */
  readonly number: number;
  /** Corners `[x0, y0, x1, y1, …]` in shares of the photo's sides. */
  readonly ring: readonly number[];
  /** Whether it is a box alone. */
  readonly isBox: boolean;
}

/** Highest number of a class: of 255 in a mask one is background, and 255 is "left out". */
const MOST_NUMBER = 253;

/** Largest coordinate that is taken for a share: tools round. */
const MOST = 1.001;

/** A box by its middle and sides. */
function middleBox([x, y, w, h]: readonly number[]): number[] {
  return boxRing(x! - w! / 2, y! - h! / 2, x! + w! / 2, y! + h! / 2);
}

/** The numbers of a line, or words on why it is none of YOLO's. */
function numbersOf(line: string): { number: number; numbers: number[] } | string {
  const [number = NaN, ...numbers] = line.split(/[\s,]+/).map(Number);
  if (![number, ...numbers].every(Number.isFinite)) return "is not of numbers";
  const isShape = numbers.length === 4 || (numbers.length >= 6 && numbers.length % 2 === 0);
  return isShape ? { number, numbers } : `has ${numbers.length} numbers after the class`;
}

/** A line, or words on what is wrong with it. */
function readLine(line: string): YoloShape | string {
  const found = numbersOf(line);
  if (typeof found === "string") return found;
  const { number, numbers } = found;
  if (!Number.isInteger(number) || number < 0 || number > MOST_NUMBER) return `begins with ${number}`;
  const isBox = numbers.length === 4;
  const outside = numbers.find((value) => value < -(MOST - 1) || value > MOST);
  if (outside !== undefined) return `has ${outside}, which is no share of a side`;
  return { number, ring: isBox ? middleBox(numbers) : numbers, isBox };
}

/**
 * The shapes of a label file: a line each, the number of its class, then the corners of an outline (or the middle and the
 * sides of a box) in shares of the photo's sides.
 * @param name Stands in error texts
 * @throws {DatasetError} On the first line of another kind
 */
export function parseYolo(text: string, name: string): YoloShape[] {
  const lines = linesOf(text);
  return lines.flatMap((line, i): YoloShape[] => {
    if (line === "") return [];
    const read = readLine(line);
    if (typeof read !== "string") return [read];
    throw new DatasetError(
      `Cannot read "${name}": line ${
        i + 1
      } ${read}, expected the number of a class (0 to ${MOST_NUMBER}) and the corners of an outline, x and y by turns from 0 to 1`,
    );
  });
}

/** Whether a text may be a label file of YOLO, be it right or wrong: its first lines have as many numbers. */
export function looksLikeYolo(text: string): boolean {
  const lines = linesOf(text).filter((line) => line !== "").slice(0, 5);
  return lines.length > 0 && lines.every((line) => typeof numbersOf(line) !== "string");
}

/** Shapes in pixels. @param label Of the number of a class; those of boxes alone are left out (255) */
export function shapesOfYolo(
  shapes: readonly YoloShape[],
  label: (number: number) => number,
  { width, height }: PictureSize,
): Shape[] {
  return shapes.map(({ number, ring, isBox }): Shape => ({
    kind: "polygon",
    label: isBox ? IGNORE_LABEL : label(number),
    rings: [ring.map((value, i) => value * (i % 2 === 0 ? width : height))],
  }));
}

/**
 * What a `data.yaml` holds.
 * @param name Stands in error texts
 * @returns `undefined` for YAML that is no table
 * @throws {DatasetError} If it is no YAML
 */
export function parseYaml(text: string, name: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const data = load(text);
    return isTable(data) ? data : undefined;
  } catch (cause) {
    const state = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new DatasetError(`Cannot read "${name}": ${state}, expected YAML`, { cause });
  }
}

/**
 * The names of classes in a `data.yaml`: a list, or a table by their numbers from 0 on.
 * @param name Stands in error texts
 * @returns `undefined` where it has no `names`
 * @throws {DatasetError} If its names are of another kind
 */
export function yamlNames(
  { names }: Readonly<Record<string, unknown>>,
  name: string,
): string[] | undefined {
  if (names === undefined || names === null) return undefined;
  const list = Array.isArray(names) ? names : isTable(names) ? listOfTable(names) : undefined;
  if (
    list === undefined || list.length === 0 ||
    !list.every((one) => ["string", "number"].includes(typeof one))
  ) {
    throw new DatasetError(
      `Cannot read "${name}": its names are ${
        shownValue(names)
      }, expected a list, or a table by numbers 0, 1, 2 …`,
    );
  }
  return list.map(String);
}

function listOfTable(table: Readonly<Record<string, unknown>>): unknown[] | undefined {
  const keys = Object.keys(table).map(Number).sort((a, b) => a - b);
  return keys.every((key, i) => key === i) ? keys.map((key) => table[String(key)]) : undefined;
}
