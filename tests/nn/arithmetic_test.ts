import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { concatenate, gatherBatch, linearCombination, reshape, sliceBatch } from "../../src/nn/arithmetic.ts";
import { Tape } from "../../src/nn/tape.ts";
import { checkGradients, differentiate, normal, numericTest } from "../numeric.ts";

const LINEAR = { step: 0.5, tolerance: 1e-3 };

numericTest("linearCombination() is the weighted sum, also of one term and of one value twice", () => {
  const [a, b] = [tf.tensor([1, 2]), tf.tensor([10, 20])];
  const sum = (
    terms: readonly (readonly [number, number])[],
  ) => [
    ...differentiate([a, b], (tape, values) =>
      linearCombination(
        tape,
        terms.map(([c, i]) => [c, values[i]!] as const),
      )).output,
  ];
  assert.deepEqual(sum([[0.5, 0], [-1, 1]]), [-9.5, -19]);
  assert.deepEqual(sum([[1, 0]]), [1, 2]);
  assert.deepEqual(sum([[3, 0]]), [3, 6]);
  assert.deepEqual(sum([[1, 0], [1, 0], [0, 1]]), [2, 4]);
  tf.dispose([a, b]);
});

numericTest("linearCombination() has the gradients of finite differences, a repeated value their sum", () => {
  const inputs = [normal([2, 3], "a"), normal([2, 3], "b")];
  checkGradients(inputs, (tape, [a, b]) => linearCombination(tape, [[0.3, a!], [-2, b!]]), LINEAR);
  checkGradients(inputs, (tape, [a, b]) => linearCombination(tape, [[1, a!], [1, b!], [2.5, a!]]), LINEAR);
  checkGradients(inputs, (tape, [a]) => linearCombination(tape, [[1, a!]]), LINEAR);
  tf.dispose(inputs);
});

numericTest("concatenate() joins along any axis and cuts the gradient the same way", () => {
  for (const [axis, other] of [[0, [1, 2, 2, 3]], [1, [2, 5, 2, 3]], [3, [2, 2, 2, 1]]] as const) {
    const inputs = [normal([2, 2, 2, 3], "a"), normal(other, "b"), normal([2, 2, 2, 3], "c")];
    checkGradients(inputs, (tape, values) => concatenate(tape, values, axis), LINEAR);
    const { output } = differentiate(inputs, (tape, values) => concatenate(tape, values, axis));
    const joined = tf.tidy(() => tf.concat(inputs, axis).dataSync());
    assert.deepEqual(output, joined);
    tf.dispose(inputs);
  }
  const x = normal([2, 3], "alone");
  checkGradients([x], (tape, [v]) => concatenate(tape, [v!], 1), LINEAR);
  checkGradients([x], (tape, [v]) => concatenate(tape, [v!, v!], 0), LINEAR);
  x.dispose();
});

numericTest("sliceBatch() takes elements of the batch, the others get no gradient", () => {
  const x = tf.tensor([0, 1, 2, 3, 4, 5, 6, 7], [4, 2]);
  const { output, cotangent, gradients } = differentiate([x], (tape, [v]) => sliceBatch(tape, v!, 1, 2));
  assert.deepEqual([...output], [2, 3, 4, 5]);
  assert.deepEqual([...gradients[0]!], [0, 0, ...cotangent, 0, 0]);
  for (const [start, count] of [[0, 4], [3, 1], [0, 1]] as const) {
    checkGradients([x], (tape, [v]) => sliceBatch(tape, v!, start, count), LINEAR);
  }
  x.dispose();
});

numericTest("gatherBatch() picks elements; a repeated one gets the sum of its gradients", () => {
  const x = tf.tensor([0, 1, 2, 3, 4, 5], [3, 2]);
  const { output, cotangent, gradients } = differentiate(
    [x],
    (tape, [v]) => gatherBatch(tape, v!, [2, 0, 2]),
  );
  assert.deepEqual([...output], [4, 5, 0, 1, 4, 5]);
  const [a, b, c, d, e, f] = cotangent as unknown as number[];
  assert.deepEqual([...gradients[0]!], [c, d, 0, 0, a! + e!, b! + f!].map((value) => Math.fround(value!)));
  checkGradients([x], (tape, [v]) => gatherBatch(tape, v!, [1, 1, 0, 1]), LINEAR);
  x.dispose();
  const single = tf.tensor([1, 2], [1, 2]);
  checkGradients([single], (tape, [v]) => gatherBatch(tape, v!, [0, 0, 0]), LINEAR);
  single.dispose();
});

numericTest("reshape() keeps the elements and the gradient", () => {
  const x = normal([2, 6], "x");
  checkGradients([x], (tape, [v]) => reshape(tape, v!, [3, 4]), LINEAR);
  x.dispose();
});

numericTest(
  "linearCombination(), concatenate(), sliceBatch() and gatherBatch() refuse what does not fit",
  () => {
    const tensors = [normal([3, 2], "a"), normal([3, 1], "b")];
    const tape = new Tape();
    const [a, b] = tensors.map((tensor) => tape.constant(tensor));
    assert.throws(() => linearCombination(tape, [[1, a!], [1, b!]]), {
      name: "RangeError",
      message: "Cannot combine tensors: shapes are [3, 2], [3, 1], expected equal ones",
    });
    assert.throws(() => linearCombination(tape, [[NaN, a!]]), /coefficient is NaN/);
    assert.throws(() => linearCombination(tape, []), RangeError);
    assert.throws(() => concatenate(tape, [a!, b!], 0), { name: "RangeError" });
    for (const [start, count] of [[-1, 1], [0, 4], [0, 0], [NaN, 1], [0.5, 1], [2, 2]] as const) {
      assert.throws(() => sliceBatch(tape, a!, start, count), { name: "RangeError", message: /\[3, 2\]/ });
    }
    for (const indices of [[], [3], [-1], [NaN], [0.5]]) {
      assert.throws(() => gatherBatch(tape, a!, indices), RangeError);
    }
    assert.throws(() => reshape(tape, a!, [4, 2]), Error);
    tape.dispose();
    tf.dispose(tensors);
  },
);
