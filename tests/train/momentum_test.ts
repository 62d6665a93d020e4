import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import {
  type MomentumBuffers,
  momentumBuffers,
  type MomentumRule,
  TensorMomentum,
  VariableMomentum,
} from "../../src/train/momentum.ts";
import { assertClose, normal, numericTest, take } from "../numeric.ts";

const SHAPE = [3, 3, 4, 5];

/** The parameter after some updates with gradients drawn by their number, and its buffer. */
function updated(buffers: MomentumBuffers, rule: MomentumRule, count: number): [Float32Array, Float32Array] {
  let parameter = tf.tidy(() => tf.neg(normal(SHAPE, "parameter")));
  for (let i = 0; i < count; i++) {
    const gradient = normal(SHAPE, `gradient ${i}`);
    parameter = buffers.update("w", parameter, gradient, { ...rule, rate: rule.rate / (i + 1) });
    gradient.dispose();
  }
  const buffer = take(buffers.read("w"));
  buffers.dispose();
  return [take(parameter), buffer];
}

numericTest("momentumBuffers() updates b ← μ b + (g + wd · p), p ← p − lr · b", () => {
  const buffers = momentumBuffers(0.5);
  const rule = { rate: 0.1, decay: 0.25, momentum: 0.5 };
  let parameter = tf.tensor1d([4, -2]);
  const gradient = tf.tensor1d([1, 1]);
  parameter = buffers.update("w", parameter, gradient, rule) as tf.Tensor1D; // b = [2, 0.5]
  assertClose(parameter.dataSync(), [3.8, -2.05], { ofMaximum: 1e-6 });
  parameter = buffers.update("w", parameter, gradient, rule) as tf.Tensor1D; // b = [1 + 1.95, 0.25 + 0.4875]
  assertClose(parameter.dataSync(), [3.505, -2.12375], { ofMaximum: 1e-6 });
  assertClose(take(buffers.read("w")), [2.95, 0.7375], { ofMaximum: 1e-6 });
  tf.dispose([parameter, gradient]);
  buffers.dispose();
});

numericTest("VariableMomentum equals TensorMomentum over many updates", () => {
  for (const decay of [0, 5e-4, 0.1]) {
    const rule = { rate: 0.1, decay, momentum: 0.9 };
    const [actual, expected] = [new VariableMomentum(nativeBackend()!), new TensorMomentum()].map((buffers) =>
      updated(buffers, rule, 30)
    );
    assertClose(actual![0], expected![0], { ofMaximum: 1e-5 }, `parameter, decay ${decay}`);
    assertClose(actual![1], expected![1], { ofMaximum: 1e-5 }, `buffer, decay ${decay}`);
  }
}, ["tensorflow"]);

numericTest("VariableMomentum leaves tensors alone that show a value from before", () => {
  const buffers = new VariableMomentum(nativeBackend()!);
  const rule = { rate: 0.1, decay: 0, momentum: 0.9 };
  const gradient = tf.tensor1d([1, 1]);
  let parameter: tf.Tensor = tf.tensor1d([1, 2]);
  const before = tf.tidy(() => tf.mul(parameter, 1));
  parameter = buffers.update("w", parameter, gradient, rule);
  const [shown, buffer] = [tf.clone(parameter), buffers.read("w")];
  parameter = buffers.update("w", parameter, gradient, rule);
  assertClose(take(before), [1, 2], { ofMaximum: 0 });
  assertClose(take(shown), [0.9, 1.9], { ofMaximum: 1e-6 });
  assertClose(take(buffer), [1, 1], { ofMaximum: 0 });
  assertClose(take(parameter), [0.71, 1.71], { ofMaximum: 1e-6 });
  gradient.dispose();
  buffers.dispose();
}, ["tensorflow"]);

numericTest(
  "VariableMomentum takes a parameter that was replaced from outside, and a buffer that was set",
  () => {
    const buffers = new VariableMomentum(nativeBackend()!);
    const rule = { rate: 1, decay: 0, momentum: 0.5 };
    const gradient = tf.tensor1d([1]);
    buffers.update("w", tf.tensor1d([0]), gradient, rule).dispose();
    buffers.set("w", tf.tensor1d([8]));
    const parameter = buffers.update("w", tf.tensor1d([100]), gradient, rule);
    assert.deepEqual([...take(parameter)], [95]);
    assert.deepEqual(buffers.names(), ["w"]);
    gradient.dispose();
    buffers.dispose();
  },
  ["tensorflow"],
);
