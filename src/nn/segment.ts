import * as tf from "@tensorflow/tfjs-core";
import type { Freed } from "./op_record.ts";
import type { AnyTensor } from "./tensors.ts";
import type { Value } from "./value.ts";

/** What a tape knows of a part that it runs twice, from the first run to the second. */
export class Segment implements Freed {
  /** Parameters that the part reads. */
  readonly parameters: Set<Value> = new Set();
  #kept: AnyTensor[][] = [];

  /** Keeps tensors for the second run; they stay the caller's, the buffers are shared. */
  keep(tensors: readonly AnyTensor[]): void {
    this.#kept.push(tensors.map((tensor) => tf.clone(tensor)));
  }

  /**
   * Hands out what was kept, in the order in which it was; the caller disposes it.
   * @throws {RangeError} If nothing is left, because the second run is not like the first
   */
  take(): AnyTensor[] {
    const tensors = this.#kept.shift();
    if (tensors !== undefined) return tensors;
    throw new RangeError(
      "Cannot run a segment again: it asks for more than it kept, expected two equal runs",
    );
  }

  /** Frees what was kept and not taken. */
  dispose(): void {
    tf.dispose(this.#kept.flat());
    this.#kept = [];
  }
}
