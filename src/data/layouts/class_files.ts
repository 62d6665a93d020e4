/** Files in which tools write the names of classes. */
import { DatasetError } from "../../core/errors.ts";
import { packColor } from "../colors.ts";
import { type Color, IGNORE_LABEL, type Item, type MaskRule } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import type { SurveyOptions } from "../masks/survey_masks.ts";
import { readTextFile } from "../read_file.ts";
import { spreadItems } from "../spread_items.ts";
import { histogramText } from "../suggest_mapping.ts";
import { classesOfLines, type ClassNames, VOC_BORDER } from "./class_lines.ts";
import { firstFile } from "./folder_items.ts";
import type { Classes } from "./infer_classes.ts";
import { lookAtMasks, refuseSwappedColors, type SeenMasks } from "./look_at_masks.ts";
import { vocColors } from "./voc_colors.ts";

/** Masks that are looked at where names tell the classes. */
const LOOKED_AT = 256;

/** Masks that are looked at to tell whether they hold colours at all. */
const LOOKED_AT_FOR_COLORS = 8;

/** Names in the order in which they are looked for. */
const FILES: readonly string[] = [
  "classes.txt",
  "class_names.txt",
  "labels.txt",
  "labelmap.txt",
  "label_map.txt",
  "label_colors.txt",
  "class_dict.csv",
  "_classes.csv",
];

/**
 * Reads names of classes, in one of the forms of `classesOfLines`.
 * @throws {DatasetError} If it names fewer than 2 classes or more than 255, or one twice
 */
export async function readClassNames(file: string): Promise<ClassNames> {
  const text = (await readTextFile(file)).replace(/^\uFEFF/, "");
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("#")
  );
  const found = classesOfLines(lines, file.endsWith(".csv"));
  const { names } = found;
  if (names.length < 2 || names.length > 255) {
    throw new DatasetError(`Cannot read "${file}": it names ${names.length} classes, expected 2 to 255`);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new DatasetError(`Cannot read "${file}": it names "${twice}" twice, expected each class once`);
  }
  return found;
}

/** The names in the first of the known files that lies in a folder; `undefined` where none does. */
export async function findClassNames(root: string): Promise<ClassNames | undefined> {
  const file = await firstFile(root, FILES);
  return file === undefined ? undefined : await readClassNames(file);
}

/** Whether a folder has one of the known files. */
export async function hasClassNames(root: string): Promise<boolean> {
  return await firstFile(root, FILES) !== undefined;
}

function colorRule({ colors, ignoreColors }: ClassNames): MaskRule {
  return { masks: "color", values: [], colors: colors!, ignore: [], ignoreColors: ignoreColors ?? [] };
}

/** Refuses masks of colours beside names that have none: what the names are of is not known. */
function refuseColors(root: string, names: readonly string[], { counts }: SeenMasks): never {
  throw new DatasetError(
    `Cannot tell the classes of "${root}": its masks hold colours, ${
      histogramText(counts, "color")
    }, and its file of class names has names alone, expected masks of class numbers 0, 1, 2 …; or say the colour of each ` +
      `class in "dataset.toml": classes = ${
        JSON.stringify(names)
      }, masks = "color", colors = [one of these each, in the order of the classes]`,
  );
}

/** The rule by VOC's palette, where masks hold no colour beyond it: what tools paint with where names have no colours. */
function vocRule(names: readonly string[], { counts }: SeenMasks): Classes | undefined {
  const colors = vocColors(names.length);
  const known = new Set([...colors, VOC_BORDER].map(packColor));
  const isVoc = counts.every(({ value }) => known.has(value));
  return isVoc
    ? { classes: names, colors, maskRule: colorRule({ names, colors, ignoreColors: [VOC_BORDER] }) }
    : undefined;
}

/** Whether masks hold numbers of classes and no colours, though the classes have some. */
function holdNumbers(
  { masks, counts }: SeenMasks,
  { names, colors, ignoreValues = [] }: ClassNames,
): boolean {
  const isGrey = colors!.every(([r, g, b]) => r === g && g === b);
  const highest = names.length + ignoreValues.length;
  return masks.length > 0 && !isGrey && masks.every(({ kind }) => kind === "index") &&
    counts.every(({ value }) => value < highest || value === IGNORE_LABEL);
}

/**
 * Classes of masks by their names: of colours where the names have some and the masks hold them, else of numbers; a palette
 * gives the colours.
 * @param root Stands in error texts
 * @param items Labeled ones
 * @throws {DatasetError} If masks hold colours and names have none, cannot be read, or number the colours of their palettes
 * differently
 */
export async function namedClasses(
  root: string,
  named: ClassNames,
  items: readonly Item[],
  options: SurveyOptions,
): Promise<Classes> {
  const { names, values, colors, ignoreValues } = named;
  const looked = colors === undefined ? LOOKED_AT : LOOKED_AT_FOR_COLORS;
  const seen = await lookAtMasks(root, spreadItems(items, looked), options);
  if (colors !== undefined) {
    const maskRule = holdNumbers(seen, named)
      ? indexRule(colors, values, [...ignoreValues ?? [], IGNORE_LABEL])
      : colorRule(named);
    return { classes: names, colors, maskRule };
  }
  if (seen.masks.length > 0 && seen.masks.every(({ kind }) => kind === "color")) {
    return vocRule(names, seen) ?? refuseColors(root, names, seen);
  }
  refuseSwappedColors(seen);
  const { palette } = seen;
  const own = defaultColors(names).map((color, label): Color => palette?.[values?.[label] ?? label] ?? color);
  return { classes: names, colors: own, maskRule: indexRule(own, values), ignoreAssumed: true };
}
