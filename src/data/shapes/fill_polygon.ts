import type { LabelMap } from "../dataset.ts";

/** Columns where the edges of all rings cross the middle of a row, ascending. */
function crossings(rings: readonly (readonly number[])[], middle: number): number[] {
  const found: number[] = [];
  for (const ring of rings) {
    for (let i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
      const [x0, y0, x1, y1] = [ring[last]!, ring[last + 1]!, ring[i]!, ring[i + 1]!];
      // half open: a corner on the middle counts for one of its two edges
      if (y0 <= middle === y1 <= middle) continue;
      found.push(x0 + (middle - y0) * (x1 - x0) / (y1 - y0));
    }
  }
  return found.sort((a, b) => a - b);
}

/** First and last row whose middle may lie inside. */
function rowsOf(rings: readonly (readonly number[])[], height: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 2) {
      low = Math.min(low, ring[i]!);
      high = Math.max(high, ring[i]!);
    }
  }
  return [Math.max(0, Math.floor(low)), Math.min(height - 1, Math.ceil(high))];
}

/**
 * Fills the pixels whose middles lie inside of rings, by the even-odd rule, row by row. A middle on an edge belongs to
 * the part on its right or below, so that shapes with a common edge neither overlap nor leave a gap.
 * @param map `[H, W]`, changed in place; what lies outside is left out
 * @param rings `[x0, y0, x1, y1, …]` in pixels, pixel (0, 0) covering [0, 1) × [0, 1)
 * @param label Written into those pixels
 */
export function fillPolygon(map: LabelMap, rings: readonly (readonly number[])[], label: number): void {
  const { width, height, data } = map;
  const [first, last] = rowsOf(rings, height);
  for (let y = first; y <= last; y++) {
    const found = crossings(rings, y + 0.5);
    for (let i = 0; i + 1 < found.length; i += 2) {
      const from = Math.max(0, Math.ceil(found[i]! - 0.5));
      const to = Math.min(width, Math.ceil(found[i + 1]! - 0.5));
      if (to > from) data.fill(label, y * width + from, y * width + to);
    }
  }
}
