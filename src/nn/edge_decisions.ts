import type { AnyTensor } from "./tensors.ts";

/** Inputs of a max pool that get their window's gradient, whichever is the largest: entries in one order. */
export interface PoolChoices {
  /** Windows, row-major in the output, int32 `[n]`, each once. */
  readonly windows: AnyTensor;
  /** Their inputs, row-major in the input, int32 `[n]`. */
  readonly inputs: AnyTensor;
  /** 1 where that holds, 0 where the window is left to itself, float32 `[n]`. */
  readonly holds: AnyTensor;
}

/**
 * Says where gradients pass at an edge: a rectifier whose input is at a bound (0, or 6 of ReLU6) and a max pool of equal
 * inputs decide by rounding. Who compares with another implementation hands in what that one decided
 * (`TapeOptions.decisions`).
 */
export interface EdgeDecisions {
  /**
   * Called for every rectifier, in the order in which they run.
   * @param name Of the norm, the module or the block that ends in the rectifier; empty where it has none
   * @param input What it rectifies; stays the caller's
   * @param upper Its upper bound: 6 of ReLU6, `undefined` where it has none
   * @returns 1 where the gradient passes and 0 elsewhere, in the input's shape, the caller's from now on; nothing where
   * the bounds say it
   */
  rectifier(name: string, input: AnyTensor, upper?: number): AnyTensor | undefined;
  /**
   * Called for every max pool, in the order in which they run.
   * @param input What is pooled; stays the caller's
   * @param output The windows' largest; stays the caller's
   * @returns Choices, their tensors the caller's from now on; nothing where each window's largest is chosen
   */
  maxPool(name: string, input: AnyTensor, output: AnyTensor): PoolChoices | undefined;
  /** Tensors that it keeps of a step, in a fixed order. */
  kept?(): AnyTensor[];
  /** After a step that was recorded, whose tensors had no values: takes those that have, in the order of `kept`. */
  putKept?(tensors: readonly AnyTensor[]): void;
}
