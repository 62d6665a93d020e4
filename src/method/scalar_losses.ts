import * as tf from "@tensorflow/tfjs-core";
import type { Tape, Value } from "../nn/tape.ts";
import { sumAll } from "../nn/position_sums.ts";
import type { AnyTensor, LabelMap } from "../nn/tensors.ts";

/** Adds a scalar whose gradient with respect to one input is known already. */
export function scalarLoss(tape: Tape, input: Value, loss: AnyTensor, gradient: AnyTensor): Value {
  return tape.apply({
    inputs: [input],
    output: loss,
    extras: [gradient],
    backward: (dy) => [tf.mul(gradient, dy)],
  });
}

function checkShapes(prediction: Value, target: AnyTensor): void {
  if (prediction.shape.join() === target.shape.join()) return;
  throw new RangeError(
    `Cannot compare predictions: shapes are [${prediction.shape}] and [${target.shape}], expected equal ones`,
  );
}

/**
 * Mean of (prediction − target)² over all elements.
 * @param prediction Gradient flows here
 * @param target A constant of the same shape
 * @returns A scalar
 * @throws {RangeError} If the shapes differ
 */
export function squaredError(tape: Tape, prediction: Value, target: AnyTensor): Value {
  checkShapes(prediction, target);
  const [loss, gradient] = tf.tidy(() => {
    const difference = tf.sub(prediction.tensor, target);
    return [tf.div(sumAll(tf.square(difference)), target.size), tf.mul(difference, 2 / target.size)];
  }) as [AnyTensor, AnyTensor];
  return scalarLoss(tape, prediction, loss, gradient);
}

/**
 * Mean of (softmax(logits) − target)² over all elements.
 * @param logits `[…, K]`; gradient flows here
 * @param target A constant of the same shape, probabilities
 * @returns A scalar
 * @throws {RangeError} If the shapes differ
 */
export function softmaxSquaredError(tape: Tape, logits: Value, target: AnyTensor): Value {
  checkShapes(logits, target);
  const [loss, gradient] = tf.tidy(() => {
    const p = tf.softmax(logits.tensor);
    const difference = tf.sub(p, target);
    const weighted = tf.mul(tf.mul(difference, 2 / target.size), p);
    return [
      tf.div(sumAll(tf.square(difference)), target.size),
      tf.sub(weighted, tf.mul(p, tf.sum(weighted, -1, true))),
    ];
  }) as [AnyTensor, AnyTensor];
  return scalarLoss(tape, logits, loss, gradient);
}

/**
 * Binary cross entropy of a sigmoid, mean over all elements.
 * @param logits `[N, K]`
 * @param target `[N, K]`, each in [0, 1]
 * @returns A scalar
 */
export function binaryCrossEntropy(tape: Tape, logits: Value, target: AnyTensor): Value {
  const [loss, gradient] = tf.tidy(() => {
    const x = logits.tensor;
    const loss = tf.add(tf.sub(tf.relu(x), tf.mul(x, target)), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
    return [tf.div(sumAll(loss), x.size), tf.div(tf.sub(tf.sigmoid(x), target), x.size)];
  }) as [AnyTensor, AnyTensor];
  return scalarLoss(tape, logits, loss, gradient);
}

/**
 * Which classes occur in each label map: the targets of the image-level classifier.
 * @param labels int32 `[N, H, W]`; 255 is no class
 * @returns `[N, K]` of 0 and 1; the caller disposes it
 */
export function presentClasses(labels: LabelMap, classes: number): AnyTensor {
  return tf.tidy(() => {
    const columns = Array.from(
      { length: classes },
      (_, label) => tf.any(tf.equal(labels, tf.scalar(label, "int32")), [1, 2]),
    );
    return tf.cast(tf.stack(columns, 1), "float32");
  });
}
