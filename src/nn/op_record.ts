import type { AnyTensor } from "./tensors.ts";
import type { Value } from "./value.ts";

/** What is freed once: a tensor, or something that holds tensors. */
export interface Freed {
  /** Frees it. */
  dispose(): void;
}

/** What an op hands to the tape. */
export interface OpRecord {
  /** Differentiable inputs, in the order of the gradients that `backward` returns. */
  readonly inputs: readonly Value[];
  /** The result; the tape owns it from now on. */
  readonly output: AnyTensor;
  /** Inputs (or `"output"`) whose tensors `backward` reads. */
  readonly saves?: readonly (Value | "output")[];
  /** Further things that only `backward` reads; disposed after it, or at once when nothing is recorded. */
  readonly extras?: readonly Freed[];
  /**
   * Gradients with respect to `inputs`, given the output's; `undefined` where an input needs none.
   * It may return `dy` itself for at most one input only through `tf.clone`.
   */
  backward(dy: AnyTensor, output: AnyTensor): readonly (AnyTensor | undefined)[];
}

/** A recorded op. */
export interface TapeNode {
  /** Differentiable inputs. */
  readonly inputs: readonly Value[];
  /** The result, which collects the gradient. */
  readonly output: Value;
  /** Held until `backward` has run. */
  readonly saved: readonly Value[];
  /** Disposed after `backward`. */
  readonly extras: readonly Freed[];
  /** As in the op's record. */
  backward(dy: AnyTensor, output: AnyTensor): readonly (AnyTensor | undefined)[];
}

/** Gives up what a recorded op holds. */
export function freeNode({ saved, extras, output }: TapeNode): void {
  saved.forEach((value) => value.release());
  extras.forEach((extra) => extra.dispose());
  output.gradient?.dispose();
  output.gradient = undefined;
}
