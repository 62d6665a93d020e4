import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { activeDropped, objectMask, objectsCut } from "../../src/method/feature_masks.ts";
import { numericTest, take } from "../numeric.ts";

/** Logits of a map of classes, `[1, h, w, K]`. */
function logitsOf(rows: readonly string[], classes: number): tf.Tensor4D {
  const labels = rows.map((row) => [...row].map(Number));
  return tf.tidy(() =>
    tf.cast(tf.oneHot(tf.tensor3d([labels], undefined, "int32"), classes, 1, 0, "int32"), "float32")
  ) as tf.Tensor4D;
}

/** A mask `[1, h, w, 1]` as rows of text. */
function rowsOf(mask: tf.Tensor, width: number): string[] {
  const text = take(mask).join("");
  return Array.from({ length: text.length / width }, (_, i) => text.slice(i * width, (i + 1) * width));
}

numericTest("objectMask() is 1 where the prediction is not class 0", () => {
  const logits = logitsOf(["012", "200"], 3);
  assert.deepEqual(rowsOf(objectMask(logits), 3), ["011", "100"]);
  logits.dispose();
});

numericTest(
  "activeDropped() leaves out positions from a share of each image's greatest mean over channels",
  () => {
    const features = tf.tensor4d([1, 3, 10, 10, 8, 8, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1.5], [2, 1, 4, 2]);
    const share = tf.scalar(0.8);
    assert.deepEqual(rowsOf(activeDropped(features, share), 4), ["1001", "0111"]);
    tf.dispose([features, share]);
  },
);

numericTest(
  "objectsCut() cuts a box out of the extent of each object, and nothing where there is none",
  () => {
    const logits = logitsOf(["11111000", "11111000", "11111000", "11111022", "11111022"], 4);
    // class 1 down and across, classes 2 and 3 likewise: [0, 0.4, 0] and [0.99, 0.6, 0]
    const places = tf.tensor3d([0, 0.4, 0, 0.99, 0.6, 0], [1, 2, 3]);
    // class 1: rows 0 to 2, columns 2.97 to 4.97; class 2: rows 3.48 to 4.28, columns 6.72 to 7.52; centres count
    assert.deepEqual(
      rowsOf(objectsCut(logits, places, 0.4), 8),
      [
        "11100111",
        "11100111",
        "11111111",
        "11111110",
        "11111111",
      ].map((row, i) => i === 3 ? "11111110" : row),
    );
    const background = logitsOf(["0000", "0000"], 4);
    assert.deepEqual(rowsOf(objectsCut(background, places, 0.4), 4), ["1111", "1111"]);
    tf.dispose([logits, places, background]);
  },
);
