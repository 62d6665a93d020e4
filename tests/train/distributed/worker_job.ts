import type { RunConfig } from "../../../src/config/run_config.ts";
import type { RecipeName } from "../../../src/config/recipe.ts";
import type { RecipeChanges } from "../../method/small_step.ts";

/** What a test asks of `train_worker.ts`. Plain data. */
export interface WorkerJob {
  /** Run folder. */
  readonly out: string;
  readonly iterations: number;
  readonly recipe: RecipeName;
  /** Other values than the recipe's. */
  readonly changes?: RecipeChanges;
  readonly checkpointEvery?: number;
  /** Default none. */
  readonly recompute?: RunConfig["recompute"];
  /** Default 0.05, that of the tiny run. */
  readonly learningRate?: number;
  /** How long to wait for the others. */
  readonly waitSeconds?: number;
  /** Prints stacks. */
  readonly stack?: boolean;
}
