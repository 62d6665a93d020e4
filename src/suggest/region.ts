/** Parts of a photo, of which the most uncertain are worth labels of their own. */

/** A rectangle of a photo with its mean uncertainty. */
export interface Region {
  /** First column, in pixels. */
  readonly left: number;
  /** First row. */
  readonly top: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Mean over its pixels, from 0 to 1. */
  readonly uncertainty: number;
}

/** Cells along the shorter side of a photo. */
const CELLS = 4;

/** Parts of a photo that are told of. */
const TOLD = 3;

function meanIn(
  map: Float32Array,
  mapWidth: number,
  { left, top, width, height }: Omit<Region, "uncertainty">,
) {
  let sum = 0;
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) sum += map[y * mapWidth + x]!;
  }
  return sum / (width * height);
}

/** Edges of `count` nearly equal parts of a length. */
function edges(length: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => Math.round((i * length) / count));
}

/**
 * The most uncertain cells of a grid of nearly square ones, four along the shorter side (regions as units of labeling:
 * Mackowiak et al. 2018, "CEREALS").
 * @param map `[H, W]`, the uncertainty of each pixel
 * @returns At most three, the most uncertain first
 */
export function uncertainRegions(map: Float32Array, width: number, height: number): Region[] {
  const cell = Math.max(1, Math.min(width, height) / CELLS);
  const [columns, rows] = [width, height].map((side) => edges(side, Math.max(1, Math.round(side / cell))));
  const regions: Region[] = [];
  for (let r = 0; r + 1 < rows!.length; r++) {
    for (let c = 0; c + 1 < columns!.length; c++) {
      const [left, top] = [columns![c]!, rows![r]!];
      const place = { left, top, width: columns![c + 1]! - left, height: rows![r + 1]! - top };
      regions.push({ ...place, uncertainty: meanIn(map, width, place) });
    }
  }
  return regions.sort((a, b) => b.uncertainty - a.uncertainty).slice(0, TOLD);
}
