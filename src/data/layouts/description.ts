import { basename, dirname } from "node:path";
import { parse } from "smol-toml";
import { tomlReason } from "../../core/toml_reason.ts";
import { z } from "zod";
import { DatasetError } from "../../core/errors.ts";
import { quoted } from "../../core/shown_text.ts";
import { expectedNames } from "../../core/names.ts";
import type { Color, MaskRule } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { throwCollected } from "../problems.ts";

/** A checked `dataset.toml`; paths as written. */
export interface Description {
  /** The given name, or the folder's. */
  readonly name: string;
  /** At least two. */
  readonly classes: readonly string[];
  /** One for each class: given, or the default ones. */
  readonly colors: readonly Color[];
  /** Made of `masks`, `values`, `colors` and `ignore`. */
  readonly maskRule: MaskRule;
  /** Whether 255 is ignored although `ignore` does not say so. */
  readonly ignoreAssumed: boolean;
  /** A list; without it the folders `images` and `masks`. */
  readonly train?: string;
  /** A list; there where `train` is. */
  readonly val?: string;
  /** A list. */
  readonly test?: string;
  /** A folder or a list. */
  readonly unlabeled?: string;
}

const BYTE = z.int().min(0).max(255);
const COLOR = z.tuple([BYTE, BYTE, BYTE]);
const STORED = z.int().min(0).max(65535);
const PATH = z.string().min(1);

const SHAPE = {
  name: z.string().min(1).optional(),
  classes: z.array(z.string().min(1)).min(2).max(255),
  colors: z.array(COLOR).optional(),
  masks: z.enum(["index", "palette", "color"]).default("index"),
  values: z.array(STORED).optional(),
  ignore: z.array(z.union([STORED, COLOR], "expected a whole number from 0 to 65535 or a colour [r, g, b]"))
    .optional(),
  train: PATH.optional(),
  val: PATH.optional(),
  test: PATH.optional(),
  unlabeled: PATH.optional(),
};

const KEYS: readonly string[] = Object.keys(SHAPE);

type Raw = z.infer<z.ZodObject<typeof SHAPE>>;

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    throw new DatasetError(`Cannot read "${path}": ${tomlReason(cause, text)}, expected TOML`, { cause });
  }
}

function keyProblems(table: Record<string, unknown>): string[] {
  return Object.keys(table)
    .filter((key) => !KEYS.includes(key))
    // later ones are only counted
    .map((key, i) => `key ${quoted(key)} is unknown${i < 20 ? `, ${expectedNames(key, KEYS)}` : ""}`);
}

function repeated(values: readonly (string | number)[]): string | number | undefined {
  return values.find((value, i) => values.indexOf(value) !== i);
}

/** What the types alone do not say. */
function meaningProblems({ classes, colors, masks, values, ignore, train, val, test }: Raw): string[] {
  const problems: string[] = [];
  if ((train ?? test) !== undefined && val === undefined) problems.push("val is missing, expected a list");
  if ((val ?? test) !== undefined && train === undefined) problems.push("train is missing, expected a list");
  const twice = (key: string, list: readonly (string | number)[]) => {
    const value = repeated(list);
    if (value !== undefined) problems.push(`${key} holds ${JSON.stringify(value)} twice, expected each once`);
  };
  const sameLength = (key: string, length: number | undefined) => {
    if (length !== undefined && length !== classes.length) {
      problems.push(`${key} has ${length} entries, expected ${classes.length}, one for each class`);
    }
  };
  sameLength("colors", colors?.length);
  sameLength("values", values?.length);
  twice("classes", classes);
  twice("values", values ?? []);
  if (masks === "color" && colors === undefined) {
    problems.push('colors is missing, expected one for each class with masks = "color"');
  }
  if (masks === "color" && colors !== undefined) twice("colors", colors.map((color) => color.join(", ")));
  if (masks === "color" && values !== undefined) {
    problems.push('values is given, expected none with masks = "color": colors tells the classes');
  }
  if (masks !== "color" && ignore?.some((value) => typeof value !== "number")) {
    problems.push(`ignore holds a colour, expected numbers with masks = "${masks}"`);
  }
  const stored = masks === "color" ? [] : values ?? classes.map((_, i) => i);
  const both = ignore?.find((value) => typeof value === "number" && stored.includes(value));
  if (both !== undefined) {
    problems.push(
      `ignore holds ${both}, the value of "${classes[stored.indexOf(both as number)]}", expected others`,
    );
  }
  return problems;
}

/** Ignored where nothing is said: 255, unless it is a class's value. */
function defaultIgnore(values: readonly number[]): number[] {
  return values.includes(255) ? [] : [255];
}

function maskRuleOf(raw: Raw, colors: readonly Color[]): MaskRule {
  const values = raw.values ?? raw.classes.map((_, i) => i);
  const ignore = raw.ignore ?? (raw.masks === "color" ? [] : defaultIgnore(values));
  return {
    masks: raw.masks,
    values,
    colors,
    ignore: ignore.filter((value) => typeof value === "number"),
    ignoreColors: ignore.filter((value) => typeof value !== "number"),
  };
}

/**
 * Reads the text of a `dataset.toml`.
 * @param path Stands in error texts; its folder's name is the dataset's where the text gives none
 * @throws {DatasetError} If it is no TOML, or, collected, for unknown keys (with the nearest known one), missing or
 * wrong values, and values that contradict each other
 */
export function parseDescription(text: string, path: string): Description {
  const table = parseToml(text, path);
  const unknown = keyProblems(table);
  const known = Object.fromEntries(Object.entries(table).filter(([key]) => KEYS.includes(key)));
  const checked = z.object(SHAPE).safeParse(known);
  const shape = checked.success ? [] : checked.error.issues.map((issue) => {
    const at = issue.path.map((part, i) =>
      typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${String(part)}`
    );
    const key = at.map(String).join("");
    const value = issue.path.reduce<unknown>((inner, part) => (inner as never)?.[part as never], known);
    const rule = /expected (.*?)(, received .*)?$/s.exec(issue.message)?.[1] ?? issue.message;
    return `${key} is ${value === undefined ? "missing" : JSON.stringify(value)}, expected ${rule}`;
  });
  const meaning = checked.success ? meaningProblems(checked.data) : [];
  throwCollected(`read "${path}"`, [...unknown, ...shape, ...meaning]);
  const raw = checked.data!;
  const colors = raw.colors ?? defaultColors(raw.classes);
  return {
    name: raw.name ?? basename(dirname(path)),
    classes: raw.classes,
    colors,
    maskRule: maskRuleOf(raw, colors),
    ignoreAssumed: raw.ignore === undefined && raw.masks !== "color" && !(raw.values ?? []).includes(255),
    train: raw.train,
    val: raw.val,
    test: raw.test,
    unlabeled: raw.unlabeled,
  };
}
