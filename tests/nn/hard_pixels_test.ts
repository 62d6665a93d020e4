import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, type CrossEntropyOptions } from "../../src/nn/cross_entropy.ts";
import { hardMask, type HardPixelRule } from "../../src/nn/hard_pixels.ts";
import type { LabelMap } from "../../src/nn/tensors.ts";
import { assertClose, checkGradients, differentiate, numericTest, take } from "../numeric.ts";

/** Probabilities of the labels; the last two pixels have none. */
const LABELED = [0.8, 0.1, 0.6, 0.9, 0.5];
const UNLABELED = [0.05, 0.4];

/** Two classes, label 0. */
function pixels(): { logits: tf.Tensor4D; labels: LabelMap } {
  const rows = [...LABELED, ...UNLABELED].map((p) => [Math.log(p / (1 - p)), 0]);
  const labels = [...LABELED.map(() => 0), ...UNLABELED.map(() => 255)];
  const count = rows.length;
  return {
    logits: tf.tensor4d(rows.flat(), [1, 1, count, 2]),
    labels: tf.tensor3d(labels, [1, 1, count], "int32"),
  };
}

function loss(average: "all" | "labeled", options: CrossEntropyOptions) {
  const { logits, labels } = pixels();
  const done = differentiate([logits], (tape, [v]) => crossEntropy(tape, v!, labels, average, options));
  tf.dispose([logits, labels]);
  return done;
}

const sumOf = (kept: readonly number[]) => kept.reduce((sum, p) => sum - Math.log(p), 0);

/** A rule with the probabilities of the pixels that it keeps. */
const CASES: readonly (readonly [HardPixelRule, readonly number[]])[] = [
  [{ below: 0.7, least: 0 }, [0.1, 0.5, 0.6]],
  [{ below: 0.7, least: 2 }, [0.1, 0.5, 0.6]],
  [{ below: 0.7, least: 4 }, [0.1, 0.5, 0.6, 0.8]],
  [{ below: 0.2, least: 3 }, [0.1, 0.5, 0.6]],
  // fewer labeled pixels, then fewer pixels than that
  [{ below: 0.2, least: 6 }, LABELED],
  [{ below: 0.2, least: 1000 }, LABELED],
];

for (const [hard, kept] of CASES) {
  numericTest(
    `crossEntropy() of pixels below ${hard.below}, at least ${hard.least}, is the mean of ${kept.length}`,
    () => {
      const { output, cotangent, gradients } = loss("labeled", { hard });
      assertClose(output, [sumOf(kept) / kept.length], { ofMaximum: 1e-6 });
      const slopes = [...LABELED, ...UNLABELED].flatMap((p, i) =>
        i < LABELED.length && kept.includes(p) ? [p - 1, 1 - p] : [0, 0]
      );
      assertClose(gradients[0]!, slopes.map((slope) => slope / kept.length * cotangent[0]!), {
        ofMaximum: 1e-6,
      });
    },
  );
}

numericTest("crossEntropy() of hard pixels over all is divided by all, the others with them", () => {
  const { output } = loss("all", { hard: { below: 0.7, least: 0 } });
  assertClose(output, [sumOf([0.1, 0.5, 0.6]) / 7], { ofMaximum: 1e-6 });
});

numericTest("crossEntropy() of hard pixels is 0 where none is hard or none is labeled", () => {
  const none = loss("labeled", { hard: { below: 0.01, least: 0 } });
  assert.deepEqual([none.output[0]! + 0, Math.max(...none.gradients[0]!.map(Math.abs))], [0, 0]);
  const logits = tf.zeros([1, 1, 3, 2]);
  const labels = tf.fill([1, 1, 3], 255, "int32") as LabelMap;
  const { output, gradients } = differentiate(
    [logits],
    (tape, [v]) => crossEntropy(tape, v!, labels, "labeled", { hard: { below: 0.7, least: 2 } }),
  );
  assert.deepEqual([output[0]! + 0, Math.max(...gradients[0]!.map(Math.abs))], [0, 0]);
  tf.dispose([logits, labels]);
});

numericTest("crossEntropy() of hard pixels has the gradients of finite differences", () => {
  const { logits, labels } = pixels();
  for (const hard of [{ below: 0.7, least: 0 }, { below: 0.7, least: 4 }]) {
    checkGradients([logits], (tape, [v]) => crossEntropy(tape, v!, labels, "labeled", { hard }), {
      step: 0.02,
    });
  }
  tf.dispose([logits, labels]);
});

numericTest("crossEntropy() of hard pixels weights classes after it has chosen", () => {
  const { output } = loss("labeled", { hard: { below: 0.7, least: 0 }, classWeights: [3, 1] });
  assertClose(output, [3 * sumOf([0.1, 0.5, 0.6]) / 3], { ofMaximum: 1e-6 });
});

numericTest("hardMask() of several processes keeps the hardest of all of them", () => {
  const [mine, theirs] = [[0.1, 0.5, 0.6, 0.9], [0.2, 0.3, 0.35, 2]];
  const logits = tf.tensor2d(mine.flatMap((p) => [Math.log(p / (1 - p)), 0]), [4, 2]);
  const target = tf.tensor2d([1, 0, 1, 0, 1, 0, 1, 0], [4, 2]);
  const mask = tf.ones([4]) as tf.Tensor1D;
  const gather = (own: tf.Tensor) => tf.concat([own, tf.tensor1d(theirs)]);
  const keeps = (least: number) => [...take(hardMask(logits, target, mask, { below: 0.05, least, gather }))];
  assert.deepEqual(keeps(4), [1, 0, 0, 0]);
  assert.deepEqual(keeps(6), [1, 1, 1, 0]);
  assert.deepEqual(keeps(7), [1, 1, 1, 1]);
  tf.dispose([logits, target, mask]);
});
