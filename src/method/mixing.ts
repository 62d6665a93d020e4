import { gatherBatch, linearCombination } from "../nn/arithmetic.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { derive, valueNow, type Varying } from "../nn/varying.ts";
import type { PairIndices } from "./pairing.ts";

/**
 * Mixes pairs: λ · labeled + (1 − λ) · unlabeled (section 3.2).
 * @param labeled `[N, …]`, features or images
 * @param unlabeled `[M, …]`
 * @param coefficient λ in [0, 1]
 * @returns `[pairs, …]`; gradient flows into both
 * @throws {RangeError} If λ is outside or an index does not exist
 */
export function mix(
  tape: Tape,
  labeled: Value,
  unlabeled: Value,
  pairs: PairIndices,
  coefficient: Varying<number>,
): Value {
  const share = valueNow(coefficient);
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`Cannot mix: the coefficient is ${share}, expected a number in [0, 1]`);
  }
  return tape.scope(() =>
    linearCombination(tape, [
      [coefficient, gatherBatch(tape, labeled, pairs.labeled)],
      [derive(coefficient, (own) => 1 - own), gatherBatch(tape, unlabeled, pairs.unlabeled)],
    ])
  );
}
