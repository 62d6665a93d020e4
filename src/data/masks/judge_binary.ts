/** Whether 255 means a class or no label: judged mask by mask, since one stray pixel would turn a sum's meaning. */
import type { MaskHistogram } from "./mask_histogram.ts";

/** A mask with the path of its file. */
export interface CountedMask {
  /** Absolute. */
  readonly path: string;
  /** What it stores. */
  readonly histogram: MaskHistogram;
}

/**
 * How a mask uses 0, 255 and the numbers between: `binary` holds 0 and 255 alone, `stray` next to no pixel of other
 * numbers beside them, `numbers` class numbers, `blank` one of 0 and 255.
 */
export type MaskForm = "binary" | "stray" | "numbers" | "blank";

/** Of the pixels of 255, the share that other numbers stay below in a `stray` mask. */
const STRAY_SHARE = 1 / 100;

/** Zeros are the background of a binary mask: scribbles have next to none of them. */
const BACKGROUND_SHARE = 1 / 10;

function countOf({ counts }: MaskHistogram, value: number): number {
  return counts.find(([stored]) => stored === value)?.[1] ?? 0;
}

/** Pixels that are neither 0 nor 255. */
function numbersIn({ counts }: MaskHistogram): number {
  return counts.reduce((sum, [value, count]) => sum + (value === 0 || value === 255 ? 0 : count), 0);
}

/** The form of one mask of numbers. */
export function formOf(histogram: MaskHistogram): MaskForm {
  const [zeros, full, numbers] = [countOf(histogram, 0), countOf(histogram, 255), numbersIn(histogram)];
  if (numbers === 0) return zeros > 0 && full > 0 ? "binary" : "blank";
  const isStray = full > 0 && zeros >= full * BACKGROUND_SHARE && numbers < full * STRAY_SHARE;
  return isStray ? "stray" : "numbers";
}

/** What the masks of a set say of 255. */
export interface BinaryVerdict {
  /** `class`: all masks are of 0 and 255; `ignored`: it stands beside class numbers; `unclear`: masks disagree. */
  readonly meaning: "class" | "ignored" | "unclear";
  /** For `unclear` what disagrees, for `ignored` a sentence on masks that look otherwise, if there are some. */
  readonly text?: string;
}

function masksText(count: number, total: number): string {
  return count === total ? `all ${total} masks` : `${count} of ${total} masks`;
}

function disagreement(masks: readonly CountedMask[], forms: readonly MaskForm[]): string {
  const first = (form: MaskForm) => masks[forms.indexOf(form)]!;
  const count = (form: MaskForm) => forms.filter((other) => other === form).length;
  const parts: string[] = [];
  const binary = count("binary");
  if (binary > 0) {
    parts.push(`${masksText(binary, masks.length)} hold 0 and 255 alone, first "${first("binary").path}"`);
  }
  if (count("stray") > 0) {
    const { path, histogram } = first("stray");
    const values = histogram.counts.filter(([value]) => value !== 0 && value !== 255);
    parts.push(
      `${
        masksText(count("stray"), masks.length)
      } hold a few pixels of other values beside them, first "${path}" with ${
        values.slice(0, 3).map(([value, pixels]) => `${pixels} of value ${value}`).join(", ")
      }`,
    );
  }
  if (count("numbers") > 0) {
    const { path, histogram } = first("numbers");
    const values = histogram.counts.slice(0, 6).map(([value]) => value).join(", ");
    parts.push(
      `${masksText(count("numbers"), masks.length)} hold class numbers, first "${path}" with ${values}`,
    );
  }
  return parts.join("; ");
}

/**
 * Judges 255 by each mask. It is ignored where it stands beside class numbers in more masks than with 0 alone.
 * @param masks Of numbers, not of colours
 */
export function judgeBinary(masks: readonly CountedMask[]): BinaryVerdict {
  const forms = masks.map(({ histogram }) => formOf(histogram));
  const alone = forms.filter((form) => form === "binary" || form === "stray").length;
  const numbers = forms.filter((form) => form === "numbers").length;
  if (alone === 0) return { meaning: "ignored" };
  if (numbers === 0 && !forms.includes("stray")) return { meaning: "class" };
  const beside =
    masks.filter(({ histogram }, i) => forms[i] === "numbers" && countOf(histogram, 255) > 0).length;
  const text = disagreement(masks, forms);
  return beside > alone ? { meaning: "ignored", text } : { meaning: "unclear", text };
}
