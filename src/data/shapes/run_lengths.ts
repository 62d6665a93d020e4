import { DatasetError } from "../../core/errors.ts";
import type { LabelMap } from "../dataset.ts";

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
  const fail = (state: string, rule: string): never => {
    throw new DatasetError(`Cannot read runs of "${name}": ${state}, expected ${rule}`);
  };
  if (rows !== height || columns !== width) {
    fail(`they are of ${columns} × ${rows}`, `${width} × ${height} as the picture`);
  }
  const runs = typeof counts === "string" ? runsOfText(counts, name) : counts;
  const wrong = runs.find((run) => !Number.isInteger(run) || run < 0);
  if (wrong !== undefined) fail(`one is ${wrong}`, "whole numbers from 0");
  const covered = runs.reduce((sum, run) => sum + run, 0);
  if (covered !== rows * columns) fail(`they cover ${covered} pixels`, `${rows * columns}`);
  let first = 0;
  runs.forEach((run, i) => {
    const end = first + run;
    for (let at = first; i % 2 === 1 && at < end; at++) {
      data[(at % rows) * width + Math.floor(at / rows)] = label;
    }
    first = end;
  });
}
