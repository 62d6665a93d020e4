import { DatasetError } from "../../core/errors.ts";
import type { LabelMap } from "../dataset.ts";
import type { PatchShape } from "./shape.ts";

/**
 * Run lengths of COCO's compressed text: each number in groups of five bits from the low end, one character (48 + group,
 * +32 where more follow) a group, the sign in the last one's top bit; from the fourth on a number is the difference to
 * the one before the last.
 * @throws {DatasetError} If a character is none of these, or a length is negative or beyond a picture's
 */
export function runsOfText(text: string, name: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, shift, more] = [0, 0, true];
    while (more) {
      const group = text.charCodeAt(at++) - 48;
      if (!(group >= 0 && group < 64) || shift > 30) {
        throw new DatasetError(
          `Cannot read runs of "${name}": character ${at} of ${text.length} is none of their text, expected COCO's RLE`,
        );
      }
      value += (group & 31) * 2 ** shift;
      shift += 5;
      more = (group & 32) !== 0;
      if (!more && (group & 16) !== 0) value -= 2 ** shift;
    }
    runs.push(runs.length > 2 ? value + runs[runs.length - 2]! : value);
  }
  return runs;
}

/**
 * Checks lengths of runs.
 * @returns Pixels that they cover
 * @throws {DatasetError} If one is no whole number from 0
 */
function coveredBy(runs: readonly number[], name: string): number {
  const wrong = runs.find((run) => !Number.isInteger(run) || run < 0);
  if (wrong !== undefined) refuse(name, `one is ${wrong}`, "whole numbers from 0");
  return runs.reduce((sum, run) => sum + run, 0);
}

function refuse(name: string, state: string, rule: string): never {
  throw new DatasetError(`Cannot read runs of "${name}": ${state}, expected ${rule}`);
}

/** Calls `fill` with the first and the last + 1 of every second run, in which the shape is. */
function eachInside(runs: readonly number[], fill: (first: number, end: number) => void): void {
  let first = 0;
  runs.forEach((run, i) => {
    if (i % 2 === 1) fill(first, first + run);
    first += run;
  });
}

/**
 * Fills runs, which go down the columns, the first outside.
 * @param map `[H, W]`, changed in place
 * @throws {DatasetError} If they are of another size than the map, or do not cover it exactly
 */
export function fillRuns(
  map: LabelMap,
  counts: readonly number[] | string,
  [rows, columns]: readonly [number, number],
  label: number,
  name: string,
): void {
  const { width, height, data } = map;
  if (rows !== height || columns !== width) {
    refuse(name, `they are of ${columns} × ${rows}`, `${width} × ${height} as the picture`);
  }
  const runs = typeof counts === "string" ? runsOfText(counts, name) : counts;
  const covered = coveredBy(runs, name);
  if (covered !== rows * columns) refuse(name, `they cover ${covered} pixels`, `${rows * columns}`);
  eachInside(runs, (first, end) => {
    for (let at = first; at < end; at++) data[(at % rows) * width + Math.floor(at / rows)] = label;
  });
}

/**
 * Fills runs, which go along the rows of a box, the first outside.
 * @param map `[H, W]`, changed in place
 * @throws {DatasetError} If the box does not lie in the map, or they cover more than it
 */
export function fillPatch(map: LabelMap, patch: PatchShape, name: string): void {
  const { x, y, width, height, counts, label } = patch;
  const isInside = [x, y, width, height].every((side) => Number.isInteger(side) && side >= 0) &&
    x + width <= map.width && y + height <= map.height;
  if (!isInside) {
    refuse(
      name,
      `their box is ${width} × ${height} at ${x}, ${y}`,
      `one within ${map.width} × ${map.height}`,
    );
  }
  const covered = coveredBy(counts, name);
  if (covered > width * height) {
    refuse(name, `they cover ${covered} pixels`, `${width * height} as their box has`);
  }
  eachInside(counts, (first, end) => {
    for (let at = first; at < end; at++) {
      map.data[(y + Math.floor(at / width)) * map.width + x + at % width] = label;
    }
  });
}
