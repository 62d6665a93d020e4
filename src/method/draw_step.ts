import type { ObjectiveOptions } from "../config/objectives/objective_options.ts";
import type { Recipe } from "../config/recipe.ts";
import { hashText, numpyRandomState, randomStream } from "../core/random.ts";
import { drawMixCoefficient } from "./mix_coefficient.ts";
import { objectiveCode } from "./objectives/objectives.ts";
import type { DrawSource, StepDraws } from "./step_draws.ts";

/** λ is drawn for every recipe, so that steps of one seed have the same. */
function lambdaLimitOf(objective: ObjectiveOptions): number {
  return "mix" in objective ? objective.mix.lambdaLimit : 0.5;
}

/**
 * Draws a step's random part from streams of (seed, purpose, iteration).
 * @param labeled Number of labeled images
 * @param unlabeled Number of unlabeled images
 */
export function drawStep(
  { objective }: Recipe,
  seed: number,
  iteration: number,
  labeled: number,
  unlabeled: number,
): StepDraws {
  const random = numpyRandomState(hashText(`${seed}/mix/${iteration}`));
  const stream = (purpose: string) => randomStream(seed, purpose, iteration);
  const source: DrawSource = { seed, iteration, labeled, unlabeled, stream };
  return {
    mixCoefficient: drawMixCoefficient(random, lambdaLimitOf(objective)).value,
    ...objectiveCode(objective).draw?.(objective, source),
    dropout: stream("dropout"),
    stream,
  };
}
