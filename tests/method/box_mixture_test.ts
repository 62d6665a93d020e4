import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { mixByPlace } from "../../src/method/box_mixture.ts";
import { numericTest } from "../numeric.ts";

const OPTIONS = { threshold: 0.8, alignCorners: false };

/** Two images of one row: labeled 1 and 2, unlabeled 10 and 20; the box is the left half. */
function sides() {
  return {
    labeled: tf.tensor4d([1, 1, 1, 1, 2, 2, 2, 2], [2, 1, 4, 1]),
    labels: tf.tensor3d([0, 1, 0, 1, 1, 255, 1, 1], [2, 1, 4], "int32"),
    unlabeled: tf.tensor4d([10, 10, 10, 10, 20, 20, 20, 20], [2, 1, 4, 1]),
    // sure of class 1 in the first image, unsure in the second but for its last pixel
    predicted: tf.tensor4d([0, 9, 0, 9, 0, 9, 0, 9, 0, 1, 0, 1, 0, 1, 9, 0], [2, 1, 4, 2]),
    mask: tf.tensor3d([1, 1, 0, 0, 1, 1, 0, 0], [2, 1, 4], "int32"),
    pairs: { labeled: [1, 1], unlabeled: [0, 1] },
  };
}

numericTest("mixByPlace() takes the box from the labeled image, all else from its partner", async () => {
  const given = sides();
  const { images, labels, pseudoLabels } = mixByPlace(given, OPTIONS);
  assert.deepEqual([...await images.data()], [2, 2, 10, 10, 2, 2, 20, 20]);
  assert.deepEqual([...await labels.data()], [1, 255, 255, 255, 1, 255, 255, 255]);
  assert.deepEqual([...await pseudoLabels.data()], [255, 255, 1, 1, 255, 255, 255, 0]);
  const { pairs: _, ...tensors } = given;
  tf.dispose([images, labels, pseudoLabels, ...Object.values(tensors)]);
});

numericTest("mixByPlace() resizes the prediction before it asks how sure it is", async () => {
  const { pairs, predicted: _, mask, ...images } = sides();
  const predicted = tf.tensor4d([0, 9, 9, 0, 0, 9, 0, 9], [2, 1, 2, 2]);
  const everywhere = tf.zerosLike(mask);
  const labelsAt = async (threshold: number) => {
    const given = { ...images, pairs, predicted, mask: everywhere };
    const mixture = mixByPlace(given, { ...OPTIONS, threshold });
    const values = [...await mixture.pseudoLabels.data()];
    tf.dispose([mixture.images, mixture.labels, mixture.pseudoLabels]);
    return values;
  };
  assert.deepEqual(await labelsAt(0.5), [1, 1, 0, 0, 1, 1, 1, 1]);
  // logits of ±4.5 between the two halves of the first image are not as sure as ±9
  assert.deepEqual(await labelsAt(0.999), [1, 255, 255, 0, 1, 1, 1, 1]);
  tf.dispose([mask, predicted, everywhere, _, ...Object.values(images)]);
});
