/**
 * Masks whose values are smeared: saved as JPEG once, or scaled with smoothing. A few values hold nearly all pixels, and
 * many others lie between them or around them.
 */
import { unpackColor } from "../colors.ts";

/** A stored value with its pixels. */
export interface Counted {
  readonly value: number;
  readonly count: number;
}

/** A value that at least this share of the pixels holds may be meant … */
const MEANT = 0.02;
/** … and is, from this share on, or where it is nearly as frequent as the second most frequent one. */
const SURELY = 0.1;
const NEARLY = 0.6;

/** The values that are meant must hold this share together, or lie near nearly all pixels. */
const MOSTLY = 0.6;

/** Fewer other values than this are no smear. */
const LEAST_OTHERS = 6;

/** How far a smeared value lies from a meant one; JPEG's error. */
const NEAR = 24;

function greysNear(counts: readonly Counted[], meant: readonly number[]): number {
  return counts.filter(({ value }) => meant.some((one) => Math.abs(one - value) <= NEAR))
    .reduce((sum, { count }) => sum + count, 0);
}

/** The meant grey levels: the most frequent one of each neighbourhood. */
function meantGreys(counts: readonly Counted[], total: number): number[] {
  const second = counts[1]?.count ?? 0;
  const chosen: number[] = [];
  for (const { value, count } of counts) {
    const isMeant = count >= SURELY * total || count >= MEANT * total && count >= NEARLY * second;
    if (!isMeant) break;
    if (chosen.every((one) => Math.abs(one - value) > NEAR)) chosen.push(value);
  }
  return chosen.sort((a, b) => a - b);
}

function convertText(levels: readonly number[]): string {
  if (levels.length > 2) {
    return `give each pixel the nearest of them, with the nearest-neighbour rule wherever masks are scaled`;
  }
  return "threshold them, for example with `magick mask.png -threshold 50% mask.png`, and write values = [0, 255]";
}

/**
 * A sentence on grey masks with soft edges; `undefined` where they are none.
 * @param counts Most frequent first
 */
export function softGreys(counts: readonly Counted[]): string | undefined {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const meant = meantGreys(counts, total);
  const others = counts.length - meant.length;
  const span = Math.max(...counts.map(({ value }) => value)) - Math.min(...counts.map(({ value }) => value));
  const smeared = meant.length >= 2 && others >= LEAST_OTHERS && span > 2 * NEAR && span <= 255;
  if (!smeared || greysNear(counts, meant) < MOSTLY * total) return undefined;
  const kind = meant.length === 2 ? "a binary mask" : `masks of ${meant.length} levels`;
  return `they look like ${kind} with soft edges (saved as JPEG once, or scaled with smoothing): ${counts.length} grey ` +
    `levels around ${meant.join(", ")}; ${convertText(meant)}`;
}

/**
 * A sentence on colour masks with soft edges; `undefined` where they are none.
 * @param counts Of packed colours, most frequent first
 */
export function softColors(counts: readonly Counted[]): string | undefined {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const meant = counts.filter(({ count }) => count >= MEANT * total);
  const held = meant.reduce((sum, { count }) => sum + count, 0);
  const others = counts.length - meant.length;
  if (meant.length < 2 || others < 5 * LEAST_OTHERS || held < MOSTLY * total) return undefined;
  const shown = meant.slice(0, 12).map(({ value }) => `[${unpackColor(value).join(", ")}]`).join(", ");
  return `they look like colours with soft edges (saved as JPEG once, or scaled with smoothing): ${meant.length} of ` +
    `${counts.length} colours hold ${
      (100 * held / total).toFixed(1)
    } % of the pixels, ${shown}; give each pixel the ` +
    "nearest of them, for example with `magick mask.png +dither -remap palette.png mask.png`";
}
