import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../../src/backends/open_backend.ts";
import { pooledFeatures } from "../../src/eval/pooled_features.ts";
import { uncertainPhoto } from "../../src/eval/uncertainty.ts";
import type { Network } from "../../src/model/network.ts";
import type { FeatureMap } from "../../src/nn/tensors.ts";
import { TINY_MODEL, tinyNetwork } from "../train/tiny_run.ts";

await openBackend("wasm");

const PHOTO = { width: 6, height: 4, data: Uint8Array.from({ length: 72 }, (_, i) => (i * 37) % 256) };

/** A network whose logits are what a function makes of the normalized photo. */
function saying(logits: (images: FeatureMap) => tf.Tensor): Network {
  return { options: TINY_MODEL, logits } as unknown as Network;
}

function assertAll(values: Float32Array, expected: number): void {
  for (const value of values) assert.ok(Math.abs(value - expected) < 1e-5, `${value}, expected ${expected}`);
}

Deno.test("uncertainPhoto() is 1 in entropy and margin where all classes are alike, 0 where one is sure", async () => {
  const equal = await uncertainPhoto(saying(({ shape: [n, h, w] }) => tf.zeros([n, h, w, 3])), PHOTO);
  assertAll(equal.entropy, 1);
  assertAll(equal.margin, 1);
  assertAll(equal.flips, 0);
  const certain = await uncertainPhoto(
    saying(({ shape: [n, h, w] }) => tf.mul(tf.ones([n, h, w, 1]), tf.tensor1d([0, 60, 0]))),
    PHOTO,
  );
  for (const map of [certain.entropy, certain.margin, certain.flips]) assertAll(map, 0);
  assert.deepEqual([...new Set(certain.labels)], [1]);
});

Deno.test("uncertainPhoto() gives the entropy and margin of known probabilities", async () => {
  // softmax of log p is p
  const p = [0.5, 0.25, 0.25];
  const logits = p.map(Math.log);
  const { entropy, margin } = await uncertainPhoto(
    saying(({ shape: [n, h, w] }) => tf.mul(tf.ones([n, h, w, 1]), tf.tensor1d(logits))),
    PHOTO,
  );
  assertAll(entropy, 1.5 * Math.log(2) / Math.log(3));
  assertAll(margin, 0.75);
});

Deno.test("uncertainPhoto() is 1 in flips where photo and mirror image contradict each other, and puts maps in place", async () => {
  // the left half of whatever is shown is class 0, the right half class 1
  const bySide = saying(({ shape: [, h, w] }) => {
    const columns = Array.from({ length: w }, (_, x) => x < w / 2 ? [60, 0] : [0, 60]);
    return tf.tile(tf.tensor4d(columns.flat(), [1, 1, w, 2]), [1, h, 1, 1]);
  });
  const { flips, entropy } = await uncertainPhoto(bySide, PHOTO);
  assertAll(flips, 1);
  assertAll(entropy, 1); // their mean is undecided
  // what is bright is class 1, wherever it is: photo and mirror image agree
  const byPixel = saying((images) =>
    tf.concat([tf.zeros([1, 4, 6, 1]), tf.mul(tf.mean(images, -1, true), 90)], -1)
  );
  const dark = { ...PHOTO, data: new Uint8Array(72) };
  dark.data.fill(255, 0, 3); // the first pixel
  const { labels, flips: agreed } = await uncertainPhoto(byPixel, dark);
  assert.deepEqual([...labels], [1, ...new Array(23).fill(0)]);
  assertAll(agreed, 0);
});

Deno.test("uncertainPhoto() and pooledFeatures() leave no tensor behind; features have length 1", async () => {
  const network = tinyNetwork();
  const photo = { width: 40, height: 33, data: Uint8Array.from({ length: 3960 }, (_, i) => (i * i) % 256) };
  const before = tf.memory().numTensors;
  const { labels, entropy, margin, flips } = await uncertainPhoto(network, photo);
  for (const map of [labels, entropy, margin, flips]) assert.equal(map.length, 40 * 33);
  for (const map of [entropy, margin, flips]) assert.ok(map.every((value) => value >= 0 && value <= 1));
  const features = await pooledFeatures(network, photo);
  assert.equal(features.length, 32); // the last of four stages: 8 times the base channels
  assert.ok(Math.abs(Math.hypot(...features) - 1) < 1e-5);
  assert.deepEqual(await pooledFeatures(network, photo), features);
  assert.equal(tf.memory().numTensors, before);
  network.dispose();
});
