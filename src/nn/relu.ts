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

/** dy where the gate is open, or without one where the rectifier's output is above zero; a new tensor. */
export function gatedGradient(dy: AnyTensor, output: AnyTensor, gate: AnyTensor | undefined): AnyTensor {
  return gate === undefined ? reluGradient(dy, output) : tf.mul(dy, gate);
}

/**
 * max(x, 0), element by element; gradient 0 at 0, as PyTorch's.
 * @param name For the tape's decisions
 */
export function relu(tape: Tape, x: Value, name = ""): Value {
  const gate = tape.decisions?.rectifier(name, x.tensor);
  return tape.apply({
    inputs: [x],
    output: tf.relu(x.tensor),
    saves: ["output"],
    extras: gate && [gate],
    backward: (dy, output) => [gatedGradient(dy, output, gate)],
  });
}

/** How a norm ends: as it is (`false`), max(y, 0) (`true`), or min(max(y, 0), 6). */
export type Rectifier = boolean | "relu6";

/** Where a rectifier's output is cut off above; `undefined` where it is not. */
export function upperBound(rectifier: Exclude<Rectifier, false>): number | undefined {
  return rectifier === "relu6" ? 6 : undefined;
}

/** The rectified tensor; a new one. */
export function rectify(x: AnyTensor, rectifier: Exclude<Rectifier, false>): AnyTensor {
  return rectifier === "relu6" ? tf.relu6(x) : tf.relu(x);
}

/**
 * dy where the rectifier's output lies inside of its bounds, else 0, also at them, as PyTorch's; a new tensor.
 * @param gate In place of the comparison with the bounds
 */
export function rectifierGradient(
  dy: AnyTensor,
  output: AnyTensor,
  rectifier: Exclude<Rectifier, false>,
  gate?: AnyTensor,
): AnyTensor {
  if (gate !== undefined || rectifier !== "relu6") return gatedGradient(dy, output, gate);
  const backend = nativeBackend();
  if (backend !== undefined) return runOp(backend, "Relu6Grad", [dy, output]);
  return tf.tidy(() => tf.mul(dy, tf.mul(tf.step(output), tf.step(tf.sub(6, output)))));
}

/**
 * min(max(x, 0), 6), element by element; gradient 0 at both bounds, as PyTorch's.
 * @param name For the tape's decisions
 */
export function relu6(tape: Tape, x: Value, name = ""): Value {
  const gate = tape.decisions?.rectifier(name, x.tensor, upperBound("relu6"));
  return tape.apply({
    inputs: [x],
    output: tf.relu6(x.tensor),
    saves: ["output"],
    extras: gate && [gate],
    backward: (dy, output) => [rectifierGradient(dy, output, "relu6", gate)],
  });
}

/**
 * max(a + b, 0) of two tensors of one shape: the end of a residual block.
 * @param name For the tape's decisions
 */
export function addRelu(tape: Tape, a: Value, b: Value, name = ""): Value {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(
      `Cannot add a residual: shapes are [${a.shape}] and [${b.shape}], expected equal ones`,
    );
  }
  const sum = tf.add(a.tensor, b.tensor);
  const gate = tape.decisions?.rectifier(name, sum);
  const output = tf.relu(sum);
  sum.dispose();
  return tape.apply({
    inputs: [a, b],
    output,
    saves: ["output"],
    extras: gate && [gate],
    backward(dy, output) {
      const gradient = gatedGradient(dy, output, gate);
      return [gradient, tf.clone(gradient)];
    },
  });
}
