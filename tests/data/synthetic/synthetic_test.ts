import assert from "node:assert/strict";
import fc from "fast-check";
import type { SyntheticSource } from "../../../src/data/dataset.ts";
import { drawScene, SYNTHETIC_CLASSES } from "../../../src/data/synthetic/scene.ts";
import { shapeDistance, SHAPES } from "../../../src/data/synthetic/shapes.ts";
import { openSynthetic } from "../../../src/data/synthetic/synthetic.ts";
import { syntheticImage, syntheticLabels } from "../../../src/data/synthetic/synthetic_picture.ts";
import { smoothNoise, type Texture, textureAt } from "../../../src/data/synthetic/textures.ts";

function source(index: number, seed = 0): SyntheticSource {
  return { kind: "synthetic", seed, index, size: 96 };
}

Deno.test("openSynthetic() gives 200 + 60 + 60 labeled pictures of six classes that differ", () => {
  const { train, val, test, classes, colors } = openSynthetic();
  assert.deepEqual([train.length, val.length, test.length, classes.length, colors.length], [
    200,
    60,
    60,
    6,
    6,
  ]);
  const indices = [...train, ...val, ...test].map(({ image }) => (image as SyntheticSource).index);
  assert.equal(new Set(indices).size, 320);
});

Deno.test("openSynthetic() refuses unknown options and sizes out of range", () => {
  assert.throws(() => openSynthetic({ sizes: 3 } as never), {
    name: "DatasetError",
    message:
      'Cannot generate pictures: option "sizes" is unknown, expected one of "seed", "size", "train", "val", "test"; ' +
      'did you mean "size"?',
  });
  assert.throws(() => openSynthetic({ train: 1.5 }), /train is 1\.5, expected an integer from 0/);
});

Deno.test("syntheticImage() and syntheticLabels() are functions of seed and number", () => {
  assert.deepEqual(syntheticImage(source(3)), syntheticImage(source(3)));
  assert.deepEqual(syntheticLabels(source(3)), syntheticLabels(source(3)));
  assert.notDeepEqual(syntheticImage(source(3)).data, syntheticImage(source(4)).data);
  assert.notDeepEqual(syntheticImage(source(3)).data, syntheticImage(source(3, 1)).data);
});

Deno.test("syntheticLabels() shows every class in few pictures, and ground most", () => {
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 40; i++) {
    for (const label of syntheticLabels(source(i)).data) counts[label]!++;
  }
  const total = 40 * 96 * 96;
  assert.ok(counts[0]! / total > 0.5 && counts[0]! / total < 0.85);
  for (const count of counts.slice(1)) assert.ok(count / total > 0.015, `${counts}`);
});

Deno.test("drawScene() draws two to four different classes and decoys below them", () => {
  for (let i = 0; i < 100; i++) {
    const labels = drawScene(source(i)).things.map(({ label }) => label);
    const objects = labels.filter((label) => label > 0);
    assert.ok(objects.length >= 2 && objects.length <= 4);
    assert.equal(new Set(objects).size, objects.length);
    assert.deepEqual(labels.slice(labels.length - objects.length), objects);
  }
});

Deno.test("syntheticLabels() marks the middle of the topmost object with its class", () => {
  for (let i = 0; i < 20; i++) {
    const top = drawScene(source(i)).things.at(-1)!;
    if (top.shape === "ring") continue;
    const { data } = syntheticLabels(source(i));
    assert.equal(data[Math.round(top.y) * 96 + Math.round(top.x)], top.label);
    assert.equal(SYNTHETIC_CLASSES[top.label - 1]!.shape, top.shape);
  }
});

Deno.test("shapeDistance() is negative inside, positive outside the radius, and changes no faster than the way", () => {
  const place = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(fc.property(fc.constantFrom(...SHAPES), place, place, place, place, (shape, x, y, x2, y2) => {
    const [near, far] = [shapeDistance(shape, x, y), shapeDistance(shape, x2, y2)];
    assert.ok(Math.abs(near - far) <= Math.hypot(x - x2, y - y2) + 1e-9);
    if (Math.hypot(x, y) > 1.2) assert.ok(near > 0);
  }));
  for (const shape of SHAPES) assert.ok(shapeDistance(shape, shape === "ring" ? 0.7 : 0, 0) < 0, shape);
});

Deno.test("textureAt() and smoothNoise() stay in [0, 1], and every texture but plain varies", () => {
  const textures: Texture[] = ["plain", "stripes", "checks", "dots", "rays", "speckle"];
  for (const texture of textures) {
    const values = Array.from(
      { length: 400 },
      (_, i) => textureAt(texture, i % 20 - 10, Math.floor(i / 20) - 10, 6, 1),
    );
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    assert.equal(new Set(values).size > 1, texture !== "plain", texture);
  }
  const place = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(fc.property(place, place, fc.nat(), (x, y, salt) => {
    const value = smoothNoise(x, y, salt);
    assert.ok(value >= 0 && value <= 1);
  }));
});
