import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, type CrossEntropyAverage } from "../../src/nn/cross_entropy.ts";
import { Tape } from "../../src/nn/tape.ts";
import type { LabelMap } from "../../src/nn/tensors.ts";
import {
  agreementTest,
  assertClose,
  checkGradients,
  differentiate,
  normal,
  numericTest,
  take,
} from "../numeric.ts";
import { channelsLast, missingReference, readReference } from "../reference.ts";
import { testUnless } from "../support.ts";

const AVERAGES: readonly CrossEntropyAverage[] = ["all", "labeled"];

function labels(values: readonly number[], shape: [number, number, number]): LabelMap {
  return tf.tensor3d(values as number[], shape, "int32");
}

numericTest("crossEntropy() is ln K of equal logits, and leaves ignored pixels out", () => {
  const logits = tf.zeros([1, 2, 2, 4]);
  const target = labels([0, 3, 255, 255], [1, 2, 2]);
  for (const [average, count] of [["all", 4], ["labeled", 2]] as const) {
    const { output, cotangent, gradients } = differentiate(
      [logits],
      (tape, [v]) => crossEntropy(tape, v!, target, average),
    );
    assertClose(output, [2 * Math.log(4) / count], { ofMaximum: 1e-6 }, average);
    const row = (label: number) =>
      [0, 1, 2, 3].map((k) => (0.25 - (k === label ? 1 : 0)) / count * cotangent[0]!);
    const expected = [...row(0), ...row(3), 0, 0, 0, 0, 0, 0, 0, 0];
    assertClose(gradients[0]!, expected, { ofMaximum: 1e-6 }, average);
  }
  tf.dispose([logits, target]);
});

numericTest("crossEntropy() has the gradients of finite differences", () => {
  const logits = normal([2, 3, 3, 5], "logits");
  const target = labels(Array.from({ length: 18 }, (_, i) => (i % 4 === 3 ? 255 : i % 5)), [2, 3, 3]);
  for (const average of AVERAGES) {
    checkGradients([logits], (tape, [v]) => crossEntropy(tape, v!, target, average), { step: 0.02 });
  }
  tf.dispose([logits, target]);
});

numericTest("crossEntropy() with weights counts each pixel by its class's, divided by as many pixels", () => {
  const logits = tf.zeros([1, 2, 2, 4]);
  const target = labels([0, 3, 255, 3], [1, 2, 2]);
  const classWeights = [2, 9, 9, 0.5];
  const { output } = differentiate(
    [logits],
    (tape, [v]) => crossEntropy(tape, v!, target, "all", { classWeights }),
  );
  assertClose(output, [3 * Math.log(4) / 4], { ofMaximum: 1e-6 });
  const random = normal([1, 2, 2, 4], "weighted");
  checkGradients(
    [random],
    (tape, [v]) => crossEntropy(tape, v!, target, "labeled", { classWeights }),
    { step: 0.02 },
  );
  const tape = new Tape({ recording: false });
  const few = { classWeights: [1, 1, 1] };
  assert.throws(() => crossEntropy(tape, tape.constant(logits), target, "all", few), {
    name: "RangeError",
    message: "Cannot take cross entropy: 3 weights for 4 classes, expected one each",
  });
  tape.dispose();
  tf.dispose([logits, target, random]);
});

numericTest("crossEntropy() is 0 with gradient 0 where every pixel is ignored", () => {
  const logits = normal([1, 2, 2, 3], "logits");
  const target = labels([255, 255, 255, 255], [1, 2, 2]);
  for (const average of AVERAGES) {
    const { output, gradients } = differentiate(
      [logits],
      (tape, [v]) => crossEntropy(tape, v!, target, average),
    );
    assert.equal(output[0]! + 0, 0);
    assert.ok(gradients[0]!.every((value) => value + 0 === 0));
  }
  tf.dispose([logits, target]);
});

numericTest("crossEntropy() stays finite where logits are large", () => {
  const logits = tf.tensor([1e4, -1e4, 0, -1e4, 1e4, 0], [1, 1, 2, 3]);
  const target = labels([0, 0], [1, 1, 2]);
  const { output, gradients } = differentiate([logits], (tape, [v]) => crossEntropy(tape, v!, target));
  assertClose(output, [1e4], { ofMaximum: 1e-5 });
  assert.ok(gradients[0]!.every((value) => Number.isFinite(value)));
  tf.dispose([logits, target]);
});

agreementTest("crossEntropy()", () => {
  const logits = normal([2, 9, 9, 6], "logits");
  const target = labels(Array.from({ length: 162 }, (_, i) => (i % 7 === 6 ? 255 : i % 7)), [2, 9, 9]);
  const { output, gradients } = differentiate(
    [logits],
    (tape, [v]) => crossEntropy(tape, v!, target, "labeled"),
  );
  tf.dispose([logits, target]);
  return { output, gradient: gradients[0]! };
}, { ofMaximum: 5e-6 });

const missing = missingReference("fn-ce");
const reference = readReference("fn-ce");

testUnless(missing, "cross entropy references are there", () => assert.equal(reference.size, 8));

for (const [name, average] of [["default", "all"], ["avg_non_ignore", "labeled"]] as const) {
  if (missing !== undefined) break;
  numericTest(`crossEntropy() equals PyTorch's in case ${name}`, () => {
    const [pred, grad] = ["pred", "grad"].map((part) => channelsLast(reference.get(`ce/${name}/${part}`)!));
    const label = reference.get(`ce/${name}/label`)!;
    const target = labels(
      Array.from(label.data as BigInt64Array, Number),
      label.shape as [number, number, number],
    );
    const tape = new Tape();
    const loss = crossEntropy(tape, tape.parameter(pred!), target, average);
    // losses 1e-5 relative, gradients 3e-3 of the maximum + 1e-6
    const expected = reference.get(`ce/${name}/loss`)!.data as Float32Array;
    assertClose(loss.tensor.dataSync(), expected, { ofMaximum: 1e-5 }, "loss");
    const gradient = take(tape.backward(loss).get(pred!)!);
    assertClose(gradient, grad!.dataSync(), { ofMaximum: 3e-3, absolute: 1e-6 }, "grad");
    tape.dispose();
    tf.dispose([pred!, grad!, target]);
  });
}

numericTest("crossEntropy() refuses labels of other positions", () => {
  const [logits, target] = [normal([1, 2, 3, 4], "logits"), labels([0, 1, 2, 3], [1, 2, 2])];
  const tape = new Tape();
  assert.throws(() => crossEntropy(tape, tape.constant(logits), target), {
    name: "RangeError",
    message: /logits \[1,2,3,4\], labels \[1,2,2\]/,
  });
  tape.dispose();
  tf.dispose([logits, target]);
});
