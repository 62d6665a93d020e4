import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { addRelu, relu, relu6 } from "../../src/nn/relu.ts";
import { Tape } from "../../src/nn/tape.ts";
import { checkGradients, differentiate, numericTest, spaced } from "../numeric.ts";

numericTest("relu() keeps what is above zero and stops the gradient at zero and below", () => {
  const x = tf.tensor([-2, -0, 0, 3]);
  const { output, cotangent, gradients } = differentiate([x], (tape, [v]) => relu(tape, v!));
  assert.deepEqual([...output].map((value) => value + 0), [0, 0, 0, 3]);
  assert.deepEqual([...gradients[0]!].map((value) => value + 0), [0, 0, 0, cotangent[3]!]);
  x.dispose();
});

numericTest("relu() and addRelu() have the gradients of finite differences", () => {
  const [a, b] = [spaced([2, 3, 3, 2], "a"), spaced([2, 3, 3, 2], "b", 0.31)];
  checkGradients([a], (tape, [v]) => relu(tape, v!), { step: 0.02 });
  checkGradients([a, b], (tape, [v, w]) => addRelu(tape, v!, w!), { step: 0.002 });
  tf.dispose([a, b]);
});

numericTest("addRelu() of a value with itself has twice the gradient", () => {
  const x = tf.tensor([-1, 2]);
  const { output, cotangent, gradients } = differentiate([x], (tape, [v]) => addRelu(tape, v!, v!));
  assert.deepEqual([...output], [0, 4]);
  assert.deepEqual([...gradients[0]!].map((value) => value + 0), [0, Math.fround(2 * cotangent[1]!)]);
  x.dispose();
});

numericTest("addRelu() refuses different shapes", () => {
  const tensors = [tf.zeros([1, 2, 2, 3]), tf.zeros([1, 2, 2, 1])];
  const tape = new Tape();
  const [a, b] = tensors.map((tensor) => tape.constant(tensor));
  assert.throws(() => addRelu(tape, a!, b!), { name: "RangeError", message: /\[1,2,2,3\] and \[1,2,2,1\]/ });
  tape.dispose();
  tf.dispose(tensors);
});

numericTest("relu6() keeps what is between 0 and 6 and stops the gradient at both bounds", () => {
  const x = tf.tensor([-2, 0, 3, 6, 9]);
  const { output, cotangent, gradients } = differentiate([x], (tape, [v]) => relu6(tape, v!));
  assert.deepEqual([...output].map((value) => value + 0), [0, 0, 3, 6, 6]);
  assert.deepEqual([...gradients[0]!].map((value) => value + 0), [0, 0, cotangent[2]!, 0, 0]);
  x.dispose();
});
