/** Arbitrary predictions, and permutations of their axes, for properties. */
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { Tape, type Value } from "../../src/nn/tape.ts";

/** Shape of every prediction here: images, rows, columns, classes. */
export const SHAPE = [2, 3, 4, 3] as const;

const SIZE = 2 * 3 * 4 * 3;

/** float32 numbers from −4 to 4; none so small that a backend may take it for 0. */
export const logit: fc.Arbitrary<number> = fc.double({ min: -4, max: 4, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-30 ? 0 : Math.fround(value)));

/** Logits of `SHAPE`. */
export const logits: fc.Arbitrary<number[]> = fc.array(logit, { minLength: SIZE, maxLength: SIZE });

/** λ in [0, 0.5). */
export const lambda: fc.Arbitrary<number> = fc.double({ min: 0, max: 0.499, noNaN: true });

/** A way to move the elements of a prediction: permuted images, positions or classes, or a flip. */
export interface Motion {
  readonly name: string;
  move(prediction: tf.Tensor4D): tf.Tensor4D;
}

function permuted(name: string, axis: number): fc.Arbitrary<Motion> {
  const length = SHAPE[axis]!;
  const order = fc.shuffledSubarray([...Array(length).keys()], { minLength: length, maxLength: length });
  return order.map((indices) => ({
    name: `${name} ${indices}`,
    move: (prediction) => tf.gather(prediction, tf.tensor1d(indices, "int32"), axis),
  }));
}

function flipped(axis: number): fc.Arbitrary<Motion> {
  return fc.constant({ name: `flip of axis ${axis}`, move: (prediction) => tf.reverse(prediction, axis) });
}

/** Any motion under which mixing and decoupling are equivariant. */
export const motion: fc.Arbitrary<Motion> = fc.oneof(
  permuted("images", 0),
  permuted("rows", 1),
  permuted("columns", 2),
  permuted("classes", 3),
  flipped(1),
  flipped(2),
);

/** Runs a function of predictions without gradients. */
export function evaluate(
  inputs: readonly (readonly number[] | tf.Tensor)[],
  f: (tape: Tape, values: readonly Value[]) => Value,
): Float32Array {
  return tf.tidy(() => {
    const tape = new Tape({ recording: false });
    const tensors = inputs.map((input) =>
      input instanceof tf.Tensor ? input : tf.tensor4d(input as number[], [...SHAPE])
    );
    const output = f(tape, tensors.map((tensor) => tape.constant(tensor))).tensor.dataSync().slice();
    tape.dispose();
    return output as Float32Array;
  });
}

/** A prediction's numbers as a tensor, moved. The caller disposes it, or runs in a tidy scope. */
export function movedTensor(values: readonly number[] | Float32Array, { move }: Motion): tf.Tensor4D {
  return tf.tidy(() => move(tf.tensor4d(Float32Array.from(values), [...SHAPE])));
}
