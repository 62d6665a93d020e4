import { DatasetError } from "../../core/errors.ts";
import type { LabelMap } from "../dataset.ts";

/** Most places where the edges of a shape cross middles of rows: an outline of a thousand turns on each of 16,000 rows. */
const MOST_CROSSINGS = 2 ** 24;

/** Columns where edges cross the middle of each row, from `first` on; not in order. */
interface Crossings {
  readonly first: number;
  readonly rows: readonly number[][];
}

/** Calls `visit` with both ends of each edge of all rings. */
function eachEdge(
  rings: readonly (readonly number[])[],
  visit: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
  for (const ring of rings) {
    for (let i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
      visit(ring[last]!, ring[last + 1]!, ring[i]!, ring[i + 1]!);
    }
  }
}

/** First and last row inside of the picture whose middle lies between two heights; a middle at the upper one counts. */
function rowsBetween(y0: number, y1: number, height: number): [number, number] {
  const [low, high] = [Math.min(y0, y1), Math.max(y0, y1)];
  return [Math.max(0, Math.ceil(low - 0.5)), Math.min(height - 1, Math.ceil(high - 0.5) - 1)];
}

function crossingsOf(rings: readonly (readonly number[])[], height: number): Crossings {
  let [first, last, count] = [height, -1, 0];
  eachEdge(rings, (_, y0, __, y1) => {
    const [from, to] = rowsBetween(y0, y1, height);
    if (!(to >= from)) return;
    [first, last] = [Math.min(first, from), Math.max(last, to)];
    count += to - from + 1;
  });
  if (count > MOST_CROSSINGS) {
    throw new DatasetError(
      `Cannot fill an outline: its edges cross rows ${count} times, expected at most ${MOST_CROSSINGS}`,
    );
  }
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (): number[] => []);
  eachEdge(rings, (x0, y0, x1, y1) => {
    const [from, to] = rowsBetween(y0, y1, height);
    for (let y = from; y <= to; y++) rows[y - first]!.push(x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0));
  });
  return { first, rows };
}

/**
 * Fills the pixels whose middles lie inside of rings, by the even-odd rule, row by row. A middle on an edge belongs to
 * the part on its right or below, so that shapes with a common edge neither overlap nor leave a gap.
 * @param map `[H, W]`, changed in place; what lies outside is left out
 * @param rings `[x0, y0, x1, y1, …]` in pixels, pixel (0, 0) covering [0, 1) × [0, 1)
 * @param label Written into those pixels
 * @returns How many pixels were filled and edges crossed: the work that it was
 * @throws {DatasetError} If the edges cross more than 16 million rows
 */
export function fillPolygon(map: LabelMap, rings: readonly (readonly number[])[], label: number): number {
  const { width, height, data } = map;
  const { first, rows } = crossingsOf(rings, height);
  let work = 0;
  rows.forEach((found, i) => {
    found.sort((a, b) => a - b);
    const start = (first + i) * width;
    for (let at = 0; at + 1 < found.length; at += 2) {
      const from = Math.max(0, Math.ceil(found[at]! - 0.5));
      const to = Math.min(width, Math.ceil(found[at + 1]! - 0.5));
      if (to <= from) continue;
      data.fill(label, start + from, start + to);
      work += to - from;
    }
    work += found.length;
  });
  return work;
}
