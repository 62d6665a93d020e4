/**
 * The objective of one training step on a tape: L_ce, and what the recipe's unlabeled objective adds to it. Each objective is
 * a file of `objectives/`.
 */
import { frozenNorms } from "../config/recipe.ts";
import { ForwardPass } from "../model/forward_pass.ts";
import type { Network } from "../model/network.ts";
import { linearCombination } from "../nn/arithmetic.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { objectiveCode } from "./objectives/objectives.ts";
import type { LossName, ObjectiveContext } from "./objectives/step.ts";
import type { ChosenPairs } from "./pairing.ts";
import type { StepBatch } from "./step_batch.ts";
import type { VaryingDraws } from "./step_draws.ts";

/** A step's objective on the tape. */
export interface Objective {
  readonly total: Value;
  /** Each term before its weight. */
  readonly terms: Readonly<Partial<Record<LossName, Value>>>;
  /** The pairs that were mixed; `readPairs` reads them while the tape lives. */
  readonly pairs?: ChosenPairs;
}

/**
 * Puts a step's objective on the tape and moves the running statistics.
 * @param batch Checked by `checkBatch`
 * @param draws The step's random part
 */
export function objective(
  tape: Tape,
  network: Network,
  batch: StepBatch,
  draws: VaryingDraws,
  context: ObjectiveContext,
): Objective {
  const { objective: options } = context.recipe;
  const code = objectiveCode(options);
  const pass = new ForwardPass(tape, network.parameters, {
    training: true,
    random: draws.dropout,
    normKernels: context.normKernels,
    frozen: frozenNorms(context.recipe),
    ...code.passOptions?.(options, { batch, draws, context }),
  });
  try {
    const { terms, pairs } = code.terms({ tape, pass, network, batch, draws, context, options });
    const total = linearCombination(tape, terms.map(([, weight, value]) => [weight, value]));
    return { total, terms: Object.fromEntries(terms.map(([name, , value]) => [name, value])), pairs };
  } finally {
    pass.dispose();
  }
}
