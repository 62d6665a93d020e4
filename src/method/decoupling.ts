import type { DecoupleOptions, DecoupleSpace } from "../config/objectives/guided_mix.ts";
import { linearCombination } from "../nn/arithmetic.ts";
import { softmax } from "../nn/softmax.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { derive, valueNow, type Varying } from "../nn/varying.ts";

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
  coefficient: Varying<number>,
  options: DecoupleOptions,
): Value {
  const divides = options.normalize && options.mode === "soft";
  const given = valueNow(coefficient);
  if (!(given >= 0 && given <= 1) || (divides && given === 1)) {
    throw new RangeError(`Cannot decouple: the coefficient is ${given}, expected a number in [0, 1)`);
  }
  const scaleAt = (share: number) => divides ? 1 / (1 - share) : 1;
  const soft = options.mode === "soft";
  const scale = divides ? derive(coefficient, scaleAt) : 1;
  const taken = soft ? derive(coefficient, (share) => -share * scaleAt(share)) : -1;
  return tape.scope(() =>
    linearCombination(tape, [
      [scale, inSpace(tape, mixed, options.space)],
      [taken, inSpace(tape, options.constantShare ? tape.detach(labeled) : labeled, options.space)],
    ])
  );
}
