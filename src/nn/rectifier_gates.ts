import type { AnyTensor } from "./tensors.ts";

/**
 * Says where rectifiers let gradients pass. A rectifier's own answer is the sign of its input, and for an input of 0 that
 * is rounding's; who compares with another implementation hands in that one's answer there (`TapeOptions.gates`).
 */
export interface RectifierGates {
  /**
   * Called for every rectifier, in the order in which they run.
   * @param name Of the norm, the module or the block that ends in the rectifier; empty where it has none
   * @param input What it rectifies; stays the caller's
   * @returns 1 where the gradient passes and 0 elsewhere, in the input's shape, the caller's from now on; nothing where
   * the input's sign says it
   */
  gate(name: string, input: AnyTensor): AnyTensor | undefined;
}
