import assert from "node:assert/strict";
import fc from "fast-check";
import { uncertainRegions } from "../../src/suggest/region.ts";

Deno.test("uncertainRegions() finds the cells with the highest means", () => {
  const [width, height] = [16, 8];
  const map = new Float32Array(width * height);
  // the cells are 2 × 2; this one and its right neighbour are unsure
  for (const y of [2, 3]) for (const x of [6, 7]) map[y * width + x] = 1;
  map[2 * width + 8] = 0.5;
  const [first, second, third] = uncertainRegions(map, width, height);
  assert.deepEqual(first, { left: 6, top: 2, width: 2, height: 2, uncertainty: 1 });
  assert.deepEqual(second, { left: 8, top: 2, width: 2, height: 2, uncertainty: 0.125 });
  assert.equal(third!.uncertainty, 0);
});

Deno.test("uncertainRegions() stays inside of photos of any shape", () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(side, side, fc.integer(), (width, height, seed) => {
    const map = Float32Array.from({ length: width * height }, (_, i) => ((i * 7919 + seed) % 101) / 101);
    const regions = uncertainRegions(map, width, height);
    assert.ok(regions.length >= 1 && regions.length <= 3);
    for (const one of regions) {
      assert.ok(
        one.width > 0 && one.height > 0 && one.left + one.width <= width && one.top + one.height <= height,
      );
    }
    const means = regions.map(({ uncertainty }) => uncertainty);
    assert.deepEqual(means, [...means].sort((a, b) => b - a));
  }));
});
