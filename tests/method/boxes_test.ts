import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../src/core/random.ts";
import { boxMask, drawBoxes, drawDonorBoxes, drawSpanningBoxes } from "../../src/method/boxes.ts";
import { numericTest } from "../numeric.ts";

Deno.test("drawBoxes() draws boxes inside of the image, of areas below the limit", () => {
  fc.assert(fc.property(fc.nat(), fc.double({ min: 0.01, max: 0.5, noNaN: true }), (seed, limit) => {
    for (const { top, left, height, width } of drawBoxes(randomStream(seed, "boxes"), 5, limit)) {
      assert.ok(height > 0 && width > 0 && height * width < limit);
      assert.ok(top >= 0 && left >= 0 && top + height <= 1 + 1e-12 && left + width <= 1 + 1e-12);
    }
  }));
});

Deno.test("drawBoxes() draws areas of a quarter in the mean, as λ is, and boxes that differ within a step", () => {
  const boxes = drawBoxes(randomStream(3, "boxes"), 4000, 0.5);
  const mean = boxes.reduce((sum, { height, width }) => sum + height * width, 0) / boxes.length;
  assert.ok(Math.abs(mean - 0.25) < 0.01, `mean area ${mean}`);
  assert.equal(new Set(boxes.map(({ left }) => left)).size, boxes.length);
});

for (const [name, draw] of Object.entries({ drawDonorBoxes, drawSpanningBoxes })) {
  Deno.test(`${name}() draws boxes inside of the image, of areas in the range`, () => {
    const areas = fc.tuple(
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(fc.property(fc.nat(), areas, (seed, [least, more]) => {
      const range = [least, least + (0.99 - least) * more] as const;
      for (const { top, left, height, width } of draw(randomStream(seed, "boxes"), 3, range)) {
        assert.ok(height * width > range[0] - 1e-9 && height * width < range[1] + 1e-9);
        assert.ok(top >= 0 && left >= 0 && top + height <= 1 + 1e-9 && left + width <= 1 + 1e-9);
      }
    }));
  });
}

Deno.test("drawSpanningBoxes() draws heights whose logarithm is uniform from the area's to 0", () => {
  const boxes = drawSpanningBoxes(randomStream(3, "boxes"), 4000, [0.5, 0.5]);
  const mean = boxes.reduce((sum, { height }) => sum + Math.log2(height), 0) / boxes.length;
  assert.ok(Math.abs(mean + 0.5) < 0.02, `mean ${mean}`);
});

numericTest("boxMask() is 1 inside of each box alone", async () => {
  const mask = boxMask(
    [
      { top: 0.25, left: 0.5, height: 0.5, width: 0.5 },
      { top: 0, left: 0, height: 1, width: 1 },
      { top: 0.9, left: 0, height: 0.01, width: 1 },
    ],
    4,
    2,
  );
  assert.deepEqual([...await mask.data()], [
    0,
    0,
    0,
    1,
    0,
    1,
    0,
    0,
    ...Array(8).fill(1),
    ...Array(8).fill(0),
  ]);
  mask.dispose();
});
