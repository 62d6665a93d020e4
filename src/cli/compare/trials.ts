/** The runs of a comparison. */
import { join } from "node:path";
import { usesUnlabeled } from "../../config/recipe.ts";
import type { VariantRecord } from "../../report/comparison/comparison_record.ts";
import { type ComparisonPlan, skipSettings } from "./comparison_plan.ts";
import type { LabelChoice } from "./label_choices.ts";
import type { PreparedComparison } from "./prepare_comparison.ts";
import { folderWord } from "./variants.ts";

/** A run. */
export interface Trial {
  /** Name of its folder. */
  readonly name: string;
  /** Path of its folder. */
  readonly folder: string;
  /** The recipe. */
  readonly variant: VariantRecord;
  /** The labels. */
  readonly labels: LabelChoice;
  /** The seed. */
  readonly seed: number;
}

/** Folder of the runs in that of the comparison. */
export const RUNS = "runs";

/**
 * All runs, seed by seed, so that every recipe has some early. Recipes that need unlabeled images are left out where all
 * images are labeled: there the baseline says what labels can do.
 */
export function trialsOf(
  { variants, seeds }: Pick<ComparisonPlan, "variants" | "seeds">,
  { labels, configs }: Pick<PreparedComparison, "labels" | "configs">,
  out: string,
): Trial[] {
  return seeds.flatMap((seed) =>
    labels.flatMap((choice) =>
      variants.filter((_, i) => choice.leavesUnlabeled || !usesUnlabeled(configs[i]!.recipe)).map(
        (variant) => {
          const labelWord = choice.text === "all" ? "all" : String(choice.count);
          const name = `${folderWord(variant.label)}-${labelWord}-seed${seed}`;
          return { name, folder: join(out, RUNS, name), variant, labels: choice, seed };
        },
      )
    )
  );
}

/** Runs of one key cost alike. */
export function costKey({ recipe, settings }: VariantRecord): string {
  return [recipe, ...settings].join(" ");
}

/** Settings of all runs of a plan. Within a budget runs are evaluated at their end alone. */
export function sharedSettings(
  { shared: { set, budget }, decided }: ComparisonPlan,
  iterations: number,
): string[] {
  const isOpen = budget !== undefined && !set.some((setting) => /^\s*evaluation\.every\s*=/.test(setting));
  return [...isOpen ? [`evaluation.every=${iterations}`] : [], ...set, ...decided];
}

/** Arguments of the `train` that begins a run. */
export function trainArguments(
  { variant, labels, seed, folder }: Trial,
  plan: ComparisonPlan,
  iterations = plan.iterations,
): string[] {
  const { preset, data, unlabeled, weights, backend } = plan.shared;
  const flags = Object.entries({ preset, data, unlabeled, weights, backend }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value]
  );
  const settings = [...sharedSettings(plan, iterations), ...variant.settings].flatMap((
    setting,
  ) => ["--set", setting]);
  const own = ["--recipe", variant.recipe, "--seed", `${seed}`, "--iterations", `${iterations}`];
  return ["train", ...flags, ...own, ...settings, ...labels.flags, "--out", folder];
}

/** Arguments of the `train` that goes on with a run. */
export function resumeArguments({ folder }: Trial, { shared }: ComparisonPlan): string[] {
  const skip = skipSettings(shared).flatMap((setting) => ["--set", setting]);
  return ["train", "--resume", "--out", folder, ...skip];
}
