/** Comparisons that ship: recipes of `--table`. */
import { RECIPE_NAMES } from "../../config/recipe.ts";
import { ConfigError } from "../../core/errors.ts";
import { expectedNames } from "../../core/names.ts";
import type { VariantRecord } from "../../report/comparison/comparison_record.ts";
import { variantOf } from "./variants.ts";

/** A list of recipes. */
export interface ComparisonTable {
  /** For help texts. */
  readonly summary: string;
  /** As `--recipes` takes them, one an entry; `supervised` first. */
  readonly recipes: readonly string[];
}

/** λ is drawn again while it is at or above this. */
const LAMBDA_LIMITS = [0.1, 0.2, 0.3, 0.4, 0.5];

/** By name. */
export const COMPARISON_TABLES: Readonly<Record<string, ComparisonTable>> = {
  // arXiv 2106.15064, Table 1
  lambda: {
    summary: "λ limits 0.1 to 0.5 of the paper's recipe (its Table 1)",
    recipes: [
      "supervised",
      ...LAMBDA_LIMITS.map((limit) => `λ < ${limit}: paper mix.lambdaLimit=${limit}`),
    ],
  },
  // arXiv 2106.15064, Table 2
  parts: {
    summary: "the paper's recipe with random pairs, without MITrans, with hard decoupling (its Table 2)",
    recipes: [
      "supervised",
      "paper",
      "random pairs: paper pair.select=random",
      "no MITrans: paper mitrans=off",
      "hard decoupling: paper decouple.mode=hard dec.mode=hard",
    ],
  },
  methods: {
    summary: "every recipe at equal labels and iterations",
    recipes: ["supervised", ...RECIPE_NAMES.filter((name) => name !== "supervised")],
  },
};

/**
 * The recipes of a table.
 * @throws {ConfigError} If it is unknown
 */
export function tableVariants(name: string): VariantRecord[] {
  if (!Object.hasOwn(COMPARISON_TABLES, name)) {
    const known = expectedNames(name, Object.keys(COMPARISON_TABLES));
    throw new ConfigError(`Cannot compare: table "${name}" is unknown, ${known}`);
  }
  return COMPARISON_TABLES[name]!.recipes.map(variantOf);
}
