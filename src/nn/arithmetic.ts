import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "./gather_rows.ts";
import { oneHot } from "./one_hot.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor } from "./tensors.ts";
import {
  indexCount,
  indexTensor,
  type Indices,
  isIndexTensor,
  valueNow,
  type Varying,
  varyingScalar,
} from "./varying.ts";

function checkEqualShapes(values: readonly Value[], action: string): void {
  const shapes = values.map((value) => `[${value.shape.join(", ")}]`);
  if (shapes.length > 0 && shapes.every((shape) => shape === shapes[0])) return;
  throw new RangeError(`Cannot ${action}: shapes are ${shapes.join(", ")}, expected equal ones`);
}

/**
 * Σ coefficient · value over tensors of one shape: mixing, decoupling, sums of losses.
 * @throws {RangeError} If the shapes differ or a coefficient is not finite
 */
export function linearCombination(tape: Tape, terms: readonly (readonly [Varying<number>, Value])[]): Value {
  checkEqualShapes(terms.map(([, value]) => value), "combine tensors");
  const wrong = terms.map(([coefficient]) => valueNow(coefficient)).find((number) =>
    !Number.isFinite(number)
  );
  if (wrong !== undefined) {
    throw new RangeError(`Cannot combine tensors: a coefficient is ${wrong}, expected a finite number`);
  }
  const scaled = ([coefficient, value]: readonly [Varying<number>, Value]) =>
    coefficient === 1 ? value.tensor : tf.mul(value.tensor, varyingScalar(coefficient));
  const output = tf.tidy(() =>
    terms.length === 1 ? tf.mul(terms[0]![1].tensor, varyingScalar(terms[0]![0])) : sum(terms.map(scaled))
  );
  return tape.apply({
    inputs: terms.map(([, value]) => value),
    output,
    backward: (dy) =>
      terms.map(([coefficient, value]) => {
        if (!value.requiresGrad) return undefined;
        return coefficient === 1 ? tf.clone(dy) : tf.tidy(() => tf.mul(dy, varyingScalar(coefficient)));
      }),
  });
}

function sum(tensors: readonly AnyTensor[]): AnyTensor {
  return tensors.reduce((total, tensor) => tf.add(total, tensor));
}

/** Joins along one axis; the gradient is cut the same way. @throws {RangeError} If other axes differ */
export function concatenate(tape: Tape, values: readonly Value[], axis: number): Value {
  const sizes = values.map((value) => value.shape[axis]!);
  const rest = values.map((value) => ({ shape: value.shape.filter((_, i) => i !== axis) }) as Value);
  checkEqualShapes(rest, "join tensors");
  return tape.apply({
    inputs: values,
    output: tf.concat(values.map((value) => value.tensor), axis),
    backward: (dy) => tf.split(dy, sizes, axis),
  });
}

/**
 * Elements `start` to `start + count` of the batch.
 * @param x `[N, …]`
 */
export function sliceBatch(tape: Tape, x: Value, start: number, count: number): Value {
  const [n, ...rest] = x.shape as [number, ...number[]];
  const whole = Number.isInteger(start) && Number.isInteger(count);
  if (!(whole && start >= 0 && count >= 1 && start + count <= n)) {
    throw new RangeError(
      `Cannot take elements ${start} to ${start + count} of [${x.shape.join(", ")}]: ` +
        `expected whole numbers from 0 to ${n}`,
    );
  }
  const before = [start, ...rest.map(() => 0)];
  const sides = [[start, n - start - count], ...rest.map(() => [0, 0])] as [number, number][];
  return tape.apply({
    inputs: [x],
    output: tf.slice(x.tensor, before, [count, ...rest]),
    backward: (dy) => [tf.pad(dy, sides)],
  });
}

/**
 * Picks elements of the batch, with repetition; the gradient of a repeated element is the sum.
 * @param x `[N, …]`
 * @param indices Each in [0, N)
 * @returns `[indices.length, …]`
 * @throws {RangeError} If there are none, or one given as a number is outside
 */
export function gatherBatch(tape: Tape, x: Value, indices: Indices): Value {
  const [n, ...rest] = x.shape as [number, ...number[]];
  if (!isIndexTensor(indices)) checkIndices(valueNow(indices), n);
  const count = indexCount(indices);
  const index = indexTensor(indices);
  // tfjs' one-hot wants at least two columns
  const pick = () => n === 1 ? tf.ones([count, 1]) : oneHot(index, n);
  return tape.apply({
    inputs: [x],
    output: gatherRows(x.tensor, index),
    extras: [index],
    backward: (dy) => [
      tf.tidy(() => {
        const flat = tf.reshape(dy, [count, dy.size / count]);
        return tf.reshape(tf.matMul(pick() as tf.Tensor2D, flat, true, false), [n, ...rest]);
      }),
    ],
  });
}

function checkIndices(indices: readonly number[], n: number): void {
  const outside = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < n));
  if (outside === undefined && indices.length > 0) return;
  throw new RangeError(
    `Cannot pick elements [${indices}] of a batch of ${n}: expected indices from 0 to ${n - 1}`,
  );
}

/**
 * x times a constant.
 * @param factor Broadcasts to the shape of x; given up
 */
export function multiplyConstant(tape: Tape, x: Value, factor: AnyTensor): Value {
  return tape.apply({
    inputs: [x],
    output: tf.mul(x.tensor, factor),
    extras: [factor],
    backward: (dy) => [tf.mul(dy, factor)],
  });
}

/** x plus a constant of its shape, which is given up. */
export function addConstant(tape: Tape, x: Value, constant: AnyTensor): Value {
  const output = tf.add(x.tensor, constant);
  constant.dispose();
  return tape.apply({ inputs: [x], output, backward: (dy) => [tf.clone(dy)] });
}

/** The same elements in another shape. */
export function reshape(tape: Tape, x: Value, shape: readonly number[]): Value {
  const before = x.shape;
  return tape.apply({
    inputs: [x],
    output: tf.reshape(x.tensor, shape as number[]),
    backward: (dy) => [tf.reshape(dy, before)],
  });
}
