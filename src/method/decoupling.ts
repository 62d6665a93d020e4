import type { DecoupleOptions, DecoupleSpace } from "../config/recipe.ts";
import { linearCombination } from "../nn/arithmetic.ts";
import { softmax } from "../nn/softmax.ts";
import type { Tape, Value } from "../nn/tape.ts";

/** Logits as they are, or their probabilities. */
export function inSpace(tape: Tape, logits: Value, space: DecoupleSpace): Value {
  return space === "logits" ? logits : softmax(tape, logits);
}

/**
 * Removes the labeled share from a mixed prediction (section 3.3). Soft: mixed − λ · labeled, divided by 1 − λ with
 * `normalize`; hard: mixed − labeled, never divided.
 * @param mixed Logits `[N, h, w, K]` of the mix decoder for λ · l + (1 − λ) · u
 * @param labeled Logits `[N, h, w, K]` for l; gradient flows into both, unless the options keep this one constant
 * @param coefficient λ in [0, 1); for hard decoupling it does not matter
 * @returns `[N, h, w, K]` in the space of the options
 * @throws {RangeError} If λ is outside [0, 1] (or is 1 where it divides), or the shapes differ
 */
export function decouple(
  tape: Tape,
  mixed: Value,
  labeled: Value,
  coefficient: number,
  options: DecoupleOptions,
): Value {
  const divides = options.normalize && options.mode === "soft";
  if (!(coefficient >= 0 && coefficient <= 1) || (divides && coefficient === 1)) {
    throw new RangeError(`Cannot decouple: the coefficient is ${coefficient}, expected a number in [0, 1)`);
  }
  const share = options.mode === "soft" ? coefficient : 1;
  const scale = divides ? 1 / (1 - coefficient) : 1;
  return tape.scope(() =>
    linearCombination(tape, [
      [scale, inSpace(tape, mixed, options.space)],
      [-share * scale, inSpace(tape, options.constantShare ? tape.detach(labeled) : labeled, options.space)],
    ])
  );
}
