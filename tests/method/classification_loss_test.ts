import * as tf from "@tensorflow/tfjs-core";
import { classificationLoss } from "../../src/method/classification_loss.ts";
import { checkGradients, differentiate, normal, numericTest } from "../numeric.ts";
import { assertClose } from "../comparison.ts";

numericTest("classificationLoss() at weights of 0 is ln 2", () => {
  const [features, weight, bias] = [normal([2, 3, 3, 4], "features"), tf.zeros([4, 3]), tf.zeros([3])];
  const labels = tf.zeros([2, 5, 5], "int32") as tf.Tensor3D;
  const { output } = differentiate(
    [features, weight, bias],
    (tape, [x, w, b]) => classificationLoss(tape, x!, { weight: w!, bias: b! }, labels),
  );
  assertClose(output, [Math.LN2], { ofMaximum: 1e-6 });
  tf.dispose([features, weight, bias, labels]);
});

numericTest("classificationLoss() has the gradients of finite differences, into the features too", () => {
  const inputs = [normal([2, 2, 3, 4], "features"), normal([4, 3], "weight"), normal([3], "bias")];
  const labels = tf.tensor3d([0, 0, 1, 255, 2, 2, 2, 2], [2, 2, 2], "int32");
  checkGradients(
    inputs,
    (tape, [x, w, b]) => classificationLoss(tape, x!, { weight: w!, bias: b! }, labels),
    { step: 0.02 },
  );
  tf.dispose([...inputs, labels]);
});
