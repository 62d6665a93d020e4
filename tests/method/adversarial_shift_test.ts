import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { adversarialShift } from "../../src/method/adversarial_shift.ts";
import { decodeAuxiliary } from "../../src/model/auxiliary_decoders.ts";
import { ForwardPass } from "../../src/model/forward_pass.ts";
import { Network } from "../../src/model/network.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, normal, numericTest, take } from "../numeric.ts";
import { SMALL } from "../method/small_step.ts";

const ONE = { vat: 1, dropout: 0, cutOut: 0, context: 0, object: 0, featureDrop: 0, noise: 0 };
const NAME = "aux_decoders.vat.0";

/** KL(p(z) ‖ p(z + shift)), summed over each image. */
function divergence(pass: ForwardPass, features: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const { tape } = pass;
  return tf.tidy(() => {
    const moved = tf.add(features, shift);
    const logits = [features, moved].map((z) => decodeAuxiliary(pass, NAME, tape.constant(z)).tensor);
    const [from, to] = logits.map((one) => tf.logSoftmax(one));
    return tf.sum(tf.mul(tf.exp(from!), tf.sub(from!, to!)), [1, 2, 3]);
  });
}

function withPass(body: (pass: ForwardPass) => void): void {
  const network = new Network({ ...SMALL, auxiliary: ONE }, 7);
  const tape = new Tape({ recording: false });
  body(new ForwardPass(tape, network.parameters, { training: false }));
  tape.dispose();
  network.dispose();
}

numericTest(
  "adversarialShift() has the radius as its length for each image, zero where nothing can change",
  () =>
    withPass((pass) => {
      const features = normal([2, 2, 3, 4], "features");
      const start = normal([2, 2, 3, 4], "start");
      const lengths = (shift: tf.Tensor) => {
        const found = [...take(tf.tidy(() => tf.sqrt(tf.sum(tf.square(shift), [1, 2, 3]))))];
        shift.dispose();
        return found;
      };
      assertClose(lengths(adversarialShift(pass, NAME, features, start, 2)), [2, 2], { ofMaximum: 1e-5 });
      // the direction does not hang on the start's length
      const [own, scaled] = [1, 1000].map((factor) => {
        const from = tf.mul(start, factor);
        const shift = adversarialShift(pass, NAME, features, from, 0.5);
        from.dispose();
        return take(shift);
      });
      assertClose(scaled!, own!, { ofMaximum: 1e-5 });
      const nothing = tf.zerosLike(start);
      assert.deepEqual(lengths(adversarialShift(pass, NAME, features, nothing, 2)), [0, 0]);
      tf.dispose([features, start, nothing]);
    }),
);

numericTest(
  "adversarialShift() changes the prediction more than its start does, at the same length",
  () =>
    withPass((pass) => {
      const features = normal([4, 2, 3, 4], "features");
      const start = normal([4, 2, 3, 4], "start");
      const unit = tf.tidy(() => tf.div(start, tf.sqrt(tf.sum(tf.square(start), [1, 2, 3], true))));
      const shift = adversarialShift(pass, NAME, features, start, 0.1);
      const plain = tf.mul(unit, 0.1);
      const [most, least] = [shift, plain].map((one) => take(divergence(pass, features, one)));
      most!.forEach((value, i) => assert.ok(value > 2 * least![i]!, `image ${i}: ${value}, ${least![i]}`));
      tf.dispose([features, start, unit, shift, plain]);
    }),
);
