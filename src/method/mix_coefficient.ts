import { betaDraw, type RandomStream } from "../core/random.ts";

/** A drawn mix coefficient with the draws behind it. */
export interface MixCoefficient {
  /** λ in [0, limit), below 0.5. */
  readonly value: number;
  /** All draws from Beta(1, 1), rejected ones first. */
  readonly draws: readonly number[];
}

/** @throws {RangeError} If the limit is outside (0, 0.5] */
export function checkLambdaLimit(limit: number): void {
  if (limit > 0 && limit <= 0.5) return;
  throw new RangeError(`Cannot draw a mix coefficient: limit is ${limit}, expected a number in (0, 0.5]`);
}

/**
 * Draws λ ~ Beta(1, 1) folded to min(λ, 1 − λ), again while it is not below `limit` (section 3.2; the official
 * `_second_decode_head_forward_train`). With `numpyRandomState(seed)` it repeats `np.random.beta` digit for digit.
 * @param limit In (0, 0.5]
 * @throws {RangeError} If the limit is outside
 */
export function drawMixCoefficient(stream: RandomStream, limit: number): MixCoefficient {
  checkLambdaLimit(limit);
  const draws: number[] = [];
  for (;;) {
    const draw = betaDraw(stream, 1, 1);
    draws.push(draw);
    const value = Math.min(draw, 1 - draw);
    if (value < limit) return { value, draws };
  }
}
