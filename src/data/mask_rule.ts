import { DatasetError } from "../core/errors.ts";
import type { RawMask } from "../formats/decode_mask.ts";
import { packColor, unpackColor } from "./colors.ts";
import { IGNORE_LABEL, type LabelMap, type MaskRule } from "./dataset.ts";
import { greysAsNumbers, inColors, type MaskHistogram, maskHistogram } from "./masks/mask_histogram.ts";

export { packColor, unpackColor };

/** Marks a stored value that is neither a class nor ignored. */
const UNKNOWN = 256;

/** A stored value of a mask and how often it occurs. */
export interface ValueCount {
  /** A number, or for `masks = "color"` the colour as `(r << 16) | (g << 8) | b`. */
  readonly value: number;
  /** Pixels that hold it. */
  readonly count: number;
  /** Whether the rule knows it, as a class or as ignored. */
  readonly known: boolean;
}

/** Class or 255 of each stored value or packed colour that a rule knows. */
function knownLabels(rule: MaskRule): Map<number, number> {
  const grey = (level: number) => packColor([level, level, level]);
  const isColor = rule.masks === "color";
  const ignored = isColor ? [...rule.ignore.map(grey), ...rule.ignoreColors.map(packColor)] : rule.ignore;
  const classes = isColor ? rule.colors.map(packColor) : rule.values;
  const labels = new Map<number, number>();
  for (const value of ignored) labels.set(value, IGNORE_LABEL);
  classes.forEach((value, label) => labels.set(value, label));
  return labels;
}

/** Refuses a mask of another kind than the rule says. */
function checkKind(kind: RawMask["kind"], masks: MaskRule["masks"], name: string): void {
  const fail = (state: string, rule: string): never => {
    throw new DatasetError(`Cannot read mask "${name}": ${state}, expected ${rule}`);
  };
  if (masks === "color") return;
  if (kind === "color") {
    fail("it holds colours", `one number a pixel for masks = "${masks}"; masks = "color" reads colours`);
  }
  if (masks === "palette" && kind !== "palette") {
    fail("it has no palette", `a palette PNG for masks = "palette"; masks = "index" reads grey levels`);
  }
}

/** The grey levels of a mask of three channels that is grey throughout; any other is left as it is. */
function greyLevels(mask: RawMask): RawMask {
  const { kind, width, height, data } = mask;
  if (kind !== "color") return mask;
  const levels = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < levels.length; i++, at += 3) {
    const level = data[at]!;
    if (data[at + 1] !== level || data[at + 2] !== level) return mask;
    levels[i] = level;
  }
  return { kind: "index", width, height, data: levels };
}

/** The number that a rule looks at, for each pixel. */
function storedValues(
  mask: RawMask,
  masks: MaskRule["masks"],
  name: string,
): Uint8Array | Uint16Array | Uint32Array {
  if (masks === "color") return colorsOf(mask);
  const numbers = greyLevels(mask);
  checkKind(numbers.kind, masks, name);
  return numbers.data;
}

function colorsOf({ kind, data, palette }: RawMask): Uint32Array {
  if (kind === "color") {
    return Uint32Array.from({ length: data.length / 3 }, (_, i) => {
      return packColor([data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!]);
    });
  }
  const colorOf = kind === "palette"
    ? (palette ?? []).map((color) => packColor(color))
    : Array.from({ length: 256 }, (_, level) => packColor([level, level, level]));
  return Uint32Array.from(data, (value) => colorOf[value] ?? 0xffffffff);
}

/** A table for stored numbers up to 16 bits. */
function tableOf(labels: ReadonlyMap<number, number>): Uint16Array {
  const table = new Uint16Array(65536).fill(UNKNOWN);
  for (const [value, label] of labels) table[value] = label;
  return table;
}

/** Labels of packed colours; the last one is kept, since neighbours mostly agree. */
function lookUpColors(values: Uint32Array, labels: ReadonlyMap<number, number>): Uint8Array | undefined {
  const found = new Uint8Array(values.length);
  let lastValue = -1;
  let lastLabel = UNKNOWN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== lastValue) {
      lastValue = value;
      lastLabel = labels.get(value) ?? UNKNOWN;
    }
    if (lastLabel === UNKNOWN) return undefined;
    found[i] = lastLabel;
  }
  return found;
}

function lookUp(
  values: Uint8Array | Uint16Array,
  labels: ReadonlyMap<number, number>,
): Uint8Array | undefined {
  const table = tableOf(labels);
  const found = new Uint8Array(values.length);
  let all = 0;
  for (let i = 0; i < values.length; i++) {
    const label = table[values[i]!]!;
    all |= label;
    found[i] = label;
  }
  return (all & UNKNOWN) === 0 ? found : undefined;
}

/**
 * How often each stored value occurs, most frequent first.
 * @param name What error texts call the mask
 * @throws {DatasetError} If the file is of another kind than the rule says
 */
export function countValues(mask: RawMask, rule: MaskRule, name: string): ValueCount[] {
  return countsByRule(maskHistogram(mask), rule, name);
}

/** As {@link countValues}, of a mask that was counted already. */
export function countsByRule(histogram: MaskHistogram, rule: MaskRule, name: string): ValueCount[] {
  const numbers = greysAsNumbers(histogram);
  checkKind(numbers.kind, rule.masks, name);
  const labels = knownLabels(rule);
  const counts = rule.masks === "color" ? inColors(histogram) : numbers.counts;
  return counts.map(([value, count]) => ({ value, count, known: labels.has(value) }))
    .sort((a, b) => b.count - a.count || a.value - b.value);
}

/**
 * The label map of a decoded mask.
 * @param name What error texts call the mask
 * @returns The labels, or `undefined` where a value is outside the rule: {@link countValues} tells which
 * @throws {DatasetError} If the file is of another kind than the rule says
 */
export function labelMapOf(mask: RawMask, rule: MaskRule, name: string): LabelMap | undefined {
  const values = storedValues(mask, rule.masks, name);
  const labels = knownLabels(rule);
  const data = values instanceof Uint32Array ? lookUpColors(values, labels) : lookUp(values, labels);
  return data === undefined ? undefined : { width: mask.width, height: mask.height, data };
}
