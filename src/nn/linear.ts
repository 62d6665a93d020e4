import * as tf from "@tensorflow/tfjs-core";
import type { Tape, Value } from "./tape.ts";

/**
 * x · weights + bias.
 * @param x `[N, I]`
 * @param weights `[I, O]`
 * @param bias `[O]`
 * @returns `[N, O]`
 */
export function linear(tape: Tape, x: Value, weights: Value, bias: Value): Value {
  if (x.shape.length !== 2 || x.shape[1] !== weights.shape[0]) {
    throw new RangeError(`Cannot multiply [${x.shape}] by [${weights.shape}]: expected [N, I] and [I, O]`);
  }
  return tape.apply({
    inputs: [x, weights, bias],
    output: tf.tidy(() =>
      tf.add(tf.matMul(x.tensor as tf.Tensor2D, weights.tensor as tf.Tensor2D), bias.tensor)
    ),
    saves: [x, weights],
    backward: (dy) => [
      tf.matMul(dy, weights.tensor, false, true),
      tf.matMul(x.tensor, dy, true, false),
      tf.sum(dy, 0),
    ],
  });
}
