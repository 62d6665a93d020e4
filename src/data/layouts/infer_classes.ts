import { DatasetError } from "../../core/errors.ts";
import type { RawMask } from "../../formats/decode_mask.ts";
import { type Color, type Dataset, IGNORE_LABEL, type Item, type MaskRule } from "../dataset.ts";
import { unnamedColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import { disagreementOn255 } from "../masks/binary_masks.ts";
import { softColors, softGreys } from "../masks/soft_edges.ts";
import type { SurveyOptions } from "../masks/survey_masks.ts";
import { histogramText, MOST_PROPOSED, noClassesText, valueText } from "../suggest_mapping.ts";
import { byNumbers, lookAtMasks, refuseTwoPalettes, type SeenMasks } from "./look_at_masks.ts";

/** More classes than this are taken for grey levels that are no class numbers. */
const MOST_CLASSES = 64;

/** What masks tell of a dataset. */
export type Classes = Pick<Dataset, "classes" | "unnamed" | "colors" | "maskRule" | "ignoreAssumed">;

/** Whether values are of one class, perhaps with what is left out; 0 and 255 are two. */
function isOneClass(counts: SeenMasks["counts"]): boolean {
  const values = counts.map(({ value }) => value);
  return values.length < 2 || (values.length === 2 && values.includes(IGNORE_LABEL) && !values.includes(0));
}

function refuse(root: string, { counts, isColor }: SeenMasks): never {
  const masks = isColor ? "color" : "index";
  if (isOneClass(counts)) {
    throw new DatasetError(
      `Cannot tell the classes of "${root}": its masks hold one class only, ${
        histogramText(counts, masks)
      }, expected those of two classes or more`,
    );
  }
  const soft = isColor ? softColors(counts) : softGreys(counts);
  if (soft !== undefined) {
    throw new DatasetError(`Cannot tell the classes of "${root}" from its masks: ${soft}`);
  }
  if (counts.length > MOST_PROPOSED) {
    throw new DatasetError(
      `Cannot tell the classes of "${root}": its masks hold ${counts.length} values, ${
        histogramText(counts, masks)
      }, expected class numbers 0, 1, 2 …; ${
        noClassesText(masks)
      }; if they are, a "classes.txt" names them, one a line`,
    );
  }
  const ascending = [...counts].sort((a, b) => a.value - b.value);
  const shown = ascending.map(({ value }) => valueText(value, masks)).join(", ");
  const key = isColor ? `masks = "color", colors = [${shown}]` : `values = [${shown}]`;
  throw new DatasetError(
    `Cannot tell the classes of "${root}": its masks hold ${
      histogramText(counts, masks)
    }, expected class numbers ` +
      `0, 1, 2 …; describe them in "dataset.toml": classes = [a name each], ${key}, and ignore for what is no class`,
  );
}

/** The rule that a set of stored numbers suggests, or `undefined`. */
function ruleOf(present: readonly number[], palette: RawMask["palette"]): MaskRule | undefined {
  if (present.join() === "0,255") return indexRule(unnamedColors(2), [0, 255], []);
  const highest = Math.max(...present.filter((value) => value !== 255), 0);
  if (highest < 1 || highest >= MOST_CLASSES) return undefined;
  const colors = unnamedColors(highest + 1);
  return indexRule(colors.map((color, label): Color => palette?.[label] ?? color));
}

/**
 * Classes of masks that nothing describes. Masks of 0 and 255 only: two classes. Else numbers 0 to the highest are the
 * classes and 255 is ignored; at most 64 classes. A palette gives the colours.
 * @param root Stands in error texts
 * @param items Labeled ones, in files; all of their masks are read, many in Workers
 * @throws {DatasetError} If the masks hold colours or other numbers, have soft edges, or disagree on 255; the text tells
 * what to write in `dataset.toml`
 */
export async function inferClasses(
  root: string,
  items: readonly Item[],
  options: SurveyOptions = {},
): Promise<Classes> {
  const seen = byNumbers(await lookAtMasks(root, items, options));
  refuseTwoPalettes(seen);
  const present = seen.counts.map(({ value }) => value).sort((a, b) => a - b);
  const maskRule = seen.isColor || isOneClass(seen.counts) ? undefined : ruleOf(present, seen.palette);
  if (maskRule === undefined) return refuse(root, seen);
  const disagreement = disagreementOn255(seen.masks);
  if (disagreement !== undefined) {
    throw new DatasetError(`Cannot tell the classes of "${root}" from its masks: ${disagreement}`);
  }
  const classes = maskRule.values.map((value) => `class ${value}`);
  return { classes, unnamed: true, colors: maskRule.colors, maskRule };
}
