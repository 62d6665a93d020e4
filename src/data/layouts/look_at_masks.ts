/** What the masks of a dataset hold, all of them: their values, and whether their palettes agree. */
import { DatasetError } from "../../core/errors.ts";
import type { RawMask } from "../../formats/decode_mask.ts";
import { type Color, IGNORE_LABEL, type Item, sourceName } from "../dataset.ts";
import { greysAsNumbers, inColors, type MaskHistogram, totalCounts } from "../masks/mask_histogram.ts";
import type { NamedCounts } from "../masks/binary_masks.ts";
import { surveyMasks, type SurveyOptions } from "../masks/survey_masks.ts";
import type { ValueCount } from "../mask_rule.ts";
import { MEND_FILES, throwCollected } from "../problems.ts";

/** A mask's values, with its name. */
type NamedMask = MaskHistogram & NamedCounts;

/** Masks that were looked at. */
export interface SeenMasks {
  /** Values of all of them, the most frequent first. */
  readonly counts: ValueCount[];
  /** Whether one of them holds colours; `counts` are colours then. */
  readonly isColor: boolean;
  /** The first one's that has one. */
  readonly palette?: RawMask["palette"];
  /** Mask by mask. */
  readonly masks: readonly NamedMask[];
}

/**
 * Reads the masks of items that lie in files; many in Workers.
 * @throws {DatasetError} Collected: masks that cannot be read
 */
export async function lookAtMasks(
  root: string,
  items: readonly Item[],
  options: SurveyOptions,
): Promise<SeenMasks> {
  const sources = items.flatMap(({ mask }) => mask?.kind === "file" ? [mask] : []);
  const surveyed = await surveyMasks(sources, options);
  throwCollected(
    `tell the classes of "${root}"`,
    surveyed.flatMap((one) => "problem" in one ? [one.problem.replace(/^Cannot (read|decode) /, "")] : []),
    MEND_FILES,
  );
  const masks = surveyed.flatMap((one, i) =>
    "problem" in one ? [] : [{ ...one, name: sourceName(sources[i]!) }]
  );
  return seenOf(masks);
}

function seenOf(masks: readonly NamedMask[]): SeenMasks {
  const isColor = masks.some(({ kind }) => kind === "color");
  const totals = totalCounts(masks.map((one) => isColor ? inColors(one) : one.counts));
  return {
    counts: totals.map(({ value, count }) => ({ value, count, known: true })),
    isColor,
    palette: masks.find(({ palette }) => palette !== undefined)?.palette,
    masks,
  };
}

/** The same masks by their numbers, where those of three channels are grey throughout; where one is not, as they are. */
export function byNumbers(seen: SeenMasks): SeenMasks {
  const masks = seen.masks.map((mask) => ({ ...greysAsNumbers(mask), name: mask.name }));
  return masks.some(({ kind }) => kind === "color") ? seen : seenOf(masks);
}

/** An index that a mask shows in a colour. */
interface Shown {
  readonly index: number;
  readonly color: Color;
  readonly name: string;
}

/** Which indices masks with a palette use, and in which colours. */
function shownIn({ masks }: SeenMasks): Shown[][] {
  return masks.map(({ palette, counts, name }) =>
    palette === undefined ? [] : counts.filter(([index]) => index !== IGNORE_LABEL).map(([index]) => ({
      index,
      color: palette[index] ?? [0, 0, 0] as const,
      name,
    }))
  );
}

function twoPalettes(a: Shown, b: Shown): DatasetError {
  const at = ({ index, color, name }: Shown) => `index ${index} is [${color.join(", ")}] in "${name}"`;
  return new DatasetError(
    `Cannot tell the classes of masks: ${at(a)} and ${
      at(b)
    }, expected one palette for all; describe them in ` +
      '"dataset.toml" by classes = [a name each], masks = "color" and colors = [one each]',
  );
}

/**
 * Refuses palettes of which one shows an index in another colour: editors that pack palettes number as they like.
 * @throws {DatasetError} Naming the two masks
 */
export function refuseTwoPalettes(seen: SeenMasks): void {
  const first = new Map<number, Shown>();
  for (const shown of shownIn(seen).flat()) {
    const before = first.get(shown.index);
    if (before === undefined) first.set(shown.index, shown);
    else if (before.color.join() !== shown.color.join()) throw twoPalettes(before, shown);
  }
}

/**
 * Refuses palettes of which one shows a colour by another index: numbers of classes that are named are the same in all masks,
 * whatever their colours.
 * @throws {DatasetError} Naming the two masks
 */
export function refuseSwappedColors(seen: SeenMasks): void {
  const first = new Map<string, Shown>();
  const doubled = new Set<string>();
  const masks = shownIn(seen);
  for (const mask of masks) {
    const colors = mask.map(({ color }) => color.join());
    for (const color of colors.filter((one, i) => colors.indexOf(one) !== i)) doubled.add(color);
  }
  for (const shown of masks.flat()) {
    const key = shown.color.join();
    const before = first.get(key);
    if (doubled.has(key)) continue;
    if (before === undefined) first.set(key, shown);
    else if (before.index !== shown.index) throw twoPalettes(before, shown);
  }
}
