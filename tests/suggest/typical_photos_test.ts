import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../src/core/random.ts";
import { typicalPhotos } from "../../src/suggest/typical_photos.ts";

/** Three crowds on a line, around 0, 50 and 100, of 7, 5 and 3 photos, and one photo far from all. */
const CROWDS = [
  ...[-3, -2, -1, 0, 1, 2, 3],
  ...[48, 49, 50, 51, 52],
  ...[99, 100, 101],
  1000,
].map((value) => Float32Array.of(value));

const values = (taken: readonly { index: number }[]) => taken.map(({ index }) => CROWDS[index]![0]!);

Deno.test("typicalPhotos() takes the middle of the largest crowds, whatever is drawn", () => {
  for (const seed of [0, 1, 2, 3]) {
    const taken = typicalPhotos(CROWDS, [], 4, randomStream(seed, "t"));
    assert.deepEqual(values(taken), [0, 50, 100, 1000]);
    assert.deepEqual(taken[1]!.nearest, { kind: "photo", index: taken[0]!.index });
    assert.equal(taken[1]!.distance, 50);
  }
});

Deno.test("typicalPhotos() passes over crowds that hold a labeled photo", () => {
  const taken = typicalPhotos(CROWDS, [Float32Array.of(2.5)], 3, randomStream(0, "t"));
  assert.deepEqual(values(taken), [50, 100, 1000]);
});

Deno.test("typicalPhotos() takes each photo once, repeats itself, and bears copies", () => {
  const points = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 15 });
  fc.assert(fc.property(points, points, fc.integer({ min: 1, max: 20 }), (photos, centers, count) => {
    const [features, known] = [photos, centers].map((list) => list.map((value) => Float32Array.of(value)));
    const take = () => typicalPhotos(features!, known!, count, randomStream(7, "t"));
    const taken = take();
    assert.deepEqual(take(), taken);
    assert.equal(taken.length, Math.min(count, photos.length));
    assert.equal(new Set(taken.map(({ index }) => index)).size, taken.length);
  }));
});
