import type { MitransOptions } from "../model_options.ts";
import type { Recipe, RecipeName } from "../recipe.ts";
import type { RunConfig } from "../run_config.ts";

/** A named configuration: a run's options without those that belong to a single run. */
export interface Preset {
  /** What `--preset` names. */
  readonly name: string;
  /** One line for help texts. */
  readonly summary: string;
  /** The recipe where none is named. */
  readonly recipe: RecipeName;
  /** MITrans as the recipes that have it (`paper`) get it. */
  readonly mitrans: MitransOptions;
  /** What the preset changes in any recipe. */
  readonly adjust?: (recipe: Recipe) => Recipe;
  /** What else it is where its weights are switched off. */
  readonly withoutWeights?: (config: RunConfig) => RunConfig;
  /** Everything else. */
  readonly config: Omit<
    RunConfig,
    "preset" | "seed" | "backend" | "precision" | "recompute" | "engine" | "recipe"
  >;
}
