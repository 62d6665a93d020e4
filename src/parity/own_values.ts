/** What the official step throws away or does not compute, from the tensors that passed through ours. */
import * as tf from "@tensorflow/tfjs-core";
import type { UnsupervisedOptions } from "../config/objectives/guided_mix.ts";
import { decouple } from "../method/decoupling.ts";
import { focalHard, focalSoft, OFFICIAL_FOCAL } from "../method/focal_loss.ts";
import { squaredError } from "../method/scalar_losses.ts";
import type { StepDraws } from "../method/step_draws.ts";
import { gatherBatch, linearCombination } from "../nn/arithmetic.ts";
import { Tape, type Value } from "../nn/tape.ts";
import type { Captured } from "./captured_step.ts";
import { featureMap, outside, plain } from "./layouts.ts";
import type { Reasons, Results } from "./ledger.ts";

const HARD = { mode: "hard", space: "logits", normalize: false, constantShare: false } as const;

/** The step's predictions on a tape. */
export interface Predictions {
  /** M_mix. */
  readonly mixed: Value;
  /** M_l. */
  readonly labeled: Value;
  /** M_u. */
  readonly unlabeled: Value;
  /** M_u_dec, softly decoupled. */
  readonly decoupled: Value;
}

/** The predictions of a captured step. */
export function capturedPredictions(tape: Tape, { values }: Captured): Predictions {
  const put = (name: string) => tape.adopt(featureMap(values.get(name)!));
  return { mixed: put("M_mix"), labeled: put("M_l"), unlabeled: put("M_u"), decoupled: put("M_u_dec") };
}

/** Losses of an official step that its own configuration does not take; M_u is constant in all of them. */
export function otherLosses(tape: Tape, parts: Predictions, draws: StepDraws): Record<string, () => Value> {
  const { mixed, labeled, unlabeled, decoupled: soft } = parts;
  const target = gatherBatch(tape, tape.detach(unlabeled), draws.pairs!.unlabeled).tensor;
  const options = { ...OFFICIAL_FOCAL, clampLog: false };
  return {
    mse_soft: () => squaredError(tape, soft, target),
    mse_hard: () => squaredError(tape, decouple(tape, mixed, labeled, 1, HARD), target),
    focal_argmax: () => {
      const classes = tape.adopt(tf.argMax(target, -1));
      return focalHard(tape, soft, classes.tensor, options);
    },
    focal_soft: () => focalSoft(tape, soft, target),
  };
}

const FILE_NAMES: Readonly<Record<string, string>> = {
  mse_soft: "own/loss_mse_soft",
  mse_hard: "own/loss_mse_hard",
  focal_argmax: "own/focal_argmax_target",
  focal_soft: "own/focal_soft_target",
};

/** A loss whose reference may be NaN, where ours refuses. */
async function putLoss(name: string, loss: () => Value, results: Results, reasons: Reasons): Promise<void> {
  try {
    results.set(name, await plain(loss().tensor, "loss"));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    reasons.set(name, `the official loss is NaN there; refused here: ${error.message}`);
  }
}

/** Results `own/…` and what the official step throws away, of a captured official step. */
export async function putOwnValues(
  captured: Captured,
  draws: StepDraws,
  loss: UnsupervisedOptions["loss"],
  results: Results,
  reasons: Reasons,
): Promise<void> {
  const tape = new Tape({ recording: false });
  const parts = capturedPredictions(tape, captured);
  const { mixed, labeled } = parts;
  const partner = gatherBatch(tape, parts.unlabeled, draws.pairs!.unlabeled);
  const rest = linearCombination(tape, [[1, mixed], [draws.mixCoefficient - 1, partner]]);
  const forward: Record<string, Value> = {
    "step1/M_l_dec": rest,
    "own/target": partner,
    "own/M_u_hard_dec": decouple(tape, mixed, labeled, 1, HARD),
    "own/M_l_hard_dec": decouple(tape, mixed, partner, 1, HARD),
  };
  for (const [name, value] of Object.entries(forward)) {
    results.set(name, await outside(value.tensor, "forward"));
  }
  const losses = otherLosses(tape, parts, draws);
  for (const [name, taken] of Object.entries(losses)) {
    await putLoss(FILE_NAMES[name]!, taken, results, reasons);
  }
  const thrownAway = () =>
    loss === "mse" ? squaredError(tape, rest, labeled.tensor) : focalSoft(tape, rest, labeled.tensor);
  await putLoss("step1/loss_labeled_thrown_away", thrownAway, results, reasons);
  tape.dispose();
}
