import { numpyRandomState } from "../core/random.ts";
import { drawMixCoefficient } from "../method/mix_coefficient.ts";
import type { Pairs } from "../method/pairing.ts";
import type { StepDraws } from "../method/step_draws.ts";
import { indices, row } from "./layouts.ts";
import type { Results } from "./ledger.ts";
import type { TrainingSetup } from "./training_setup.ts";

const TAKEN = "drawn by torch's generator, which is not repeated here; taken from the reference";

function drawnPairs({ ledger, official, recipe }: TrainingSetup, step: number): Pairs | undefined {
  if (recipe.objective.pair.select !== "random") return undefined;
  const order = indices(ledger.take(`step${step}/${official ? "perm" : "pairs"}`, TAKEN));
  const counted = order.map((_, i) => i);
  return recipe.objective.pair.direction === "labeled"
    ? { labeled: counted, unlabeled: order }
    : { labeled: order, unlabeled: counted };
}

/** A step's draws: λ drawn again from numpy's seed and compared, permutations taken over. */
export function drawAgain(setup: TrainingSetup, step: number, results: Results): StepDraws {
  const { ledger, info, recipe } = setup;
  const seeds = info[`step${step}_seeds`] as { numpy: number };
  const { value, draws } = drawMixCoefficient(
    numpyRandomState(seeds.numpy),
    recipe.objective.mix.lambdaLimit,
  );
  results.set(`step${step}/lam`, row([value], "exact"));
  results.set(`step${step}/lam_draws`, row(draws, "exact"));
  const partners = `step${step}/dec_perm`;
  return {
    mixCoefficient: value,
    pairs: drawnPairs(setup, step),
    labeledPartners: ledger.has(partners) ? indices(ledger.take(partners, TAKEN)) : undefined,
  };
}

/** The pairs that a step made, as the restated cases name them. */
export function putPairs({ recipe }: TrainingSetup, step: number, pairs: Pairs, results: Results): void {
  results.set(`step${step}/pair_l`, row(pairs.labeled, "exact"));
  results.set(`step${step}/pair_u`, row(pairs.unlabeled, "exact"));
  if (recipe.objective.pair.select !== "nearest") return;
  const found = recipe.objective.pair.direction === "unlabeled" ? pairs.labeled : pairs.unlabeled;
  results.set(`step${step}/pairs`, row(found, "exact"));
}
