import { ConfigError } from "../core/errors.ts";
import { nearestName } from "../core/names.ts";
import { fromVersion01 } from "./objectives/from_version_0_1.ts";
import { checkRecipe } from "./check_recipe.ts";
import { partsOf, usesUnlabeled } from "./recipe.ts";
import type { RunConfig } from "./run_config.ts";
import { optionNames, parseRun, type Verdict } from "./run_schema.ts";

type Issue = NonNullable<Verdict["error"]>["issues"][number];

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/** How many unknown options are named; more would not fit a message. */
const SHOWN = 20;

function unknownKeys(path: readonly PropertyKey[], keys: readonly string[], value: unknown): string[] {
  const more = keys.length > SHOWN ? [`${keys.length - SHOWN} more are unknown`] : [];
  return [...keys.slice(0, SHOWN).map((key) => unknownKey(path, key, value)), ...more];
}

/** The choice between tables that a path lies in. */
function choiceAt(path: readonly PropertyKey[], value: unknown): string {
  if (path[0] === "recipe") {
    return `objective ${JSON.stringify(valueAt(value, ["recipe", "objective", "kind"]))}`;
  }
  const { family } = valueAt(value, path) as { family?: unknown };
  return `family ${JSON.stringify(family ?? "resnet")}`;
}

function unknownKey(path: readonly PropertyKey[], key: string, value: unknown): string {
  if (optionNames(path).includes(key)) {
    return `"${[...path, key].join(".")}" is no option of ${choiceAt(path, value)}`;
  }
  const near = nearestName(key, optionNames(path));
  const hint = near === undefined
    ? `expected one of ${optionNames(path).join(", ")}`
    : `did you mean "${[...path, near].join(".")}"?`;
  return `"${[...path, key].join(".")}" is unknown, ${hint}`;
}

/** Of the kinds that a value may have, the problems with the table are those that help. */
function flatten(issue: Issue): readonly Issue[] {
  // one without errors found no table of the family that is named
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const tables = issue.errors.filter((list) => list.some((one) => one.path.length > 0));
  return (tables[0] ?? []).map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue);
}

function textsOf(issue: Issue, value: unknown): string[] {
  if (issue.code === "unrecognized_keys") return unknownKeys(issue.path, issue.keys, value);
  const found = flatten(issue);
  if (found.length !== 1 || found[0] !== issue) {
    if (found.length > 0) return found.flatMap((one) => textsOf(one, value));
    return [
      `${issue.path.join(".")} is ${JSON.stringify(valueAt(value, issue.path))}, expected false or a table`,
    ];
  }
  const present = valueAt(value, issue.path);
  const state = present === undefined ? "missing" : JSON.stringify(present);
  return [`${issue.path.join(".")} is ${state}, expected ${issue.message}`];
}

/** Rules that hold between options. */
function problemsBetween(config: RunConfig): string[] {
  const { optimizer, evaluation, recipe, batch, network } = config;
  const found: string[] = [];
  if (optimizer.minimumLearningRate > optimizer.learningRate) {
    found.push(
      `optimizer.minimumLearningRate is ${optimizer.minimumLearningRate}, ` +
        `expected at most the learningRate ${optimizer.learningRate}`,
    );
  }
  if (evaluation.stride.some((step, axis) => step > evaluation.crop[axis]!)) {
    found.push(
      `evaluation.stride is [${evaluation.stride}], expected at most evaluation.crop [${evaluation.crop}]`,
    );
  }
  // the norm after global pooling would see one value a channel
  const sides = usesUnlabeled(recipe) ? ["labeled", "unlabeled"] as const : ["labeled"] as const;
  for (const side of sides.filter((side) => batch[side] < 2)) {
    found.push(`batch.${side} is ${batch[side]}, expected at least 2 for recipe "${recipe.name}"`);
  }
  if (usesUnlabeled(recipe) && !partsOf(recipe).mitrans && network.mitrans !== false) {
    found.push(
      `network.mitrans is on, expected false with objective "${recipe.objective.kind}": only blends pass it`,
    );
  }
  if (recipe.encoderNorms === "frozen" && network.weights === undefined) {
    found.push(
      'recipe.encoderNorms is "frozen" without network.weights, expected "batch": norms that begin at random would stay so',
    );
  }
  try {
    checkRecipe(recipe);
  } catch (error) {
    found.push((error as Error).message.replace(/^Cannot use recipe "[^"]*": /, ""));
  }
  return found;
}

/**
 * Checks a configuration from outside.
 * @param given What was read; recipes may be written as version 0.1 did
 * @param what Names it in errors, for example `config "runs/a/config.toml"`
 * @throws {ConfigError} With every problem: unknown options (nearest named), wrong types, numbers out of range
 */
export function checkConfig(given: unknown, what: string): RunConfig {
  const value = fromVersion01(given);
  const verdict = parseRun(value);
  const found = verdict.success
    ? problemsBetween(verdict.data)
    : verdict.error.issues.flatMap((issue) => textsOf(issue, value));
  if (found.length > 0) throw new ConfigError(`Cannot use ${what}: ${found.join("; ")}`);
  return verdict.data!;
}
