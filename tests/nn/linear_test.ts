import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { linear } from "../../src/nn/linear.ts";
import { softmax } from "../../src/nn/softmax.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, differentiate, normal, numericTest } from "../numeric.ts";

numericTest("linear() is x · weights + bias with the gradients of finite differences", () => {
  const inputs = [tf.tensor([[1, 2]]), tf.tensor([[1, 0, 2], [0, 1, 3]]), tf.tensor([10, 20, 30])];
  const { output } = differentiate(inputs, (tape, [x, w, b]) => linear(tape, x!, w!, b!));
  assert.deepEqual([...output], [11, 22, 38]);
  const random = [normal([4, 3], "x"), normal([3, 5], "w"), normal([5], "b")];
  checkGradients(random, (tape, [x, w, b]) => linear(tape, x!, w!, b!), { step: 0.25 });
  tf.dispose([...inputs, ...random]);
});

numericTest("linear() refuses shapes that do not fit", () => {
  const tensors = [normal([4, 3], "x"), normal([2, 5], "w"), normal([5], "b")];
  const tape = new Tape();
  const [x, w, b] = tensors.map((tensor) => tape.constant(tensor));
  assert.throws(() => linear(tape, x!, w!, b!), { name: "RangeError", message: /\[4,3\] by \[2,5\]/ });
  tape.dispose();
  tf.dispose(tensors);
});

numericTest("softmax() sums to 1 over the last axis, with the gradients of finite differences", () => {
  const x = normal([2, 3, 4], "x");
  const { output } = differentiate([x], (tape, [v]) => softmax(tape, v!));
  for (let row = 0; row < 6; row++) {
    assertClose([output.subarray(row * 4, row * 4 + 4).reduce((sum, p) => sum + p, 0)], [1], {
      ofMaximum: 1e-6,
    });
  }
  checkGradients([x], (tape, [v]) => softmax(tape, v!), { step: 0.02 });
  x.dispose();
});
