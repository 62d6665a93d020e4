import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { ParameterStore } from "../../src/nn/parameters.ts";
import type { ParameterSpec } from "../../src/nn/parameter_spec.ts";
import { Sgd, type SgdOptions } from "../../src/train/sgd.ts";
import { assertClose, normal, numericTest } from "../numeric.ts";

const vector = (name: string, length = 3): ParameterSpec => ({
  name,
  kind: "vector",
  shape: [length],
  initial: 0,
});

/** A store of vectors with these values. */
function storeOf(values: Record<string, readonly number[]>): ParameterStore {
  const store = new ParameterStore(
    Object.entries(values).map(([name, { length }]) => vector(name, length)),
    0,
  );
  for (const [name, list] of Object.entries(values)) store.replace(name, tf.tensor1d(list as number[]));
  return store;
}

function gradientsOf(values: Record<string, readonly number[]>): Map<string, tf.Tensor> {
  return new Map(Object.entries(values).map(([name, list]) => [name, tf.tensor1d(list as number[])]));
}

function valuesOf(store: ParameterStore, name: string): number[] {
  return Array.from(store.tensor(name).dataSync());
}

/** Steps of `gradients` at a rate of 0.1 on a parameter `p`. */
function run(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  options: SgdOptions,
): number[] {
  const store = storeOf({ p: start });
  const sgd = new Sgd(options);
  for (const gradient of gradients) sgd.step(store, gradientsOf({ p: gradient }), 0.1);
  const values = valuesOf(store, "p");
  sgd.dispose();
  store.dispose();
  return values;
}

numericTest("Sgd without momentum and decay walks against the gradient", () => {
  assertClose(run([1, 2, 3], [[10, 0, -10]], { momentum: 0, weightDecay: 0 }), [0, 2, 4], {
    ofMaximum: 1e-7,
  });
});

numericTest("Sgd's buffer begins as the first gradient and adds up", () => {
  // buffers 1, 1.5, 1.75: the sum is 4.25
  const after = run([0], [[1], [1], [1]], { momentum: 0.5, weightDecay: 0 });
  assertClose(after, [-0.425], { ofMaximum: 1e-7 });
});

numericTest("Sgd gives torch's numbers with momentum and weight decay", () => {
  const gradients = [[0.5, -1, 2], [1, 0, -1], [0, 0.25, 0.5]];
  const expected = [
    // torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.01), torch 2.13
    0.6691848039627075,
    2.234409809112549,
    -3.3845248222351074,
  ];
  assertClose(run([1, 2, -3], gradients, { momentum: 0.9, weightDecay: 0.01 }), expected, {
    ofMaximum: 1e-6,
  });
});

numericTest("Sgd leaves parameters without a gradient as they are, without decay", () => {
  const store = storeOf({ used: [1], unused: [1] });
  const sgd = new Sgd({ weightDecay: 0.5 });
  sgd.step(store, gradientsOf({ used: [0] }), 1);
  assert.deepEqual(valuesOf(store, "unused"), [1]);
  assertClose(valuesOf(store, "used"), [0.5], { ofMaximum: 1e-7 });
  sgd.dispose();
  store.dispose();
});

numericTest("Sgd takes rate and decay of the first group that matches", () => {
  const store = storeOf({ "head.weight": [1], "norm.bias": [1], other: [1] });
  const groups = [
    { matches: (name: string) => name.startsWith("head."), learningRateFactor: 10 },
    { matches: (name: string) => name.endsWith(".bias"), weightDecay: 0 },
    { matches: () => true },
  ];
  const sgd = new Sgd({ momentum: 0, weightDecay: 1, groups });
  const zeros = { "head.weight": [0], "norm.bias": [0], other: [0] };
  sgd.step(store, gradientsOf(zeros), 0.01);
  assertClose(valuesOf(store, "head.weight"), [0.9], { ofMaximum: 1e-6 });
  assert.deepEqual(valuesOf(store, "norm.bias"), [1]);
  assertClose(valuesOf(store, "other"), [0.99], { ofMaximum: 1e-6 });
  sgd.dispose();
  store.dispose();
});

numericTest("Sgd clips by the norm of all gradients together, before decay", () => {
  const store = storeOf({ a: [0, 0], b: [0] });
  const sgd = new Sgd({ momentum: 0, weightDecay: 0, clipNorm: 6.5 });
  // norm of (3, 4, 12) is 13: everything is halved
  sgd.step(store, gradientsOf({ a: [3, 4], b: [12] }), 1);
  assertClose(valuesOf(store, "a"), [-1.5, -2], { ofMaximum: 1e-6 });
  assertClose(valuesOf(store, "b"), [-6], { ofMaximum: 1e-6 });
  sgd.step(store, gradientsOf({ a: [0, 0], b: [1] }), 1);
  assertClose(valuesOf(store, "b"), [-7], { ofMaximum: 1e-6 }, "a small gradient stays");
  sgd.dispose();
  store.dispose();
});

const WEIGHT: ParameterSpec = {
  name: "conv.weight",
  kind: "convolution",
  shape: [3, 3, 2, 4],
  initial: "kaiming",
};

function weightGradients(name: string): Map<string, tf.Tensor> {
  return new Map([["conv.weight", normal(WEIGHT.shape, name)]]);
}

numericTest("Sgd goes on alike from the buffers that export() gave, which lie as in files", async () => {
  const [first, second] = [new ParameterStore([WEIGHT], 7), new ParameterStore([WEIGHT], 7)];
  const [sgd, other] = [new Sgd(), new Sgd()];
  sgd.step(first, weightGradients("one"), 0.1);
  other.step(second, weightGradients("one"), 0.1);
  const stored = await sgd.export(first);
  assert.deepEqual(stored.get("conv.weight")!.shape, [4, 2, 3, 3]);
  const resumed = new Sgd();
  resumed.load(second, stored);
  sgd.step(first, weightGradients("two"), 0.1);
  resumed.step(second, weightGradients("two"), 0.1);
  assert.deepEqual(first.tensor("conv.weight").dataSync(), second.tensor("conv.weight").dataSync());
  for (const part of [sgd, other, resumed, first, second]) part.dispose();
});

numericTest("Sgd.load() refuses names and shapes that do not fit", () => {
  const store = new ParameterStore([WEIGHT], 7);
  const sgd = new Sgd();
  const stored = (name: string, shape: number[]) =>
    new Map([[name, { dtype: "float32", shape, data: new Float32Array(72) } as const]]);
  const mismatch = (message: RegExp) => ({ name: "CheckpointMismatch", message });
  assert.throws(
    () => sgd.load(store, stored("conv.weight", [3, 3, 2, 4])),
    mismatch(/model has \[4, 2, 3, 3\]/),
  );
  assert.throws(() => sgd.load(store, stored("conv.bias", [72])), mismatch(/model has no such parameter/));
  store.dispose();
});

numericTest("Sgd.step() refuses a gradient of another shape or name, and frees it", () => {
  const store = storeOf({ p: [1, 2] });
  const sgd = new Sgd();
  assert.throws(() => sgd.step(store, gradientsOf({ p: [1] }), 0.1), {
    name: "RangeError",
    message: /gradient \[1\], parameter \[2\]/,
  });
  assert.throws(() => sgd.step(store, gradientsOf({ q: [1] }), 0.1), {
    name: "RangeError",
    message: /parameter "q"/,
  });
  sgd.dispose();
  store.dispose();
});

Deno.test("Sgd refuses momentum, decay and clipping that are out of range", () => {
  for (const options of [{ momentum: 1 }, { momentum: -0.1 }, { momentum: NaN }, { weightDecay: -1 }]) {
    assert.throws(() => new Sgd(options), { name: "RangeError", message: /^Cannot make an optimizer/ });
  }
  const groups = [{ matches: () => true, weightDecay: -2 }];
  assert.throws(() => new Sgd({ groups }), { name: "RangeError", message: /weight decay -2/ });
});

numericTest("Sgd equals the sums written out", () => {
  const number = fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround);
  const share = fc.double({ min: 0, max: 0.99, noNaN: true });
  const steps = fc.array(number, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(number, steps, share, share, (start, gradients, momentum, weightDecay) => {
      let [p, buffer] = [start, 0];
      gradients.forEach((gradient, i) => {
        const decayed = gradient + weightDecay * p;
        buffer = i === 0 ? decayed : momentum * buffer + decayed;
        p -= 0.1 * buffer;
      });
      const actual = run([start], gradients.map((gradient) => [gradient]), { momentum, weightDecay });
      assertClose(actual, [p], { ofMaximum: 1e-5, absolute: 1e-5 });
    }),
    { numRuns: 25 },
  );
});
