import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { binaryCrossEntropy, presentClasses, squaredError } from "../../src/method/scalar_losses.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, normal, numericTest } from "../numeric.ts";

function lossOf(prediction: tf.Tensor, target: tf.Tensor, loss: typeof squaredError): number {
  const tape = new Tape({ recording: false });
  const [value] = loss(tape, tape.constant(prediction), target).tensor.dataSync();
  tape.dispose();
  tf.dispose([prediction, target]);
  return value!;
}

numericTest("squaredError() is the mean over all elements", () => {
  assert.equal(lossOf(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1, 0], [0, 4]]), squaredError), 13 / 4);
  const [prediction, target] = [normal([2, 3], "prediction"), normal([2, 3], "target")];
  checkGradients([prediction], (tape, [p]) => squaredError(tape, p!, target));
  tf.dispose([prediction, target]);
});

numericTest("squaredError() refuses shapes that differ", () => {
  const [prediction, target] = [tf.zeros([2, 3]), tf.zeros([3, 2])];
  const tape = new Tape({ recording: false });
  assert.throws(() => squaredError(tape, tape.constant(prediction), target), {
    name: "RangeError",
    message: /shapes are \[2,3\] and \[3,2\]/,
  });
  tape.dispose();
  tf.dispose([prediction, target]);
});

numericTest("binaryCrossEntropy() at logits of 0 is ln 2, and stays finite for large ones", () => {
  assertClose([lossOf(tf.zeros([1, 2]), tf.tensor2d([[0, 1]]), binaryCrossEntropy)], [Math.LN2], {
    ofMaximum: 1e-6,
  });
  assertClose([lossOf(tf.tensor2d([[200, -200]]), tf.tensor2d([[0, 1]]), binaryCrossEntropy)], [200], {
    ofMaximum: 1e-6,
  });
  const [logits, target] = [normal([2, 3], "logits"), tf.tensor2d([[0, 1, 1], [1, 0, 0]])];
  checkGradients([logits], (tape, [x]) => binaryCrossEntropy(tape, x!, target));
  tf.dispose([logits, target]);
});

numericTest("presentClasses() tells the classes of each label map; 255 is none", () => {
  const labels = tf.tensor3d([0, 2, 2, 255, 255, 255, 255, 255], [2, 2, 2], "int32");
  const present = presentClasses(labels, 4);
  assert.deepEqual(present.arraySync(), [[1, 0, 1, 0], [0, 0, 0, 0]]);
  tf.dispose([labels, present]);
});
