/** From which probability on predictions are right often enough, told by images whose labels are known. */
import type { PseudoMask } from "./pseudo_masks.ts";

/** Levels between 0 and 1; a step of 0.001. */
const LEVELS = 1000;

/** Pixels at or above a level. Shares are from 0 to 1. */
export interface SureLevel {
  /** In [0, 1). */
  readonly level: number;
  /** Right ones among them; `undefined` where there are none. */
  readonly right?: number;
  /** They among all labeled pixels. */
  readonly share: number;
  /** Whether they are right as often as was asked. */
  readonly reached: boolean;
}

/** Counts right and wrong pixels by their probability. */
export class SureLevels {
  readonly #all = new Float64Array(LEVELS);
  readonly #right = new Float64Array(LEVELS);

  /**
   * Adds an image.
   * @param truth `[H, W]` classes
   * @param ignored Its label of pixels that are not counted
   */
  add({ labels, probabilities }: PseudoMask, truth: Uint8Array, ignored: number): void {
    for (const [i, label] of truth.entries()) {
      if (label === ignored) continue;
      const at = Math.min(LEVELS - 1, Math.floor(probabilities[i]! * LEVELS));
      this.#all[at]!++;
      if (labels[i] === label) this.#right[at]!++;
    }
  }

  /**
   * The least level from which on pixels are right often enough; where there is none, the highest.
   * @param wanted Share of right ones, in [0, 1)
   */
  least(wanted: number): SureLevel {
    const total = this.#all.reduce((sum, count) => sum + count, 0);
    let [all, right] = [0, 0];
    let found: SureLevel | undefined;
    let highest: SureLevel | undefined;
    for (let at = LEVELS - 1; at >= 0; at--) {
      all += this.#all[at]!;
      right += this.#right[at]!;
      const made = {
        level: at / LEVELS,
        share: total > 0 ? all / total : 0,
        ...(all > 0 && { right: right / all }),
      };
      highest ??= { ...made, reached: false };
      if (all > 0 && right / all >= wanted) found = { ...made, reached: true };
    }
    return found ?? highest!;
  }
}
