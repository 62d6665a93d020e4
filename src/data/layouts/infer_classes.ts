import { DatasetError } from "../../core/errors.ts";
import { decodeMask, type RawMask } from "../../formats/decode_mask.ts";
import { type Color, type Dataset, IGNORE_LABEL, type Item, type MaskRule } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import { countValues, type ValueCount } from "../mask_rule.ts";
import { readBytes, readTextFile } from "../read_file.ts";
import { histogramText, valueText } from "../suggest_mapping.ts";

/** Masks that are looked at, evenly spread. */
const LOOKED_AT = 200;

/** More classes than this are taken for grey levels that are no class numbers. */
const MOST_CLASSES = 64;

/** What masks tell of a dataset. */
export type Classes = Pick<Dataset, "classes" | "colors" | "maskRule">;

interface Seen {
  readonly counts: ValueCount[];
  readonly isColor: boolean;
  readonly palette?: RawMask["palette"];
}

/** Refuses palettes of which one shows an index in another colour: editors that pack palettes number as they like. */
class OnePalette {
  readonly #colors = new Map<number, { color: Color; path: string }>();

  add({ palette }: RawMask, used: readonly number[], path: string): void {
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

async function lookAtMasks(items: readonly Item[]): Promise<Seen> {
  const totals = new Map<number, number>();
  const kinds = new Set<RawMask["kind"]>();
  const palettes = new OnePalette();
  let palette: RawMask["palette"];
  const step = Math.max(1, items.length / LOOKED_AT);
  for (let at = 0; at < items.length; at += step) {
    const { mask } = items[Math.floor(at)]!;
    if (mask?.kind !== "file") continue;
    const raw = await decodeMask(await readBytes(mask.path), mask.path);
    kinds.add(raw.kind);
    palette ??= raw.palette;
    const rule: MaskRule = { ...indexRule([]), masks: raw.kind === "color" ? "color" : "index" };
    const counts = countValues(raw, rule, mask.path);
    palettes.add(raw, counts.map(({ value }) => value), mask.path);
    for (const { value, count } of counts) totals.set(value, (totals.get(value) ?? 0) + count);
  }
  const counts = [...totals].map(([value, count]) => ({ value, count, known: true }));
  return { counts: counts.sort((a, b) => b.count - a.count), isColor: kinds.has("color"), palette };
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

async function namedClasses(file: string, items: readonly Item[]): Promise<Classes> {
  const classes = (await readTextFile(file)).split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line !== ""
  );
  if (classes.length < 2 || classes.length > 255) {
    throw new DatasetError(`Cannot read "${file}": it names ${classes.length} classes, expected 2 to 255`);
  }
  const { palette } = await lookAtMasks(items.slice(0, 1));
  const colors = defaultColors(classes.length).map((color, label): Color => palette?.[label] ?? color);
  return { classes, colors, maskRule: indexRule(colors) };
}

/**
 * Classes of masks that nothing describes. Masks of 0 and 255 only: two classes. Else numbers 0 to the highest are the
 * classes and 255 is ignored; at most 64 classes. A palette gives the colours.
 * @param root Stands in error texts
 * @param items Labeled ones, in files; up to 200 of their masks are read
 * @param names A file with one class name a line, where there is one
 * @throws {DatasetError} If the masks hold colours or other numbers; the text tells what to write in `dataset.toml`
 */
export async function inferClasses(
  root: string,
  items: readonly Item[],
  names: string | undefined,
): Promise<Classes> {
  if (names !== undefined) return await namedClasses(names, items);
  const seen = await lookAtMasks(items);
  const present = seen.counts.map(({ value }) => value).sort((a, b) => a - b);
  const maskRule = seen.isColor ? undefined : ruleOf(present, seen.palette);
  if (maskRule === undefined) return refuse(root, seen);
  const classes = maskRule.values.map((value) => `class ${value}`);
  return { classes, colors: maskRule.colors, maskRule };
}
