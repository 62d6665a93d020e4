import * as tf from "@tensorflow/tfjs-core";
import type { BatchShare } from "../../method/batch_share.ts";
import type { Tape, Value } from "../../nn/tape.ts";
import type { AnyTensor } from "../../nn/tensors.ts";
import type { Collectives } from "./collectives.ts";

/**
 * The exchange of a step: what other processes hold of the batch.
 * @param index This process
 */
export function sharedBatch(collectives: Collectives, index: number): BatchShare {
  const { count } = collectives;
  const own = (whole: AnyTensor): AnyTensor => {
    const [n, ...rest] = whole.shape as [number, ...number[]];
    const part = n / count;
    return tf.slice(whole, [index * part, ...rest.map(() => 0)], [part, ...rest]);
  };
  return {
    index,
    count,
    gather: (tape: Tape, part: Value): Value =>
      tape.apply({
        inputs: [part],
        output: collectives.gather(part.tensor),
        // each process sees a part of the gradient of every image
        backward: (dy) => [tf.tidy(() => own(collectives.sum(dy)))],
      }),
    gatherTensor: (part) => collectives.gather(part),
    mean: (part) => tf.tidy(() => tf.div(collectives.sumFew(part), count)),
  };
}
