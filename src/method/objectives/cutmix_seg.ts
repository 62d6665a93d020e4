/**
 * CutMix for semi-supervised segmentation (French, Laine, Aila, Mackiewicz & Finlayson 2020, section 3.4; their code at
 * af6183a): total = L_ce + w · L_usup.
 *
 *     unlabeled, clean ──> teacher, at inference ──> probabilities p_t ──┐ the same box in both
 *     unlabeled, jittered ──> box of the next one ──> student ──> p_s ───┴─> Σ_c (p_s − p_t)²
 *
 * The loss is the mean over positions times one number: the share of the batch's positions with max p_t of at least the
 * threshold. Their norms are frozen and ours are not; their jitter is a little gentler and has no blur; they leave padding out of
 * the loss.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { CutMixSegOptions } from "../../config/objectives/cutmix_seg.ts";
import { multiplyConstant } from "../../nn/arithmetic.ts";
import { IGNORE_LABEL } from "../../nn/cross_entropy.ts";
import { resizeBilinear } from "../../nn/pool_and_resize.ts";
import { softmax } from "../../nn/softmax.ts";
import type { Value } from "../../nn/tape.ts";
import type { AnyTensor } from "../../nn/tensors.ts";
import { rowsOfParts } from "../batch_share.ts";
import { drawSpanningBoxes } from "../boxes.ts";
import { inferUnlabeled } from "../infer_unlabeled.ts";
import { labeledForward } from "../labeled_forward.ts";
import { networkPass } from "../network_pass.ts";
import { disposeTarget, pseudoTarget } from "../pseudo_labels.ts";
import { squaredError } from "../scalar_losses.ts";
import { type Seen, seenAs } from "../student_view.ts";
import { type ObjectiveCode, rampedWeight, type Step } from "./step.ts";

function mixed(step: Step<CutMixSegOptions>): Seen {
  const { batch, network: { options: { decoder } }, options: { unsup, donor } } = step;
  const [, height, width] = batch.labeled.shape;
  const { logits } = inferUnlabeled(step);
  const target = pseudoTarget(logits.tensor, [height, width], decoder.alignCorners, unsup.threshold, "soft");
  const seen = seenAs(step, 0, target, donor, drawSpanningBoxes);
  disposeTarget(target);
  return seen;
}

/** Share of the positions that are sure, in the whole batch. */
function sureShare({ context: { share } }: Step<CutMixSegOptions>, labels: AnyTensor): AnyTensor {
  const own = tf.tidy(() => tf.mean(tf.cast(tf.notEqual(labels, IGNORE_LABEL), "float32")));
  if (share === undefined) return own;
  const all = share.mean(own);
  own.dispose();
  return all;
}

/** Σ_c (p_s − p_t)², mean over positions, times a constant. */
function consistency(step: Step<CutMixSegOptions>): Value {
  const { tape, pass, network } = step;
  const { decoder, classes } = network.options;
  return tape.scope(() => {
    const { images, target: { labels, probabilities } } = mixed(step);
    const [, height, width] = labels.shape;
    const factor = tf.tidy(() => tf.mul(sureShare(step, labels), classes));
    const target = tape.adopt(probabilities!);
    labels.dispose();
    const input = tape.observe("mixed_img", tape.adopt(images));
    const logits = tape.observe("M_mix", networkPass(pass, network, input, { prefix: "mix_" }).logits);
    const predicted = softmax(tape, resizeBilinear(tape, logits, height, width, decoder.alignCorners));
    // squaredError is the mean over classes too
    return multiplyConstant(tape, squaredError(tape, predicted, target.tensor), factor);
  });
}

/** CutMix with a mean teacher. */
export const cutMixSeg: ObjectiveCode<CutMixSegOptions> = {
  passOptions: (_, { context: { share } }) => ({ rows: share && rowsOfParts(share) }),
  terms(step) {
    const { term } = labeledForward(step);
    const { weight } = step.options.unsup;
    if (weight === 0) return { terms: [term] };
    return { terms: [term, ["usup", rampedWeight(weight, step.context), consistency(step)]] };
  },
};
