/** Made-up tensors, and comparisons that tell where they fail. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { randomStream } from "../src/core/random.ts";

/** Largest difference allowed: `ofMaximum` times the largest magnitude expected, plus `absolute`. */
export interface Bounds {
  readonly ofMaximum: number;
  readonly absolute?: number;
}

/** Compares element by element. A failure tells the worst index, both values, how far apart, and the share beyond. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bounds: Bounds,
  what = "tensor",
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  const maximum = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bound = bounds.ofMaximum * maximum + (bounds.absolute ?? 0);
  const apart = (i: number) => Object.is(actual[i], expected[i]) ? 0 : Math.abs(actual[i]! - expected[i]!);
  let [worst, beyond] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    if (!(apart(i) <= bound)) beyond++;
    if (!(apart(i) <= apart(worst)) && !Number.isNaN(apart(worst))) worst = i;
  }
  if (beyond === 0) return;
  const relative = apart(worst) / Math.abs(expected[worst]!);
  assert.fail(
    `${what}[${worst}] is ${actual[worst]}, expected ${expected[worst]}: apart ${apart(worst)} ` +
      `(relative ${relative}), allowed ${bound}; ${beyond} of ${expected.length} elements beyond`,
  );
}

/** A tensor of normal draws; the same name gives the same numbers on every backend. */
export function normal(shape: readonly number[], name: string): tf.Tensor {
  const stream = randomStream(1, name);
  const size = shape.reduce((n, dim) => n * dim, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => stream.normal()), shape as number[]);
}

/** A tensor whose values are `gap` apart from each other and half of it from 0: no step of less moves a maximum. */
export function spaced(shape: readonly number[], name: string, gap = 0.05): tf.Tensor {
  const size = shape.reduce((n, dim) => n * dim, 1);
  const order = randomStream(2, name).permutation(size);
  const values = order.map((rank) => (rank - Math.floor(size / 2) + 0.5) * gap);
  return tf.tensor(Float32Array.from(values), shape as number[]);
}
