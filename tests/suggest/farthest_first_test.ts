import assert from "node:assert/strict";
import fc from "fast-check";
import { distanceOf, farthestFirst, mostOrdinary } from "../../src/suggest/farthest_first.ts";

const at = (...values: number[]) => Float32Array.from(values);

/** Points on a plane of whole numbers. */
const points = (least: number) =>
  fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
    minLength: least,
    maxLength: 12,
  }).map((list) => list.map(([x, y]) => at(x, y)));

Deno.test("farthestFirst() begins with the most ordinary photo, then takes the farthest one each time", () => {
  const line = [at(0), at(1), at(2), at(3), at(10)];
  assert.equal(mostOrdinary(line), 3); // the mean is 3.2
  assert.deepEqual(farthestFirst(line, [], 3), [
    { index: 3, distance: Infinity },
    { index: 4, distance: 7, nearest: { kind: "photo", index: 3 } },
    { index: 0, distance: 3, nearest: { kind: "photo", index: 3 } },
  ]);
});

Deno.test("farthestFirst() keeps away from labeled photos", () => {
  const taken = farthestFirst([at(0), at(4), at(9)], [at(10), at(5)], 2);
  assert.deepEqual(taken, [
    { index: 0, distance: 5, nearest: { kind: "center", index: 1 } },
    { index: 1, distance: 1, nearest: { kind: "center", index: 1 } },
  ]);
});

Deno.test("farthestFirst() takes each photo once, copies last, and no more than there are", () => {
  const taken = farthestFirst([at(1), at(1), at(5), at(1)], [], 9);
  assert.deepEqual(taken.map(({ index }) => index).sort(), [0, 1, 2, 3]);
  assert.deepEqual(taken.slice(2).map(({ distance }) => distance), [0, 0]);
});

Deno.test("farthestFirst() takes, each time, a photo that none is farther than", () => {
  fc.assert(fc.property(points(1), points(0), fc.integer({ min: 1, max: 12 }), (photos, centers, count) => {
    const taken = farthestFirst(photos, centers, count);
    assert.equal(taken.length, Math.min(count, photos.length));
    assert.equal(new Set(taken.map(({ index }) => index)).size, taken.length);
    const before = [...centers];
    for (const [i, { index, distance }] of taken.entries()) {
      const nearest = (photo: Float32Array) => Math.min(...before.map((one) => distanceOf(photo, one)));
      const left = photos.filter((_, other) => !taken.slice(0, i).some((one) => one.index === other));
      if (before.length > 0) {
        assert.equal(distance, nearest(photos[index]!));
        assert.equal(distance, Math.max(...left.map(nearest)));
      }
      before.push(photos[index]!);
    }
  }));
});
