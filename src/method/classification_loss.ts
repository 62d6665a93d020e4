import { reshape } from "../nn/arithmetic.ts";
import { linear } from "../nn/linear.ts";
import { globalAveragePool } from "../nn/pool_and_resize.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { LabelMap } from "../nn/tensors.ts";
import { binaryCrossEntropy, presentClasses } from "./scalar_losses.ts";

/** The image-level classifier. */
export interface Classifier {
  /** `[C, K]` */
  readonly weight: Value;
  /** `[K]` */
  readonly bias: Value;
}

/**
 * L_cla of the paper: which classes occur in a labeled image, from its pooled features; binary cross entropy, mean
 * over images and classes.
 * @param features Encoder features `[N, h, w, C]`; gradient flows into them
 * @param labels `[N, H, W]`; 255 is no class
 * @returns A scalar, before its weight
 */
export function classificationLoss(
  tape: Tape,
  features: Value,
  { weight, bias }: Classifier,
  labels: LabelMap,
): Value {
  const [n, , , c] = features.shape as [number, number, number, number];
  return tape.scope(() => {
    const flat = tape.observe("pooled_l", reshape(tape, globalAveragePool(tape, features), [n, c]));
    const logits = tape.observe("cla_logits", linear(tape, flat, weight, bias));
    const target = presentClasses(labels, bias.shape[0]!);
    const loss = binaryCrossEntropy(tape, logits, target);
    target.dispose();
    return loss;
  });
}
