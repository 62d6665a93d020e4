/** Files in which tools write the names of classes. */
import { DatasetError } from "../../core/errors.ts";
import type { Color, Item, MaskRule } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import type { SurveyOptions } from "../masks/survey_masks.ts";
import { readTextFile } from "../read_file.ts";
import { spreadItems } from "../spread_items.ts";
import { histogramText } from "../suggest_mapping.ts";
import { firstFile } from "./folder_items.ts";
import type { Classes } from "./infer_classes.ts";
import { lookAtMasks, refuseSwappedColors, type SeenMasks } from "./look_at_masks.ts";

/** Classes by name. */
export interface ClassNames {
  /** At least two. */
  readonly names: readonly string[];
  /** The stored number of each, where it is not 0, 1, 2 … */
  readonly values?: readonly number[];
  /** The colour of each, where masks hold colours. */
  readonly colors?: readonly Color[];
  /** Colours of names that mean "no class". */
  readonly ignoreColors?: readonly Color[];
}

/** Masks that are looked at where names tell the classes. */
const LOOKED_AT = 256;

/** Names in the order in which they are looked for. */
const FILES: readonly string[] = [
  "classes.txt",
  "class_names.txt",
  "labels.txt",
  "labelmap.txt",
  "label_map.txt",
  "_classes.csv",
];

/** Names that mean "left out". */
const IGNORED = /^(__ignore__|ignored?|void)$/i;

/** The border of objects in VOC's palette. */
const VOC_BORDER: Color = [224, 224, 192];

/** `name:r,g,b:parts:actions` of VOC's and CVAT's labelmap. */
const LABEL_LINE = /^(.+?):(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})(:|$)/;

/** `value, name` of Roboflow's table. */
const TABLE_LINE = /^\s*(\d+)\s*,\s*(.+?)\s*$/;

function labelMap(lines: readonly string[]): ClassNames {
  const rows = lines.map((line) => {
    const [, name, r, g, b] = LABEL_LINE.exec(line)!;
    return { name: name!, color: [Number(r), Number(g), Number(b)] as const };
  });
  const kept = rows.filter(({ name }) => !IGNORED.test(name));
  const border = rows.some(({ color }) => color.join() === VOC_BORDER.join()) ? [] : [VOC_BORDER];
  return {
    names: kept.map(({ name }) => name),
    colors: kept.map(({ color }) => color),
    ignoreColors: [...rows.filter(({ name }) => IGNORED.test(name)).map(({ color }) => color), ...border],
  };
}

function table(lines: readonly string[]): ClassNames {
  const rows = lines.flatMap((line) => {
    const found = TABLE_LINE.exec(line);
    return found === null ? [] : [{ value: Number(found[1]), name: found[2]! }];
  });
  return { names: rows.map(({ name }) => name), values: rows.map(({ value }) => value) };
}

/** `0 background`, `1: road`: names with their numbers, from 0 or 1 on without a gap. */
const NUMBERED_LINE = /^(\d+)\s*[:=,;.)\t ]\s*(.*\S)$/;

function numbered(lines: readonly string[]): ClassNames | undefined {
  const rows = lines.map((line) => NUMBERED_LINE.exec(line)).map((found) => ({
    value: Number(found?.[1]),
    name: found?.[2] ?? "",
  }));
  rows.sort((a, b) => a.value - b.value);
  const first = rows[0]?.value ?? 0;
  if (first > 1 || !rows.every(({ value }, i) => value === first + i)) return undefined;
  const names = rows.map(({ name }) => name);
  return first === 0 ? { names } : { names, values: rows.map(({ value }) => value) };
}

/**
 * Reads names of classes: a name a line, with its number before it or not (of labelme; `__ignore__` is none), CVAT's labelmap
 * with colours, or Roboflow's table of pixel values.
 * @throws {DatasetError} If it names fewer than 2 classes or more than 255, or one twice
 */
export async function readClassNames(file: string): Promise<ClassNames> {
  const text = (await readTextFile(file)).replace(/^\uFEFF/, "");
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("#")
  );
  const found = lines.length > 0 && lines.every((line) => LABEL_LINE.test(line))
    ? labelMap(lines)
    : file.endsWith(".csv")
    ? table(lines)
    : numbered(lines) ??
      { names: lines.map((line) => line.replace(/:+$/, "")).filter((name) => !IGNORED.test(name)) };
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

/**
 * Classes of masks by their names: of colours where the names have some, else of numbers; a palette gives the colours.
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
  const { names, values, colors } = named;
  if (colors !== undefined) return { classes: names, colors, maskRule: colorRule(named) };
  const seen = await lookAtMasks(root, spreadItems(items, LOOKED_AT), options);
  if (seen.masks.length > 0 && seen.masks.every(({ kind }) => kind === "color")) {
    refuseColors(root, names, seen);
  }
  refuseSwappedColors(seen);
  const { palette } = seen;
  const own = defaultColors(names).map((color, label): Color => palette?.[values?.[label] ?? label] ?? color);
  return { classes: names, colors: own, maskRule: indexRule(own, values), ignoreAssumed: true };
}
