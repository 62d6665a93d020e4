/** Masks of 0 and 255 that meet others: whether 255 is a class or "no label" is then anybody's guess. */
import { IGNORE_LABEL } from "../../core/ignore_label.ts";

/** A mask's stored values with their pixels, and its name. */
export interface NamedCounts {
  /** For texts. */
  readonly name: string;
  /** Stored numbers and pixels. */
  readonly counts: readonly (readonly [value: number, count: number])[];
}

/** 255 on more of a mask than this is "no label": scribbles leave nearly all of it open. */
const SCRIBBLED = 0.9;

/** Beside a background of this share … */
const BACKGROUND = 0.1;
/** … classes that hold less than this share of 255's pixels are slips of a pen. */
const SLIP = 0.01;

function pixelsOf({ counts }: NamedCounts, wanted: (value: number) => boolean): number {
  return counts.reduce((sum, [value, count]) => wanted(value) ? sum + count : sum, 0);
}

const isClass = (value: number) => value !== 0 && value !== IGNORE_LABEL;

/** Whether 255 is all that a mask holds besides 0, and so little that it looks like an object. */
function isBinary(mask: NamedCounts): boolean {
  const [all, ignored] = [pixelsOf(mask, () => true), pixelsOf(mask, (value) => value === IGNORE_LABEL)];
  return ignored > 0 && ignored < SCRIBBLED * all && pixelsOf(mask, isClass) === 0;
}

function quoted(masks: readonly NamedCounts[]): string {
  return `${masks.length} ${masks.length === 1 ? "mask" : "masks"}, first "${masks[0]!.name}",`;
}

const ADVICE =
  'if 255 is a class, write in "dataset.toml": classes = ["background", "object"], values = [0, 255], and ignore = [1] ' +
  "for what else is stored, or save all masks with one number a class; if 255 is no class, write ignore = [255] with " +
  "the names of all classes";

/**
 * A sentence on masks that disagree on 255; `undefined` where they do not. They disagree where 255 is the only value
 * besides 0 in most masks that hold anything, where it never stands beside another class (two exports merged), or where
 * all classes together have next to no pixels beside it.
 */
export function disagreementOn255(masks: readonly NamedCounts[]): string | undefined {
  const binary = masks.filter(isBinary);
  const classed = masks.filter((mask) => pixelsOf(mask, isClass) > 0);
  if (classed.length === 0) return undefined;
  const mixed = classed.filter((mask) => pixelsOf(mask, (value) => value === IGNORE_LABEL) > 0);
  const [first] = classed;
  const values = first!.counts.filter(([value]) => isClass(value)).map(([value, count]) =>
    `${value} (${count} ${count === 1 ? "pixel" : "pixels"})`
  );
  if (binary.length > 0 && (binary.length >= classed.length || mixed.length === 0)) {
    return `${quoted(binary)} hold 255 and no other value besides 0, and "${first!.name}" holds ${
      values.slice(0, 5).join(", ")
    }, expected one meaning of 255 in all; ${ADVICE}`;
  }
  const sum = (wanted: (value: number) => boolean) =>
    masks.reduce((pixels, mask) => pixels + pixelsOf(mask, wanted), 0);
  const [all, ignored, labeled] = [sum(() => true), sum((v) => v === IGNORE_LABEL), sum(isClass)];
  if (sum((value) => value === 0) < BACKGROUND * all || labeled >= SLIP * ignored) return undefined;
  return `255 has ${
    (100 * ignored / all).toFixed(1)
  } % of the pixels and all classes above 0 together ${labeled} ` +
    `pixels, first in "${first!.name}", expected classes with pixels; ${ADVICE}`;
}
