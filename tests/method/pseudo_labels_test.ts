import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { disposeTarget, mapTarget, pseudoTarget } from "../../src/method/pseudo_labels.ts";
import { assertClose, numericTest } from "../numeric.ts";

/** One image of one row and two positions, sure of class 1 and then of class 0. */
const LOGITS = [0, 9, 9, 0];

numericTest("pseudoTarget() resizes the prediction before it asks how sure it is", async () => {
  const labelsAt = async (threshold: number) => {
    const logits = tf.tensor4d(LOGITS, [1, 1, 2, 2]);
    const target = pseudoTarget(logits, [1, 4], false, threshold, "hard");
    assert.equal(target.probabilities, undefined);
    const values = [...await target.labels.data()];
    logits.dispose();
    disposeTarget(target);
    return values;
  };
  assert.deepEqual(await labelsAt(0.5), [1, 1, 0, 0]);
  // logits of ±4.5 between the two positions are not as sure as ±9
  assert.deepEqual(await labelsAt(0.999), [1, 255, 255, 0]);
});

numericTest("pseudoTarget() of kind soft has all probabilities, which change with the labels", async () => {
  const logits = tf.tensor4d(LOGITS, [1, 1, 2, 2]);
  const target = pseudoTarget(logits, [1, 2], false, 0.9, "soft");
  const turned = mapTarget(target, (part) => tf.reverse(part, 2));
  assert.deepEqual([...await turned.labels.data()], [0, 1]);
  const sure = 1 / (1 + Math.exp(-9));
  assertClose([...await turned.probabilities!.data()], [sure, 1 - sure, 1 - sure, sure], { ofMaximum: 1e-6 });
  logits.dispose();
  disposeTarget(turned);
});
