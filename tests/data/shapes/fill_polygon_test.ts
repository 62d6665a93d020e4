import assert from "node:assert/strict";
import fc from "fast-check";
import type { LabelMap } from "../../../src/data/dataset.ts";
import { fillPolygon } from "../../../src/data/shapes/fill_polygon.ts";

function empty(width: number, height: number): LabelMap {
  return { width, height, data: new Uint8Array(width * height) };
}

function filled(width: number, height: number, ...rings: number[][]): number[] {
  const map = empty(width, height);
  fillPolygon(map, rings, 1);
  return [...map.data];
}

Deno.test("fillPolygon() fills the pixels whose middles are inside", () => {
  assert.deepEqual(filled(4, 3, [1, 1, 3, 1, 3, 3, 1, 3]), [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0]);
  // a border through a middle belongs to the right and below
  assert.deepEqual(filled(4, 1, [0.5, 0, 2.5, 0, 2.5, 1, 0.5, 1]), [1, 1, 0, 0]);
  assert.deepEqual(filled(3, 1, [0.6, 0, 1.4, 0, 1.4, 1, 0.6, 1]), [0, 0, 0]);
});

Deno.test("fillPolygon() leaves a ring within another as a hole", () => {
  const hole = [1, 1, 2, 1, 2, 2, 1, 2];
  assert.deepEqual(filled(3, 3, [0, 0, 3, 0, 3, 3, 0, 3], hole), [1, 1, 1, 1, 0, 1, 1, 1, 1]);
});

Deno.test("fillPolygon() cuts at the picture's borders and fills nothing for no ring", () => {
  assert.deepEqual(filled(2, 2, [-5, -5, 9, -5, 9, 9, -5, 9]), [1, 1, 1, 1]);
  assert.deepEqual(filled(2, 2, [5, 5, 9, 5, 9, 9]), [0, 0, 0, 0]);
  assert.deepEqual(filled(2, 2), [0, 0, 0, 0]);
  assert.deepEqual(filled(2, 2, []), [0, 0, 0, 0]);
});

/** Corners on quarters of pixels, so that many lie on middles. */
const ring = fc.array(fc.tuple(fc.integer({ min: -8, max: 48 }), fc.integer({ min: -8, max: 48 })), {
  minLength: 3,
  maxLength: 8,
}).map((corners) => corners.flat().map((value) => value / 4));

/** Whether a point is inside by the even-odd rule, from the crossings to its right. */
function isInsideSlow(ring: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0; i < ring.length; i += 2) {
    const [x0, y0] = [ring[i]!, ring[i + 1]!];
    const [x1, y1] = [ring[(i + 2) % ring.length]!, ring[(i + 3) % ring.length]!];
    if (y0 > y === y1 > y) continue;
    if (x0 + (y - y0) * (x1 - x0) / (y1 - y0) > x) inside = !inside;
  }
  return inside;
}

Deno.test("fillPolygon() agrees with a test of each pixel's middle", () => {
  fc.assert(fc.property(ring, (corners) => {
    const found = filled(10, 10, corners);
    found.forEach((value, i) => {
      // a hair to the side: what lies on an edge may go either way in the slow version
      const [x, y] = [i % 10 + 0.5 + 1e-7, Math.floor(i / 10) + 0.5 + 1e-9];
      assert.equal(value === 1, isInsideSlow(corners, x, y), `pixel ${i} of ${corners}`);
    });
  }));
});

Deno.test("fillPolygon() gives each pixel to one of two parts with a common edge", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), (top, bottom) => {
    const [a, b] = [top / 4, bottom / 4];
    const left = filled(10, 10, [0, 0, a, 0, b, 10, 0, 10]);
    const right = filled(10, 10, [a, 0, 10, 0, 10, 10, b, 10]);
    left.forEach((value, i) => assert.equal(value + right[i]!, 1, `pixel ${i}`));
  }));
});
