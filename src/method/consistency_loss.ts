import * as tf from "@tensorflow/tfjs-core";
import type { GuidedMixOptions } from "../config/objectives/guided_mix.ts";
import { gatherBatch } from "../nn/arithmetic.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { decouple, inSpace } from "./decoupling.ts";
import { focalHard, focalSoft } from "./focal_loss.ts";
import type { Varying } from "../nn/varying.ts";
import type { PairIndices } from "./pairing.ts";
import { pseudoLabels } from "./pseudo_labels.ts";
import { squaredError } from "./scalar_losses.ts";

/** Predictions that a consistency loss compares, logits at feature size. */
export interface MixedPredictions {
  /** M_mix `[pairs, h, w, K]`. */
  readonly mixed: Value;
  /** M_l `[N, h, w, K]`. */
  readonly labeled: Value;
  /** M_u `[M, h, w, K]`. */
  readonly unlabeled: Value;
}

function compare(
  tape: Tape,
  recipe: Pick<GuidedMixOptions, "decouple" | "unsup">,
  prediction: Value,
  target: Value,
): Value {
  tape.observe("unsup_pred", prediction);
  tape.observe("unsup_target", target);
  switch (recipe.unsup.loss) {
    case "mse":
      return squaredError(tape, prediction, target.tensor);
    case "focal-soft":
      return focalSoft(tape, prediction, target.tensor);
    case "focal-hard": {
      const indices = tf.argMax(target.tensor, -1);
      const loss = focalHard(tape, prediction, indices);
      indices.dispose();
      return loss;
    }
    case "ce": {
      const labels = pseudoLabels(target.tensor, recipe.decouple.space, recipe.unsup.threshold);
      const loss = crossEntropy(tape, prediction, labels, "all");
      labels.dispose();
      return loss;
    }
  }
}

/**
 * L_usup: the decoupled prediction M_u_dec against the plain one M_u of the unlabeled images (section 3.3). The side
 * that `recipe.unsup.target` names is a constant: no gradient flows into it. The official code has M_u constant, the
 * paper M_u_dec.
 * @param coefficient λ of the mix
 * @returns A scalar, before weight and ramp-up
 */
export function consistencyLoss(
  tape: Tape,
  { mixed, labeled, unlabeled }: MixedPredictions,
  pairs: PairIndices,
  coefficient: Varying<number>,
  recipe: Pick<GuidedMixOptions, "decouple" | "unsup">,
): Value {
  return tape.scope(() => {
    const share = gatherBatch(tape, labeled, pairs.labeled);
    const decoupled = tape.observe("M_u_dec", decouple(tape, mixed, share, coefficient, recipe.decouple));
    const partner = gatherBatch(tape, unlabeled, pairs.unlabeled);
    const plain = recipe.unsup.loss === "ce" ? partner : inSpace(tape, partner, recipe.decouple.space);
    return recipe.unsup.target === "M_u"
      ? compare(tape, recipe, decoupled, plain)
      : compare(tape, recipe, plain, decoupled);
  });
}
