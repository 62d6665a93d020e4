import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "./tensors.ts";

/**
 * What differs from step to step: a value, or where to ask for it now. A step that is recorded to run again must be told
 * where, so that later steps ask anew.
 */
export type Varying<T extends object | number> = T | (() => T);

/** The value now. */
export function valueNow<T extends object | number>(varying: Varying<T>): T {
  return typeof varying === "function" ? varying() : varying;
}

/** A value that follows from one that varies. */
export function derive<T extends object | number, R extends object | number>(
  varying: Varying<T>,
  f: (value: T) => R,
): Varying<R> {
  return typeof varying === "function" ? () => f(varying()) : f(varying);
}

/** Makes tensors of what varies: a recording makes arguments of them, which it asks for again before each run. */
export type VaryingTensors = (make: () => AnyTensor) => AnyTensor;

let recorder: VaryingTensors | undefined;

/** Runs `f`; what varies in it is made by `tensors`. */
export function withVaryingTensors<R>(tensors: VaryingTensors, f: () => R): R {
  const before = recorder;
  recorder = tensors;
  try {
    return f();
  } finally {
    recorder = before;
  }
}

/**
 * A tensor of something that varies; the caller disposes it.
 * @param make From the value now
 */
export function varyingTensor<T extends object | number>(
  varying: Varying<T>,
  make: (value: T) => AnyTensor,
): AnyTensor {
  if (typeof varying !== "function" || recorder === undefined) return make(valueNow(varying));
  return recorder(() => make(varying()));
}

/** A scalar of a number that varies; the caller disposes it. */
export function varyingScalar(varying: Varying<number>): AnyTensor {
  return varyingTensor(varying, (value) => tf.scalar(value));
}

/** Positions along an axis: numbers, or an int32 tensor `[M]` of those that a step finds itself. */
export type Indices = Varying<readonly number[]> | AnyTensor;

/** Whether positions are a tensor. */
export function isIndexTensor(indices: Indices): indices is AnyTensor {
  return indices instanceof tf.Tensor;
}

/** Positions as an int32 tensor `[M]`; the caller disposes it. */
export function indexTensor(indices: Indices): AnyTensor {
  if (isIndexTensor(indices)) return tf.clone(indices);
  return varyingTensor(indices, (list) => tf.tensor1d(list as number[], "int32"));
}

/** How many positions there are. */
export function indexCount(indices: Indices): number {
  return isIndexTensor(indices) ? indices.shape[0]! : valueNow(indices).length;
}
