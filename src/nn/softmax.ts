import * as tf from "@tensorflow/tfjs-core";
import type { Tape, Value } from "./tape.ts";

/**
 * Softmax over the last axis.
 * @param x `[…, K]`
 * @returns Probabilities `[…, K]` that sum to 1
 */
export function softmax(tape: Tape, x: Value): Value {
  return tape.apply({
    inputs: [x],
    output: tf.softmax(x.tensor),
    saves: ["output"],
    backward: (dy, p) => [
      tf.tidy(() => {
        const weighted = tf.mul(dy, p);
        return tf.sub(weighted, tf.mul(p, tf.sum(weighted, -1, true)));
      }),
    ],
  });
}
