import { DatasetError } from "../../core/errors.ts";
import type { RawMask } from "../../formats/decode_mask.ts";
import {
  type Color,
  type Dataset,
  IGNORE_LABEL,
  type Item,
  type MaskRule,
  type Source,
  sourceName,
} from "../dataset.ts";
import { defaultColors, unnamedColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import { disagreementOn255, type NamedCounts } from "../masks/binary_masks.ts";
import { inColors, totalCounts } from "../masks/mask_histogram.ts";
import { softColors, softGreys } from "../masks/soft_edges.ts";
import { surveyMasks, type SurveyOptions } from "../masks/survey_masks.ts";
import type { ValueCount } from "../mask_rule.ts";
import { MEND_FILES, throwCollected } from "../problems.ts";
import { readTextFile } from "../read_file.ts";
import { histogramText, MOST_PROPOSED, noClassesText, valueText } from "../suggest_mapping.ts";

/** More classes than this are taken for grey levels that are no class numbers. */
const MOST_CLASSES = 64;

/** What masks tell of a dataset. */
export type Classes = Pick<Dataset, "classes" | "unnamed" | "colors" | "maskRule" | "ignoreAssumed">;

interface Seen {
  readonly counts: ValueCount[];
  readonly isColor: boolean;
  readonly palette?: RawMask["palette"];
  /** Mask by mask. */
  readonly masks: readonly NamedCounts[];
}

/** Refuses palettes of which one shows an index in another colour: editors that pack palettes number as they like. */
class OnePalette {
  readonly #colors = new Map<number, { color: Color; path: string }>();

  add(palette: RawMask["palette"], used: readonly number[], path: string): void {
    for (const index of palette === undefined ? [] : used.filter((value) => value !== IGNORE_LABEL)) {
      const color = palette![index] ?? [0, 0, 0];
      const before = this.#colors.get(index);
      if (before === undefined) this.#colors.set(index, { color, path });
      else if (before.color.join() !== color.join()) {
        throw new DatasetError(
          `Cannot tell the classes of masks: index ${index} is [${
            before.color.join(", ")
          }] in "${before.path}" and ` +
            `[${
              color.join(", ")
            }] in "${path}", expected one palette for all; describe them in "dataset.toml" by ` +
            'classes = [a name each], masks = "color" and colors = [one each]',
        );
      }
    }
  }
}

function masksOf(items: readonly Item[]): Source[] {
  return items.flatMap(({ mask }) => mask?.kind === "file" ? [mask] : []);
}

async function lookAtMasks(root: string, sources: readonly Source[], options: SurveyOptions): Promise<Seen> {
  const surveyed = await surveyMasks(sources, options);
  throwCollected(
    `tell the classes of "${root}"`,
    surveyed.flatMap((one) => "problem" in one ? [one.problem.replace(/^Cannot (read|decode) /, "")] : []),
    MEND_FILES,
  );
  const masks = surveyed.flatMap((one, i) =>
    "problem" in one ? [] : [{ ...one, name: sourceName(sources[i]!) }]
  );
  const isColor = masks.some(({ kind }) => kind === "color");
  const palettes = new OnePalette();
  for (const { palette, counts, name } of masks) palettes.add(palette, counts.map(([value]) => value), name);
  const totals = totalCounts(masks.map((one) => isColor ? inColors(one) : one.counts));
  return {
    counts: totals.map(({ value, count }) => ({ value, count, known: true })),
    isColor,
    palette: masks.find(({ palette }) => palette !== undefined)?.palette,
    masks,
  };
}

function refuse(root: string, { counts, isColor }: Seen): never {
  const masks = isColor ? "color" : "index";
  if (counts.length < 2) {
    throw new DatasetError(
      `Cannot tell the classes of "${root}": its masks hold one value only, ${
        histogramText(counts, masks)
      }, ` +
        "expected those of two classes or more",
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
  const shown = counts.map(({ value }) => valueText(value, masks)).join(", ");
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

async function namedClasses(file: string, items: readonly Item[]): Promise<Classes> {
  const classes = (await readTextFile(file)).split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line !== ""
  );
  if (classes.length < 2 || classes.length > 255) {
    throw new DatasetError(`Cannot read "${file}": it names ${classes.length} classes, expected 2 to 255`);
  }
  const [first] = await surveyMasks(masksOf(items.slice(0, 1)));
  const palette = first === undefined || "problem" in first ? undefined : first.palette;
  const colors = defaultColors(classes).map((color, label): Color => palette?.[label] ?? color);
  return { classes, colors, maskRule: indexRule(colors), ignoreAssumed: true };
}

/**
 * Classes of masks that nothing describes. Masks of 0 and 255 only: two classes. Else numbers 0 to the highest are the
 * classes and 255 is ignored; at most 64 classes. A palette gives the colours.
 * @param root Stands in error texts
 * @param items Labeled ones, in files; all of their masks are read, many in Workers
 * @param names A file with one class name a line, where there is one
 * @throws {DatasetError} If the masks hold colours or other numbers, have soft edges, or disagree on 255; the text tells
 * what to write in `dataset.toml`
 */
export async function inferClasses(
  root: string,
  items: readonly Item[],
  names: string | undefined,
  options: SurveyOptions = {},
): Promise<Classes> {
  if (names !== undefined) return await namedClasses(names, items);
  const seen = await lookAtMasks(root, masksOf(items), options);
  const present = seen.counts.map(({ value }) => value).sort((a, b) => a - b);
  const maskRule = seen.isColor ? undefined : ruleOf(present, seen.palette);
  if (maskRule === undefined) return refuse(root, seen);
  const disagreement = disagreementOn255(seen.masks);
  if (disagreement !== undefined) {
    throw new DatasetError(`Cannot tell the classes of "${root}" from its masks: ${disagreement}`);
  }
  const classes = maskRule.values.map((value) => `class ${value}`);
  return { classes, unnamed: true, colors: maskRule.colors, maskRule };
}
