import type { RawMask } from "../../formats/decode_mask.ts";
import { type Color, isGrey, packColor, unpackColor } from "../colors.ts";

/** Which numbers a mask file stores, and how often: all that judging its values needs. Plain data. */
export interface MaskHistogram {
  /** As of the file. */
  readonly kind: RawMask["kind"];
  /** Each stored number, or packed colour for `color`, with its pixels; the numbers rise. */
  readonly counts: readonly (readonly [value: number, count: number])[];
  /** RGB of each index, for `palette`. */
  readonly palette?: RawMask["palette"];
}

function countNumbers(data: Uint8Array | Uint16Array): [number, number][] {
  const table = new Uint32Array(data instanceof Uint8Array ? 256 : 65536);
  for (let i = 0; i < data.length; i++) table[data[i]!]!++;
  return [...table].flatMap((count, value) => count > 0 ? [[value, count] as [number, number]] : []);
}

function countColors(data: Uint8Array | Uint16Array): [number, number][] {
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i += 3) {
    const value = packColor([data[i]!, data[i + 1]!, data[i + 2]!]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => a[0] - b[0]);
}

/** Counts the stored values of a decoded mask. */
export function maskHistogram({ kind, data, palette }: RawMask): MaskHistogram {
  return { kind, counts: kind === "color" ? countColors(data) : countNumbers(data), palette };
}

/**
 * The histogram of a picture of three channels that is grey throughout, by its grey levels: some programs write every mask so.
 * Any other is left as it is.
 */
export function greysAsNumbers(histogram: MaskHistogram): MaskHistogram {
  const { kind, counts } = histogram;
  if (kind !== "color" || !counts.every(([color]) => isGrey(unpackColor(color)))) return histogram;
  return { kind: "index", counts: counts.map(([color, count]) => [color & 0xff, count]) };
}

/** The histogram in colours: of indices by their palette, of grey levels as greys. */
export function inColors({ kind, counts, palette }: MaskHistogram): MaskHistogram["counts"] {
  if (kind === "color") return counts;
  const colorOf = (value: number): number => {
    if (kind === "index") return packColor([value, value, value]);
    const color: Color | undefined = palette?.[value];
    return color === undefined ? 0xffffffff : packColor(color);
  };
  const merged = new Map<number, number>();
  for (const [value, count] of counts) {
    const color = colorOf(value);
    merged.set(color, (merged.get(color) ?? 0) + count);
  }
  return [...merged].sort((a, b) => a[0] - b[0]);
}

/** Sums of several histograms' counts, most frequent first. */
export function totalCounts(
  all: readonly (readonly (readonly [number, number])[])[],
): { value: number; count: number }[] {
  const totals = new Map<number, number>();
  for (const [value, count] of all.flat()) totals.set(value, (totals.get(value) ?? 0) + count);
  return [...totals].map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || a.value - b.value);
}
