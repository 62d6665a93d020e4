import { firstAndMore } from "../core/first_and_more.ts";
import type { Color, Dataset, MaskRule } from "./dataset.ts";
import { unpackColor, type ValueCount } from "./mask_rule.ts";

/** How many values a histogram shows. */
const SHOWN = 12;

/** More values than this are hardly classes: none are proposed. */
export const MOST_PROPOSED = 40;

/** What masks of very many values are. */
export function noClassesText(masks: MaskRule["masks"]): string {
  const what = masks === "color" ? "the colours of a photo" : "grey values";
  return `these look like ${what} or an anti-aliased picture, not like classes`;
}

/** A stored value as it stands in a `dataset.toml`: `7`, or `[128, 0, 0]`. */
export function valueText(value: number, masks: MaskRule["masks"]): string {
  return masks === "color" ? `[${unpackColor(value).join(", ")}]` : String(value);
}

/** Share of pixels of the most frequent values: `0: 52.1 %, 255: 7.9 %`; unknown ones carry a mark. */
export function histogramText(counts: readonly ValueCount[], masks: MaskRule["masks"]): string {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const shareText = ({ value, count, known }: ValueCount) =>
    `${valueText(value, masks)}${known ? "" : " (!)"}: ${(100 * count / total).toFixed(1)} %`;
  return firstAndMore(counts, SHOWN, shareText);
}

/** Values that by custom mean "no label": black or white, or an end of the byte. */
const VOID_VALUES: readonly number[] = [255, 0];

function numberMapping(
  present: readonly number[],
  unknown: readonly number[],
  classCount: number,
): string | undefined {
  const ignore = (values: readonly number[]) => `ignore = [${values.join(", ")}]`;
  const counted = Array.from({ length: classCount }, (_, i) => i + 1);
  const single = `${ignore(unknown)} if ${unknown[0]} means "no label"`;
  const fromOne = `values = [${counted.join(", ")}], ${ignore(present.includes(255) ? [0, 255] : [0])}`;
  if (present.every((value) => value <= classCount || value === 255) && present.includes(classCount)) {
    // classes 0 … K − 1 and void K, or void 0 and classes 1 … K
    return present.includes(0) && unknown.length === 1 ? `${single}, or ${fromOne} if 0 does` : fromOne;
  }
  const inOrder = `values = [${present.join(", ")}], in the order of classes`;
  if (unknown.length === 1) return present.length === classCount ? `${inOrder}; or ${single}` : single;
  for (const left of [[], ...VOID_VALUES.map((value) => [value])]) {
    const values = present.filter((value) => !left.includes(value));
    if (values.length !== classCount) continue;
    return `values = [${values.join(", ")}]${
      left.length > 0 ? `, ${ignore(left)}` : ""
    }, in the order of classes`;
  }
  if (unknown.length > MOST_PROPOSED) return undefined;
  return `values = [the stored number of each class] and ${
    ignore(unknown.slice(0, SHOWN))
  } for what is no class`;
}

function distance(a: Color, b: Color): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function colorMapping(
  unknown: readonly number[],
  rule: MaskRule,
  classes: readonly string[],
): string | undefined {
  if (unknown.length > MOST_PROPOSED) return undefined;
  const color = unpackColor(unknown[0]!);
  const ranked = rule.colors.map((known, label) => ({ label, far: distance(known, color) }));
  const nearest = ranked.sort((a, b) => a.far - b.far)[0];
  const ignore = `ignore = [[${color.join(", ")}]] if it means "no label"`;
  if (nearest === undefined || nearest.far > 40) return ignore;
  const { label } = nearest;
  return `the colour of "${classes[label]}", [${rule.colors[label]!.join(", ")}], is near; or ${ignore}`;
}

/**
 * What the keys of a `dataset.toml` could be, for masks that hold values outside the rule.
 * @param counts Stored values of the masks that were looked at; at least one unknown
 * @param classes Names of the classes
 * @returns `undefined` where so many values are unknown that they are hardly classes
 */
export function suggestMapping(
  counts: readonly ValueCount[],
  rule: MaskRule,
  classes: readonly string[],
): string | undefined {
  const unknown = counts.filter(({ known }) => !known).map(({ value }) => value);
  if (rule.masks === "color") return colorMapping(unknown, rule, classes);
  const present = counts.map(({ value }) => value).sort((a, b) => a - b);
  return numberMapping(present, unknown.sort((a, b) => a - b), classes.length);
}

/**
 * The sentence on a mask with values outside its rule: one of them, a histogram, a mapping.
 * @param name Of the first bad mask
 * @param value The stored value in it that is outside
 * @param counts Of that mask, or of all that were looked at
 */
export function outsideText(
  name: string,
  value: number,
  counts: readonly ValueCount[],
  { maskRule, classes }: Pick<Dataset, "maskRule" | "classes">,
): string {
  const { masks, colors, values, ignore } = maskRule;
  const listed = (numbers: readonly number[]) =>
    numbers.slice(0, 30).join(", ") + (numbers.length > 30 ? ", …" : "");
  const known = masks === "color"
    ? `one of the ${colors.length} colours of classes`
    : `a class's value (${listed(values)}) or an ignored one (${listed(ignore)})`;
  const mapping = suggestMapping(counts, maskRule, classes);
  const hint = mapping === undefined ? noClassesText(masks) : `try ${mapping}`;
  return `"${name}" holds ${valueText(value, masks)}, expected ${known}; ` +
    `its values: ${histogramText(counts, masks)}; ${hint}`;
}
