import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  addGradients,
  clipGradients,
  disposeGradients,
  globalNorm,
  type Gradients,
  scaleGradients,
} from "../../src/train/gradients.ts";
import { assertClose, numericTest } from "../numeric.ts";

function gradientsOf(values: Record<string, number[]>): Gradients {
  return new Map(Object.entries(values).map(([name, list]) => [name, tf.tensor1d(list)]));
}

function valuesOf(gradients: Gradients): Record<string, number[]> {
  return Object.fromEntries([...gradients].map(([name, tensor]) => [name, Array.from(tensor.dataSync())]));
}

numericTest("addGradients() adds name by name and takes over what is new", () => {
  const sum = gradientsOf({ a: [1, 2], b: [3] });
  const added = gradientsOf({ a: [10, 20], c: [5] });
  addGradients(sum, added);
  assert.deepEqual(valuesOf(sum), { a: [11, 22], b: [3], c: [5] });
  assert.equal(added.size, 0);
  disposeGradients(sum);
});

numericTest("scaleGradients() by 1 / n makes the mean of n batches", () => {
  const sum = gradientsOf({ a: [1, 2] });
  addGradients(sum, gradientsOf({ a: [3, 6] }));
  scaleGradients(sum, 1 / 2);
  assert.deepEqual(valuesOf(sum), { a: [2, 4] });
  disposeGradients(sum);
});

numericTest("globalNorm() is that of all gradients together, and 0 of none", async () => {
  const gradients = gradientsOf({ a: [3, 4], b: [12] });
  assert.equal(await globalNorm(gradients), 13);
  assert.equal(await globalNorm(new Map()), 0);
  disposeGradients(gradients);
});

numericTest("clipGradients() leaves small gradients alone and shrinks large ones to the norm", async () => {
  const gradients = gradientsOf({ a: [3, 4], b: [12] });
  clipGradients(gradients, 20);
  assert.deepEqual(valuesOf(gradients), { a: [3, 4], b: [12] });
  clipGradients(gradients, 1);
  assertClose([await globalNorm(gradients)], [1], { ofMaximum: 1e-6 });
  clipGradients(new Map(), 1);
  disposeGradients(gradients);
});

Deno.test("clipGradients() refuses a norm that is not above 0", () => {
  for (const maximum of [0, -1, NaN]) {
    assert.throws(() => clipGradients(new Map(), maximum), {
      name: "RangeError",
      message: /largest norm is/,
    });
  }
});
