import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { labelsOn, pasteBoxes } from "../../src/method/box_mixture.ts";
import { numericTest } from "../numeric.ts";

numericTest("pasteBoxes() takes the box from one image, all else from the other", async () => {
  const mask = tf.tensor3d([1, 1, 0, 0, 0, 0, 0, 1], [2, 1, 4], "int32");
  const inside = tf.tensor4d([1, 1, 1, 1, 2, 2, 2, 2], [2, 1, 4, 1]);
  const outside = tf.tensor4d([10, 10, 10, 10, 20, 20, 20, 20], [2, 1, 4, 1]);
  const images = pasteBoxes(mask, inside, outside);
  assert.deepEqual([...await images.data()], [1, 1, 10, 10, 20, 20, 20, 2]);
  const labels = [inside, outside].map((one) =>
    tf.tidy(() => tf.cast(tf.reshape(one, [2, 1, 4]), "int32")) as tf.Tensor3D
  );
  const pasted = pasteBoxes(mask, labels[0]!, labels[1]!);
  assert.deepEqual([...await pasted.data()], [1, 1, 10, 10, 20, 20, 20, 2]);
  tf.dispose([mask, inside, outside, images, pasted, ...labels]);
});

numericTest("labelsOn() ignores the labels on the other side of the boxes", async () => {
  const mask = tf.tensor3d([1, 1, 0, 0], [1, 1, 4], "int32");
  const labels = tf.tensor3d([1, 255, 0, 2], [1, 1, 4], "int32");
  const [inside, outside] = [labelsOn("inside", mask, labels), labelsOn("outside", mask, labels)];
  assert.deepEqual([...await inside.data()], [1, 255, 255, 255]);
  assert.deepEqual([...await outside.data()], [255, 255, 0, 2]);
  tf.dispose([mask, labels, inside, outside]);
});
