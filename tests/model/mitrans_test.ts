import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { MitransOptions } from "../../src/config/model_options.ts";
import { ForwardPass } from "../../src/model/forward_pass.ts";
import { mitrans } from "../../src/model/mitrans.ts";
import { mitransSpecs } from "../../src/model/parameter_specs.ts";
import { ParameterStore } from "../../src/nn/parameters.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, normal, numericTest } from "../numeric.ts";

const OPTIONS: MitransOptions = { channels: 6, norm: true, concatInput: true, subsample: false };
const INPUTS = 8;

/** Parameters with noise where the start values are 0. */
function storeOf(options: MitransOptions): ParameterStore {
  const store = new ParameterStore(mitransSpecs(options, INPUTS), 3);
  for (const { name, shape } of store.specs()) {
    if (name.includes("running")) continue;
    const isScale = name.endsWith("bn.weight");
    store.replace(name, tf.tidy(() => tf.add(tf.mul(normal(shape, name), 0.3), isScale ? 1 : 0)));
  }
  return store;
}

/** The output, and the gradients of its sum with a fixed cotangent; numbers alone. */
function run(store: ParameterStore, x: tf.Tensor, options: MitransOptions, chunk?: number) {
  const tape = new Tape();
  const pass = new ForwardPass(tape, store, { training: true });
  const output = mitrans(pass, tape.parameter(x), options, chunk);
  const numbers = output.tensor.dataSync().slice() as Float32Array;
  const shape = output.shape;
  const taken = tape.backwardFrom([[output, normal(output.shape, "cotangent")]]);
  const gradients = new Map([...taken].map(([tensor, gradient]) => {
    const name = store.specs().find((spec) => store.tensor(spec.name) === tensor)?.name ?? "input";
    return [name, gradient.dataSync().slice() as Float32Array] as const;
  }));
  tf.dispose([...taken.values()]);
  tape.dispose();
  return { numbers, shape, gradients };
}

numericTest("mitrans() in chunks gives the output and the gradients of the whole", () => {
  const x = normal([2, 4, 5, INPUTS], "x");
  for (const options of [OPTIONS, { ...OPTIONS, norm: false }, { ...OPTIONS, subsample: true }]) {
    const store = storeOf(options);
    const whole = run(store, x, options);
    // one query at a time, three, a last chunk that is smaller
    for (const chunk of [1, 60, 140]) {
      const parts = run(store, x, options, chunk);
      assertClose(parts.numbers, whole.numbers, { ofMaximum: 1e-5 }, `output, chunk ${chunk}`);
      for (const [name, gradient] of whole.gradients) {
        assertClose(
          parts.gradients.get(name)!,
          gradient,
          { ofMaximum: 1e-4, absolute: 1e-4 },
          `${name}, chunk ${chunk}`,
        );
      }
    }
    store.dispose();
  }
  x.dispose();
});

/** Leaves only the middle tap of 3×3 convolutions: then no position is told from another. */
function keepMiddleTaps(store: ParameterStore): void {
  for (const { name, shape } of store.specs()) {
    if (shape.length !== 4 || shape[0] !== 3) continue;
    const middle = tf.tidy(() => {
      const weights = tf.slice(store.tensor(name), [1, 1, 0, 0], [1, 1, -1, -1]);
      return tf.pad(weights, [[1, 1], [1, 1], [0, 0], [0, 0]]);
    });
    store.replace(name, middle);
  }
}

/** Permutes the positions of `[N, H, W, C]`. */
function permuted(x: tf.Tensor, order: number[]): tf.Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return tf.tidy(() => {
    const flat = tf.reshape(x, [n, h * w, c]);
    return tf.reshape(tf.gather(flat, tf.tensor1d(order, "int32"), 1), [n, h, w, c]);
  });
}

numericTest(
  "mitrans() of permuted positions is the permuted output, where its convolutions see one position",
  () => {
    const x = normal([2, 3, 4, INPUTS], "x");
    const order = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4];
    const store = storeOf(OPTIONS);
    const moved = permuted(x, order);
    const neighbours = run(store, moved, OPTIONS).numbers;
    keepMiddleTaps(store);
    const { numbers, shape } = run(store, x, OPTIONS);
    const output = tf.tensor(numbers, shape);
    const expected = permuted(output, order);
    assertClose(run(store, moved, OPTIONS).numbers, expected.dataSync(), { ofMaximum: 1e-5 });
    assert.notDeepEqual(neighbours, numbers);
    tf.dispose([x, moved, output, expected]);
    store.dispose();
  },
);

numericTest("mitrans() of a flipped map is the flipped output, where its kernels are flipped too", () => {
  const x = normal([2, 3, 4, INPUTS], "x");
  const store = storeOf(OPTIONS);
  const { numbers, shape } = run(store, x, OPTIONS);
  for (const { name, shape } of store.specs()) {
    if (shape.length === 4) store.replace(name, tf.reverse(store.tensor(name), 1));
  }
  const [flipped, output] = [tf.reverse(x, 2), tf.tensor(numbers, shape)];
  const expected = tf.reverse(output, 2);
  assertClose(run(store, flipped, OPTIONS).numbers, expected.dataSync(), { ofMaximum: 1e-5 });
  tf.dispose([x, flipped, output, expected]);
  store.dispose();
});

numericTest("mitrans() has the width that it is told, with and without the concatenation", () => {
  const x = normal([2, 4, 5, INPUTS], "x");
  for (const channels of [2, 6, 8, 11]) {
    for (const concatInput of [true, false]) {
      const options = { ...OPTIONS, channels, concatInput };
      const store = storeOf(options);
      assert.deepEqual(run(store, x, options).shape, [2, 4, 5, channels]);
      assert.equal(store.has("mitrans.conv_cat.conv.weight"), concatInput);
      store.dispose();
    }
  }
  x.dispose();
});
