/** `--set key=value`: dotted names of options, their short forms, and values read as the option's type wants them. */
import { isTable } from "../core/is_table.ts";
import { nearestName } from "../core/names.ts";
import type { EncoderOptions, MitransOptions } from "./model_options.ts";
import { OBJECTIVE_TABLES } from "./objectives/objective_options.ts";
import { LITE_ENCODER, SMALL_NETWORK } from "./presets/small_network.ts";
import { usesUnlabeled } from "./recipe.ts";
import type { RunConfig } from "./run_config.ts";
import { allOptionPaths, fitsOption, optionNames } from "./run_schema.ts";

/** Tables whose options may be named without `recipe.`, `recipe.objective.` or `network.` before them. */
const SHORT_TABLES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(OBJECTIVE_TABLES.map((name) => [name, ["recipe", "objective", name]])),
  views: ["recipe", "views"],
  teacher: ["recipe", "teacher"],
  mitrans: ["network", "mitrans"],
  encoder: ["network", "encoder"],
  decoder: ["network", "decoder"],
};

/** Options that follow from others or have a flag's meaning elsewhere. */
const FIXED: readonly string[] = ["preset", "recipe.name", "recipe.objective.kind"];

/** What a network has of a family that `--set encoder.family` puts in place of the preset's. */
const FAMILY_DEFAULTS: ReadonlyMap<string, EncoderOptions> = new Map<string, EncoderOptions>([
  ["resnet", SMALL_NETWORK.encoder],
  ["efficientnet-lite", LITE_ENCODER],
]);

function fullPath(key: string): string[] {
  const [first = "", ...rest] = key.split(".");
  return [...(Object.hasOwn(SHORT_TABLES, first) ? SHORT_TABLES[first]! : [first]), ...rest];
}

function shortName(path: string): string {
  const short = Object.entries(SHORT_TABLES).find(([, full]) => path.startsWith(`${full.join(".")}.`));
  return short === undefined ? path : path.slice(short[1].slice(0, -1).join(".").length + 1);
}

/** Names that `--set` takes, the short ones where there are. */
export function settableNames(): string[] {
  return [...allOptionPaths(), "network.mitrans"].filter((path) => !FIXED.includes(path)).map((path) =>
    path === "network.mitrans" ? "mitrans" : shortName(path)
  );
}

function numbersIn(text: string): number[] | undefined {
  const parts = text.replace(/^\[|\]$/g, "").split(/\s*[x×,]\s*/).map((part) => part.trim());
  const numbers = parts.map((part) => part === "" ? NaN : Number(part));
  return numbers.every(Number.isFinite) ? numbers : undefined;
}

/** What a text may mean, the first that fits the option; else the likeliest, whose check then says what is wrong. */
function readValue(path: readonly string[], text: string): unknown {
  if (text === "none" && fitsOption(path, undefined)) return undefined;
  const numbers = numbersIn(text);
  const words: Readonly<Record<string, boolean>> = { true: true, on: true, false: false, off: false };
  const candidates = [
    text,
    ...(numbers?.length === 1 ? [numbers[0]] : []),
    ...(Object.hasOwn(words, text) ? [words[text]] : []),
    ...(numbers === undefined ? [] : [numbers]),
  ];
  return candidates.find((candidate) => fitsOption(path, candidate)) ?? candidates[1] ?? text;
}

function replaced(table: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const inner = isTable(table) ? table : {};
  return { ...inner, [key]: replaced(inner[key], rest, value) };
}

function problemOf(key: string, path: readonly string[]): string | undefined {
  const full = path.join(".");
  if (FIXED.includes(full)) return `"${key}" cannot be set, expected --preset or --recipe`;
  const names = settableNames();
  if (allOptionPaths().includes(full) || full === "network.mitrans") return undefined;
  if (optionNames(path).length > 0) {
    return `"${key}" is a table, expected one of its options: ${
      optionNames(path).map((name) => `${key}.${name}`).join(", ")
    }`;
  }
  const near = nearestName(key, [...names, ...allOptionPaths()]);
  return `"${key}" is unknown, ${
    near === undefined ? `expected one of ${names.join(", ")}` : `did you mean "${near}"?`
  }`;
}

/** Whether an option is of unlabeled images, where there are none: the demo's two runs are given the same settings. */
function isIdle({ recipe }: RunConfig, [first, second]: readonly string[]): boolean {
  return first === "recipe" && second === "objective" && !usesUnlabeled(recipe);
}

function problemOfIdle(key: string, path: readonly string[], text: string): string | undefined {
  return fitsOption(path, readValue(path, text)) ? undefined : `"${key}" cannot be ${JSON.stringify(text)}`;
}

/** A configuration with settings applied, not yet checked, and what was wrong with the settings themselves. */
export interface AppliedSettings {
  readonly value: unknown;
  readonly problems: readonly string[];
}

/**
 * Applies settings in order.
 * @param settings Each `key=value`
 * @param mitrans What MITrans is when an option of it, or `mitrans=true`, switches it on
 */
export function applySettings(
  config: RunConfig,
  settings: readonly string[],
  mitrans: MitransOptions,
): AppliedSettings {
  const problems: string[] = [];
  let value: unknown = config;
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const key = setting.slice(0, Math.max(at, 0)).trim();
    if (key === "") {
      problems.push(`"${setting}" is no setting, expected key=value`);
      continue;
    }
    const path = fullPath(key);
    const text = setting.slice(at + 1).trim();
    const problem = problemOf(key, path) ??
      (isIdle(config, path) ? problemOfIdle(key, path, text) : undefined);
    if (problem !== undefined) problems.push(problem);
    else if (!isIdle(config, path)) value = applyOne(value, path, text, mitrans);
  }
  return { value, problems };
}

function applyOne(value: unknown, path: readonly string[], text: string, mitrans: MitransOptions): unknown {
  const full = path.join(".");
  const isOn = (value as RunConfig).network.mitrans !== false;
  const family = full === "network.encoder.family" ? FAMILY_DEFAULTS.get(text) : undefined;
  if (family !== undefined) {
    const before = (value as RunConfig).network.encoder;
    return (before.family ?? "resnet") === text ? value : replaced(value, ["network", "encoder"], family);
  }
  if (full === "network.mitrans" && (text === "true" || text === "on")) {
    return isOn ? value : replaced(value, path, mitrans);
  }
  const ready = full.startsWith("network.mitrans.") && !isOn
    ? replaced(value, ["network", "mitrans"], mitrans)
    : value;
  return replaced(ready, path, readValue(path, text));
}
