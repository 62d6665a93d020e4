import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { attention } from "../../src/nn/attention.ts";
import { Tape } from "../../src/nn/tape.ts";
import {
  agreementTest,
  assertClose,
  checkGradients,
  differentiate,
  normal,
  numericTest,
} from "../numeric.ts";

function inputsOf(images: number, queries: number, keys: number): tf.Tensor[] {
  return [
    normal([images, queries, 4], "query"),
    normal([images, keys, 4], "key"),
    normal([images, keys, 3], "value"),
  ];
}

function run(inputs: readonly tf.Tensor[], chunk?: number) {
  return differentiate(inputs, (tape, [q, k, v]) => attention(tape, q!, k!, v!, 0.5, chunk));
}

numericTest("attention() is the mean of the values where all keys are equal", () => {
  const [query, value] = [normal([1, 2, 4], "query"), tf.tensor([1, 2, 3, 4, 5, 9], [1, 3, 2])];
  const key = tf.ones([1, 3, 4]);
  const { output } = run([query, key, value]);
  assertClose(output, [3, 5, 3, 5], { ofMaximum: 1e-6 });
  tf.dispose([query, key, value]);
});

numericTest("attention() has the gradients of finite differences", () => {
  const inputs = inputsOf(2, 5, 6);
  checkGradients(inputs, (tape, [q, k, v]) => attention(tape, q!, k!, v!, 0.5), { step: 0.02 });
  checkGradients(inputs, (tape, [q, k, v]) => attention(tape, q!, k!, v!, 0.5, 12), { step: 0.02 });
  tf.dispose(inputs);
});

numericTest("attention() gives the same whatever the chunks are", () => {
  const inputs = inputsOf(2, 7, 5);
  const whole = run(inputs);
  // one query at a time, two, a last chunk that is smaller, more than all
  for (const chunk of [1, 10, 15, 20, 34, 1000]) {
    const parts = run(inputs, chunk);
    assertClose(parts.output, whole.output, { ofMaximum: 1e-6 }, `output, chunk ${chunk}`);
    parts.gradients.forEach((gradient, i) =>
      assertClose(gradient, whole.gradients[i]!, { ofMaximum: 2e-6 }, `gradient ${i}, chunk ${chunk}`)
    );
  }
  tf.dispose(inputs);
});

numericTest("attention() of an image does not see the other images", () => {
  const inputs = inputsOf(2, 3, 4);
  const both = run(inputs).output;
  const firsts = inputs.map((tensor) => tf.slice(tensor, 0, 1));
  assertClose(run(firsts).output, both.subarray(0, 9), { ofMaximum: 1e-6 });
  tf.dispose([...inputs, ...firsts]);
});

numericTest("attention() stays finite where scores are large", () => {
  const inputs = inputsOf(1, 3, 4).map((tensor) => {
    const large = tf.mul(tensor, 1e3);
    tensor.dispose();
    return large;
  });
  const { output, gradients } = run(inputs);
  for (const values of [output, ...gradients]) assert.ok(values.every((value) => Number.isFinite(value)));
  tf.dispose(inputs);
});

agreementTest("attention()", () => {
  const inputs = inputsOf(2, 9, 11);
  const { output, gradients } = run(inputs, 40);
  tf.dispose(inputs);
  return { output, query: gradients[0]!, key: gradients[1]!, value: gradients[2]! };
}, { ofMaximum: 5e-6 });

numericTest("attention() refuses shapes that do not fit", () => {
  const tensors = [...inputsOf(1, 3, 4), normal([1, 5, 3], "longer value")];
  const tape = new Tape();
  const [q, k, , longer] = tensors.map((tensor) => tape.constant(tensor));
  assert.throws(() => attention(tape, q!, k!, longer!, 1), {
    name: "RangeError",
    message: /query \[1,3,4\], key \[1,4,4\], value \[1,5,3\]/,
  });
  tape.dispose();
  tf.dispose(tensors);
});
