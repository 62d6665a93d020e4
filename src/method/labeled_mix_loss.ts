import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "../nn/gather_rows.ts";
import type { LabeledMixOptions } from "../config/objectives/guided_mix.ts";
import { gatherBatch } from "../nn/arithmetic.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { LabelMap } from "../nn/tensors.ts";
import { indexTensor, type Indices, type Varying } from "../nn/varying.ts";
import { decouple, inSpace } from "./decoupling.ts";
import { pixelLoss, type PixelLossOptions } from "./pixel_loss.ts";
import { squaredError } from "./scalar_losses.ts";

/** What L_dec compares. */
export interface LabeledMixture {
  /** M_ll `[N, h, w, K]`: logits of λ · l + (1 − λ) · partner of l. */
  readonly mixed: Value;
  /** M_l `[N, h, w, K]`. */
  readonly labeled: Value;
  /** Logits of the images that `partners` counts; M_l when absent. */
  readonly others?: Value;
  /** Label maps of the images that `partners` counts. */
  readonly labels: LabelMap;
  /** Index of each labeled image's partner. */
  readonly partners: Indices;
}

/**
 * L_dec of the paper: labeled images mixed with each other, decoupled against the first, compared with the second:
 * with its prediction, a constant (`mse`), or with its labels (`ce`, always on logits). Gradient flows into M_ll and
 * into the labeled share that is taken away.
 * @param coefficient λ of the mix
 * @returns A scalar, before its weight
 */
export function labeledMixLoss(
  tape: Tape,
  { mixed, labeled, others = labeled, labels, partners }: LabeledMixture,
  coefficient: Varying<number>,
  dec: LabeledMixOptions,
  pixels: PixelLossOptions,
): Value {
  const cross = dec.loss === "ce";
  const options = cross ? { ...dec, space: "logits" as const } : dec;
  return tape.scope(() => {
    const decoupled = tape.observe("M_ll_dec", decouple(tape, mixed, labeled, coefficient, options));
    if (!cross) {
      const target = inSpace(tape, gatherBatch(tape, tape.detach(others), partners), options.space);
      return squaredError(tape, decoupled, tape.observe("dec_target", target).tensor);
    }
    const chosen = tf.tidy(() => gatherRows(labels, indexTensor(partners)));
    const loss = pixelLoss(tape, decoupled, chosen, pixels);
    chosen.dispose();
    return loss;
  });
}
