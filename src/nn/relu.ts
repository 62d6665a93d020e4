import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { runOp } from "../backends/tensorflow/run_op.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor } from "./tensors.ts";

/** dy where the rectifier's output is above zero, else 0; a new tensor. */
export function reluGradient(dy: AnyTensor, output: AnyTensor): AnyTensor {
  const backend = nativeBackend();
  if (backend !== undefined) return runOp(backend, "ReluGrad", [dy, output]);
  return tf.tidy(() => tf.mul(dy, tf.step(output)));
}

/** max(x, 0), element by element; gradient 0 at 0, as PyTorch's. */
export function relu(tape: Tape, x: Value): Value {
  return tape.apply({
    inputs: [x],
    output: tf.relu(x.tensor),
    saves: ["output"],
    backward: (dy, output) => [reluGradient(dy, output)],
  });
}

/** max(a + b, 0) of two tensors of one shape: the end of a residual block. */
export function addRelu(tape: Tape, a: Value, b: Value): Value {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(
      `Cannot add a residual: shapes are [${a.shape}] and [${b.shape}], expected equal ones`,
    );
  }
  return tape.apply({
    inputs: [a, b],
    output: tf.tidy(() => tf.relu(tf.add(a.tensor, b.tensor))),
    saves: ["output"],
    backward(dy, output) {
      const gradient = reluGradient(dy, output);
      return [gradient, tf.clone(gradient)];
    },
  });
}
