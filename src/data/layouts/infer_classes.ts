import { DatasetError } from "../../core/errors.ts";
import type { RawMask } from "../../formats/decode_mask.ts";
import { type Color, type Dataset, IGNORE_LABEL, type Item, type MaskRule } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import type { ValueCount } from "../mask_rule.ts";
import { countMasks, type CountMasksOptions, histogramsOf } from "../masks/count_masks.ts";
import { type CountedMask, judgeBinary } from "../masks/judge_binary.ts";
import { totalCounts } from "../masks/mask_histogram.ts";
import { softLevels, softLevelsText } from "../masks/soft_edges.ts";
import { readTextFile } from "../read_file.ts";
import { histogramText, valueText } from "../suggest_mapping.ts";

/** More classes than this are taken for grey levels that are no class numbers. */
const MOST_CLASSES = 64;

/** What masks tell of a dataset. */
export type Classes = Pick<
  Dataset,
  "classes" | "colors" | "maskRule" | "counted" | "notes" | "ignoreAssumed"
>;

interface Seen {
  readonly masks: readonly CountedMask[];
  readonly counts: readonly ValueCount[];
  readonly isColor: boolean;
  readonly palette?: RawMask["palette"];
}

/** Refuses palettes of which one shows an index in another colour: editors that pack palettes number as they like. */
class OnePalette {
  readonly #colors = new Map<number, { color: Color; path: string }>();

  add({ path, histogram: { palette, counts } }: CountedMask): void {
    if (palette === undefined) return;
    for (const [index] of counts) {
      if (index === IGNORE_LABEL) continue;
      const color = palette[index] ?? [0, 0, 0];
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

/** Refuses a set of which some masks hold colours and others numbers. */
function refuseMixedKinds(root: string, masks: readonly CountedMask[]): void {
  const colored = masks.filter(({ histogram }) => histogram.kind === "color");
  const other = masks.find(({ histogram }) => histogram.kind === "index");
  if (colored.length === 0 || other === undefined) return;
  throw new DatasetError(
    `Cannot tell the classes of "${root}": ${colored.length} of ${masks.length} masks hold colours, first ` +
      `"${
        colored[0]!.path
      }", the others numbers, first "${other.path}", expected one kind; save all of them alike`,
  );
}

/** Reads every mask: what one of them holds is not to be found out after training. */
async function lookAtMasks(root: string, items: readonly Item[], options: CountMasksOptions): Promise<Seen> {
  const paths = items.flatMap(({ mask }) => mask?.kind === "file" ? [mask.path] : []);
  const histograms = histogramsOf(await countMasks(paths, options), `tell the classes of "${root}"`);
  const masks = histograms.map((histogram, i) => ({ path: paths[i]!, histogram }));
  const palettes = new OnePalette();
  for (const mask of masks) palettes.add(mask);
  refuseMixedKinds(root, masks);
  const counts = totalCounts(histograms.map((histogram) => histogram.counts));
  return {
    masks,
    counts: counts.map((count) => ({ ...count, known: true })),
    isColor: histograms.some(({ kind }) => kind === "color"),
    palette: histograms.find(({ palette }) => palette !== undefined)?.palette,
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
  const soft = isColor ? undefined : softLevels(counts);
  if (soft !== undefined) {
    throw new DatasetError(
      `Cannot tell the classes of "${root}": its masks hold ${
        histogramText(counts, masks)
      }, expected class numbers ` +
        `0, 1, 2 …; ${softLevelsText(soft, counts.length)}`,
    );
  }
  const shown = counts.slice(0, 20).map(({ value }) => valueText(value, masks)).join(", ");
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
  if (present.join() === "0,255") return indexRule(defaultColors(2), [0, 255], []);
  const highest = Math.max(...present.filter((value) => value !== 255), 0);
  if (highest < 1 || highest >= MOST_CLASSES) return undefined;
  const colors = defaultColors(highest + 1);
  return indexRule(colors.map((color, label): Color => palette?.[label] ?? color));
}

/** Refuses sets in which 255 may be a class or no label. */
function refuseUnclear(root: string, text: string, present: readonly number[]): never {
  const numbers = present.filter((value) => value !== 255);
  const others = numbers.filter((value) => value !== 0);
  throw new DatasetError(
    `Cannot tell the classes of "${root}": ${text}; expected one way for all masks. Write "dataset.toml": ` +
      `classes = ["background", "object"], values = [0, 255], ignore = [${
        others.join(", ")
      }] if 255 is the class, or ` +
      `classes = [a name each], values = [${
        numbers.join(", ")
      }], ignore = [255] if it means "no label"; masks of two ` +
      "exports are to be saved alike first",
  );
}

/** The rule of masks that hold numbers, and a note on masks that look otherwise. */
function judged(root: string, seen: Seen): { maskRule: MaskRule; notes: string[] } | undefined {
  const present = seen.counts.map(({ value }) => value).sort((a, b) => a - b);
  const { meaning, text } = judgeBinary(seen.masks);
  const rule = ruleOf(present, seen.palette);
  if (rule === undefined || present.length < 2) return undefined;
  if (meaning === "unclear") return refuseUnclear(root, text!, present);
  const shown = present.filter((value) => value !== 255);
  if (meaning === "ignored" && shown.length < 2 && present.includes(255)) {
    return refuseUnclear(
      root,
      `its masks hold ${histogramText(seen.counts, "index")}, one class besides 255`,
      [
        ...shown,
      ],
    );
  }
  const note = 'taken as "no label"; values = [0, 255] in "dataset.toml" makes it a class';
  return { maskRule: rule, notes: text === undefined ? [] : [`${text}: 255 is ${note}`] };
}

async function namedClasses(
  file: string,
  items: readonly Item[],
  options: CountMasksOptions,
): Promise<Classes> {
  const classes = (await readTextFile(file)).split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line !== ""
  );
  if (classes.length < 2 || classes.length > 255) {
    throw new DatasetError(`Cannot read "${file}": it names ${classes.length} classes, expected 2 to 255`);
  }
  const { palette, masks } = await lookAtMasks(file, items, options);
  const colors = defaultColors(classes.length).map((color, label): Color => palette?.[label] ?? color);
  return { classes, colors, maskRule: indexRule(colors), ignoreAssumed: true, counted: byPath(masks) };
}

function byPath(masks: readonly CountedMask[]): Classes["counted"] {
  return new Map(masks.map(({ path, histogram }) => [path, histogram]));
}

/**
 * Classes of masks that nothing describes. Masks of 0 and 255 only: two classes. Else numbers 0 to the highest are the
 * classes and 255 is ignored; at most 64 classes. Which of both is judged mask by mask. A palette gives the colours.
 * @param root Stands in error texts
 * @param items Labeled ones, in files; all of their masks are read, many of them in Workers
 * @param names A file with one class name a line, where there is one
 * @throws {DatasetError} If the masks hold colours or other numbers, disagree with each other, or cannot be read; the text
 * tells what to write in `dataset.toml`
 */
export async function inferClasses(
  root: string,
  items: readonly Item[],
  names: string | undefined,
  options: CountMasksOptions = {},
): Promise<Classes> {
  if (names !== undefined) return await namedClasses(names, items, options);
  const seen = await lookAtMasks(root, items, options);
  const found = seen.isColor ? undefined : judged(root, seen);
  if (found === undefined) return refuse(root, seen);
  const { maskRule, notes } = found;
  const classes = maskRule.values.map((value) => `class ${value}`);
  return { classes, colors: maskRule.colors, maskRule, notes, counted: byPath(seen.masks) };
}
