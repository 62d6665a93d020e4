import { crossEntropy, type CrossEntropyAverage, type CrossEntropyOptions } from "../nn/cross_entropy.ts";
import { resizeBilinear } from "../nn/pool_and_resize.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { LabelMap } from "../nn/tensors.ts";

/** How logits are compared with label maps. */
export interface PixelLossOptions extends CrossEntropyOptions {
  /** Corner rule of the resize. Official: false. */
  readonly alignCorners: boolean;
  /** What the sum is divided by. Official: `all`. */
  readonly average: CrossEntropyAverage;
}

/**
 * L_ce: cross entropy of logits resized to the label map.
 * @param logits `[N, h, w, K]`; gradient flows here
 * @param labels `[N, H, W]`, each in [0, K) or 255
 * @param observed Names the resized logits for an observing tape
 * @returns A scalar
 */
export function pixelLoss(
  tape: Tape,
  logits: Value,
  labels: LabelMap,
  options: PixelLossOptions,
  observed?: string,
): Value {
  const [, height, width] = labels.shape;
  return tape.scope(() => {
    const resized = resizeBilinear(tape, logits, height, width, options.alignCorners);
    if (observed !== undefined) tape.observe(observed, resized);
    return crossEntropy(tape, resized, labels, options.average, options);
  });
}
