/** Rounds of self-training: which part of a run an iteration is in, and what is trained there. */
import { OF_CROPS, type Recipe, usesUnlabeled } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";

/** A round of a run: iterations from `start` to before `end`. */
export interface Round {
  /** From 0. */
  readonly index: number;
  /** Its first iteration. */
  readonly start: number;
  /** The first one after it. */
  readonly end: number;
}

/** The round that an iteration is in; the one after the last iteration is in the last round. */
export function roundAt(
  iteration: number,
  { iterations, recipe: { rounds } }: {
    readonly iterations: number;
    readonly recipe: Pick<Recipe, "rounds">;
  },
): Round {
  const startOf = (index: number) => Math.floor(index * iterations / rounds);
  let index = 0;
  while (index + 1 < rounds && startOf(index + 1) <= iteration) index++;
  return { index, start: startOf(index), end: startOf(index + 1) };
}

/** Whether rounds are to come that take longer: those after the first learn from unlabeled photos too. */
export function slowsDown(config: Pick<RunConfig, "iterations" | "recipe">, iteration: number): boolean {
  return config.recipe.rounds > 1 && usesUnlabeled(config.recipe) && roundAt(iteration, config).index === 0;
}

/** The configuration of a round: the first of several learns from labels alone. */
export function configOfRound(config: RunConfig, { index }: Pick<Round, "index">): RunConfig {
  const { recipe } = config;
  if (recipe.rounds === 1 || index > 0) return config;
  const teacher = { decay: 0, evaluated: false };
  return {
    ...config,
    recipe: { ...recipe, objective: { kind: "supervised" }, teacher, pseudoLabels: OF_CROPS },
  };
}
