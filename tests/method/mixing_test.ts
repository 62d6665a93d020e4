import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { mix } from "../../src/method/mixing.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, normal, numericTest } from "../numeric.ts";
import { evaluate, lambda, logits, motion, movedTensor } from "./predictions.ts";

const SAME = { labeled: [0, 1], unlabeled: [0, 1] };

numericTest("mix() is λ of the labeled and 1 − λ of the unlabeled image of each pair", () => {
  const [labeled, unlabeled] = [tf.tensor4d([1, 2], [2, 1, 1, 1]), tf.tensor4d([10, 20, 30], [3, 1, 1, 1])];
  const pairs = { labeled: [1, 0, 1], unlabeled: [0, 2, 2] };
  const mixed = evaluate([labeled, unlabeled], (tape, [l, u]) => mix(tape, l!, u!, pairs, 0.25));
  assertClose(mixed, [8, 22.75, 23], { ofMaximum: 1e-6 });
  tf.dispose([labeled, unlabeled]);
});

numericTest("mix() lies between its ends, and is one of them at λ = 0 and 1", () => {
  fc.assert(
    fc.property(logits, logits, lambda, (labeled, unlabeled, share) => {
      const at = (share: number) =>
        evaluate([labeled, unlabeled], (tape, [l, u]) => mix(tape, l!, u!, SAME, share));
      at(share).forEach((value, i) => {
        const [low, high] = [Math.min(labeled[i]!, unlabeled[i]!), Math.max(labeled[i]!, unlabeled[i]!)];
        assert.ok(value >= low - 1e-6 && value <= high + 1e-6, `${value} is not in [${low}, ${high}]`);
      });
      assertClose(at(0), unlabeled, { ofMaximum: 0 });
      assertClose(at(1), labeled, { ofMaximum: 0 });
    }),
    { numRuns: 20 },
  );
});

numericTest(
  "mix() is equivariant under permutations of images, positions and classes, and under flips",
  () => {
    fc.assert(
      fc.property(logits, logits, lambda, motion, (labeled, unlabeled, share, how) => {
        tf.tidy(() => {
          const run = (inputs: Parameters<typeof evaluate>[0]) =>
            evaluate(inputs, (tape, [l, u]) => mix(tape, l!, u!, SAME, share));
          const before = run([movedTensor(labeled, how), movedTensor(unlabeled, how)]);
          const after = movedTensor(run([labeled, unlabeled]), how).dataSync();
          assertClose(before, after, { ofMaximum: 0, absolute: 1e-6 }, how.name);
        });
      }),
      { numRuns: 40 },
    );
  },
);

numericTest("mix() gives an image that stands in several pairs the sum of their gradients", () => {
  const inputs = [normal([2, 2, 3, 2], "labeled"), normal([3, 2, 3, 2], "unlabeled")];
  const pairs = { labeled: [1, 1, 0, 1], unlabeled: [0, 2, 2, 2] };
  checkGradients(inputs, (tape, [l, u]) => mix(tape, l!, u!, pairs, 0.3), { step: 0.5 });
  tf.dispose(inputs);
});

numericTest("mix() refuses λ outside [0, 1] and pairs of images that are not there", () => {
  const images = tf.zeros([2, 1, 1, 1]);
  const tape = new Tape({ recording: false });
  const value = tape.constant(images);
  for (const share of [-0.01, 1.01, NaN]) {
    assert.throws(() => mix(tape, value, value, SAME, share), { name: "RangeError", message: /^Cannot mix/ });
  }
  const missing = { labeled: [0, 2], unlabeled: [0, 1] };
  assert.throws(() => mix(tape, value, value, missing, 0.3), { name: "RangeError", message: /batch of 2/ });
  tape.dispose();
  images.dispose();
});
