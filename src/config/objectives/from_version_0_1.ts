/** Recipes as version 0.1 wrote them: one table of parts with flags that excluded each other. */
import { isTable } from "../../core/is_table.ts";

type Table = Record<string, unknown>;

const TABLES = ["mix", "pair", "decouple", "unsup", "classifier", "dec"] as const;

function without(table: unknown, ...names: string[]): Table {
  return isTable(table)
    ? Object.fromEntries(Object.entries(table).filter(([key]) => !names.includes(key)))
    : {};
}

function objectiveOf(
  { usesUnlabeled, mix, pair, decouple, unsup, classifier, dec, imagePoolUpdates }: Table,
): Table {
  if (usesUnlabeled === false) return { kind: "supervised" };
  if (isTable(mix) && mix.shape === "box") {
    return {
      kind: "boxes",
      mix: { weight: 1, ...without(mix, "at", "shape"), probability: 1, over: "boxes" },
      donor: { probability: 0, area: [0.02, 0.4] },
      pair,
      unsup: { ...without(unsup, "loss", "target", "plainView"), target: "hard" },
    };
  }
  const blend = { mix: without(mix, "shape", "weight"), unsup: without(unsup, "plainView") };
  return { kind: "guided-mix", ...blend, pair, decouple, classifier, dec, imagePoolUpdates };
}

/**
 * A configuration with its recipe in today's form, where version 0.1 wrote it; any other value as it is. What only a forbidden
 * combination could have held is lost; everything else is left to the schema.
 */
export function fromVersion01(config: unknown): unknown {
  return isTable(config) ? { ...config, recipe: recipeOf(config.recipe) } : config;
}

function recipeOf(value: unknown): unknown {
  if (!isTable(value) || "objective" in value || !isTable(value.mix)) return value;
  const plain = isTable(value.unsup) && value.unsup.plainView === true;
  return {
    ...without(value, "usesUnlabeled", "imagePoolUpdates", ...TABLES),
    objective: objectiveOf(value),
    views: { strong: "official", count: 1, plain, warp: 0 },
    teacher: { decay: 0, evaluated: false },
  };
}
