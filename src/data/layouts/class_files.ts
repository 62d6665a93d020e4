/** Files in which tools write the names of classes. */
import { DatasetError } from "../../core/errors.ts";
import { isGrey, packColor } from "../colors.ts";
import { type Color, IGNORE_LABEL, type Item, type MaskRule } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import type { SurveyOptions } from "../masks/survey_masks.ts";
import { readTextFile } from "../read_file.ts";
import { spreadItems } from "../spread_items.ts";
import { histogramText } from "../suggest_mapping.ts";
import { classesOfText, type ClassNames, coloredClasses, VOC_BORDER } from "./class_lines.ts";
import { firstFile } from "./folder_items.ts";
import type { Classes } from "./infer_classes.ts";
import { byNumbers, lookAtMasks, refuseSwappedColors, type SeenMasks } from "./look_at_masks.ts";
import { vocColors } from "./voc_colors.ts";

/** Masks that are looked at where names tell the classes. */
const LOOKED_AT = 256;

/** Masks that are looked at to tell whether they hold colours at all. */
const LOOKED_AT_FOR_COLORS = 8;

/** Files of names, in the order in which they are looked for. */
const NAMES: readonly string[] = [
  "classes.txt",
  "class_names.txt",
  "labels.txt",
  "labelmap.txt",
  "label_map.txt",
  "_classes.csv",
];

/** Files of names with colours, which count where they are in such a form and no other file is there. */
const COLORS: readonly string[] = ["label_colors.txt", "class_dict.csv"];

/**
 * Reads names of classes, in one of the forms of `classesOfText`.
 * @throws {DatasetError} If it names fewer than 2 classes or more than 255, or one twice
 */
export async function readClassNames(file: string): Promise<ClassNames> {
  return checked(file, classesOfText(await readTextFile(file), file.endsWith(".csv")));
}

function checked(file: string, found: ClassNames): ClassNames {
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
  const file = await firstFile(root, NAMES);
  return file === undefined ? await findColoredNames(root) : await readClassNames(file);
}

/** The names of a list of colours alone, as CVAT and Datumaro write it; `undefined` where none lies in a folder. */
export async function findColoredNames(root: string): Promise<ClassNames | undefined> {
  const file = await firstFile(root, COLORS);
  const found = file === undefined ? undefined : coloredClasses(await readTextFile(file));
  return found === undefined ? undefined : checked(file!, found);
}

/** Whether a folder has one of the known files of names. */
export async function hasClassNames(root: string): Promise<boolean> {
  return await firstFile(root, NAMES) !== undefined;
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

/** Whether masks hold numbers and no colours, though the classes have some. */
function holdNumbers({ masks }: SeenMasks, colors: readonly Color[]): boolean {
  return masks.length > 0 && !colors.every(isGrey) && masks.every(({ kind }) => kind === "index");
}

/**
 * Classes of masks of numbers by a list with colours: its order counts where the masks use the last number that it has, and none
 * beyond it; a longer list is of other numbers, as CamVid's of 32 colours is beside masks of 11 classes.
 */
function numberedClasses(
  { counts }: SeenMasks,
  { names, values, colors, ignoreValues = [] }: ClassNames,
): Classes | undefined {
  const last = names.length + ignoreValues.length - 1;
  const highest = Math.max(...counts.map(({ value }) => value).filter((value) => value !== IGNORE_LABEL));
  if (highest !== last) return undefined;
  return {
    classes: names,
    colors: colors!,
    maskRule: indexRule(colors!, values, [...ignoreValues, IGNORE_LABEL]),
  };
}

/**
 * Classes of masks by their names: of colours where the names have some and the masks hold them, else of numbers; a palette
 * gives the colours.
 * @param root Stands in error texts
 * @param items Labeled ones
 * @returns `undefined` where the names are of other numbers than the masks'
 * @throws {DatasetError} If masks hold colours and names have none, cannot be read, or number the colours of their palettes
 * differently
 */
export async function namedClasses(
  root: string,
  named: ClassNames,
  items: readonly Item[],
  options: SurveyOptions,
): Promise<Classes | undefined> {
  const { names, values, colors } = named;
  const look = (most: number) => lookAtMasks(root, spreadItems(items, most), options);
  if (colors !== undefined) {
    return holdNumbers(await look(LOOKED_AT_FOR_COLORS), colors)
      ? numberedClasses(await look(LOOKED_AT), named)
      : { classes: names, colors, maskRule: colorRule(named) };
  }
  const seen = byNumbers(await look(LOOKED_AT));
  if (seen.masks.length > 0 && seen.masks.every(({ kind }) => kind === "color")) {
    return vocRule(names, seen) ?? refuseColors(root, names, seen);
  }
  refuseSwappedColors(seen);
  const { palette } = seen;
  const own = defaultColors(names).map((color, label): Color => palette?.[values?.[label] ?? label] ?? color);
  return { classes: names, colors: own, maskRule: indexRule(own, values), ignoreAssumed: true };
}
