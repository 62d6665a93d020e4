import assert from "node:assert/strict";
import { randomStream } from "../../src/core/random.ts";
import { dropoutChannels } from "../../src/nn/dropout.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, differentiate, normal, numericTest, take } from "../numeric.ts";
import * as tf from "@tensorflow/tfjs-core";

function run(x: tf.Tensor, probability: number, iteration = 0) {
  const stream = () => randomStream(7, "dropout", iteration);
  return differentiate([x], (tape, [v]) => dropoutChannels(tape, v!, probability, stream()));
}

numericTest("dropoutChannels() zeroes whole channels of an image and scales the others", () => {
  const x = tf.ones([3, 2, 2, 50]);
  const { output, cotangent, gradients } = run(x, 0.25);
  const dropped = new Set<string>();
  output.forEach((value, i) => {
    assert.ok(value === 0 || Math.abs(value - 4 / 3) < 1e-6);
    const [image, channel] = [Math.floor(i / 200), i % 50];
    if (value === 0) dropped.add(`${image}/${channel}`);
    assert.equal(output[image * 200 + channel], value, "all positions of a channel share its fate");
  });
  assert.ok(dropped.size > 15 && dropped.size < 65, `${dropped.size} of 150 dropped at 0.25`);
  assertClose(gradients[0]!, cotangent.map((dy, i) => dy * output[i]!), { ofMaximum: 1e-6 });
  x.dispose();
});

numericTest("dropoutChannels() has the gradients of finite differences", () => {
  const x = normal([2, 3, 3, 6], "x");
  const stream = () => randomStream(7, "dropout");
  checkGradients([x], (tape, [v]) => dropoutChannels(tape, v!, 0.5, stream()), { step: 0.25 });
  x.dispose();
});

numericTest("dropoutChannels() repeats with its stream and differs with the next", () => {
  const x = tf.ones([2, 1, 1, 40]);
  assert.deepEqual(run(x, 0.5).output, run(x, 0.5).output);
  assert.notDeepEqual(run(x, 0.5).output, run(x, 0.5, 1).output);
  x.dispose();
});

numericTest("dropoutChannels() at probability 0 hands the value through", () => {
  const x = normal([1, 2, 2, 3], "x");
  const tape = new Tape();
  const value = tape.constant(x);
  assert.equal(dropoutChannels(tape, value, 0, randomStream(1, "none")), value);
  for (const probability of [1, -0.1, NaN]) {
    assert.throws(() => dropoutChannels(tape, value, probability, randomStream(1, "none")), RangeError);
  }
  tape.dispose();
  take(x);
});
