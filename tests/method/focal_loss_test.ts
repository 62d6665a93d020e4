import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { focalHard, type FocalOptions, focalSoft, OFFICIAL_FOCAL } from "../../src/method/focal_loss.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, differentiate, normal, numericTest } from "../numeric.ts";

const PLAIN: FocalOptions = { gamma: 0, alpha: 0.5, weight: 1, reduction: "mean", clampLog: false };

/** Loss and gradient for one pixel of class 0 of 2. */
function onePixel(prediction: number[], options: FocalOptions) {
  const [x, index] = [tf.tensor2d(prediction, [1, 2]), tf.tensor1d([0], "int32")];
  const { output, cotangent, gradients } = differentiate(
    [x],
    (tape, [p]) => focalHard(tape, p!, index, options),
  );
  tf.dispose([x, index]);
  return { loss: output[0]!, gradient: Array.from(gradients[0]!, (value) => value / cotangent[0]!) };
}

numericTest("focalHard() at logits of 0 without focus is half of ln 2", () => {
  assertClose([onePixel([0, 0], PLAIN).loss], [0.5 * Math.LN2], { ofMaximum: 1e-6 });
  const { loss, gradient } = onePixel([0, 0], { ...PLAIN, weight: 10, reduction: "sum" });
  assertClose([loss], [10 * Math.LN2], { ofMaximum: 1e-6 });
  assertClose(gradient, [-2.5, 2.5], { ofMaximum: 1e-6 });
});

numericTest("focalHard() weighs by the probability of the wrong answer to the power of γ", () => {
  // p = 1/2 for both classes: a factor of 1/4 for γ = 2
  assertClose([onePixel([0, 0], { ...PLAIN, gamma: 2 }).loss], [0.125 * Math.LN2], { ofMaximum: 1e-6 });
  assert.ok(onePixel([5, -5], OFFICIAL_FOCAL).loss < 0.01 * onePixel([-5, 5], OFFICIAL_FOCAL).loss);
});

numericTest("focalHard() has the gradients of finite differences, with balance and class weights", () => {
  const prediction = normal([2, 3, 4], "prediction");
  const indices = tf.tensor2d([0, 3, 255, 1, 2, 2], [2, 3], "int32");
  const weighted = { ...PLAIN, gamma: 1.5, alpha: [0.1, 0.4, 0.6, 0.9], classWeight: [1, 2, 0.5, 3] };
  for (const options of [OFFICIAL_FOCAL, weighted, { ...weighted, reduction: "sum" as const }]) {
    checkGradients([prediction], (tape, [p]) => focalHard(tape, p!, indices, options));
  }
  tf.dispose([prediction, indices]);
});

numericTest("focalHard() stays finite where a prediction is saturated", () => {
  for (const prediction of [[120, -120], [-120, 120], [1000, 1000]]) {
    const { loss, gradient } = onePixel(prediction, OFFICIAL_FOCAL);
    assert.ok([loss, ...gradient].every(Number.isFinite), `${prediction}: ${loss}, ${gradient}`);
  }
});

numericTest("focalHard() leaves 255 out of the sum, not out of the count", () => {
  const options = { ...PLAIN, reduction: "mean" as const };
  const zeros = tf.zeros([2, 2]);
  const loss = (classes: number[]) => {
    const indices = tf.tensor1d(classes, "int32");
    const { output } = differentiate([zeros], (tape, [p]) => focalHard(tape, p!, indices, options));
    indices.dispose();
    return output[0]!;
  };
  assertClose([loss([1, 255])], [loss([1, 0]) / 2], { ofMaximum: 1e-6 });
  zeros.dispose();
});

numericTest(
  "focalSoft() equals focalHard() for targets of 0 and 1, and has the gradients of finite differences",
  () => {
    const prediction = normal([3, 4], "prediction");
    const indices = tf.tensor1d([0, 3, 1], "int32");
    const hot = tf.tidy(() => tf.cast(tf.oneHot(indices, 4), "float32"));
    const options = { ...OFFICIAL_FOCAL, clampLog: false };
    const soft = differentiate([prediction], (tape, [p]) => focalSoft(tape, p!, hot, options));
    const hard = differentiate([prediction], (tape, [p]) => focalHard(tape, p!, indices, options));
    assertClose(soft.output, hard.output, { ofMaximum: 1e-5 });
    assertClose(soft.gradients[0]!, hard.gradients[0]!, { ofMaximum: 1e-5 });
    const target = tf.tidy(() => tf.softmax(normal([3, 4], "target")));
    checkGradients([prediction], (tape, [p]) => focalSoft(tape, p!, target));
    tf.dispose([prediction, indices, hot, target]);
  },
);

numericTest("focalSoft() refuses targets for which the official loss is NaN", () => {
  const [prediction, target] = [tf.tensor2d([3, 0], [1, 2]), tf.tensor2d([5, -4], [1, 2])];
  const tape = new Tape({ recording: false });
  assert.throws(() => focalSoft(tape, tape.constant(prediction), target), {
    name: "RangeError",
    message: /base of a power of 0\.5 is -\d.*; raw logits are no probabilities: use focal-hard, or mse/,
  });
  tape.dispose();
  tf.dispose([prediction, target]);
});
