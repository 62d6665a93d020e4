import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../../src/core/random.ts";
import { drawMixedRegion, drawRegion, isMixed } from "../../../src/data/augment/crop.ts";
import type { PictureRegion } from "../../../src/formats/resize_image.ts";

const side = fc.integer({ min: 1, max: 40 });
const CROP = { height: 4, width: 4 };
const SIZE = { height: 4, width: 100 };

/** Left half class 0, right half class 1. */
function halves({ left, width, height }: PictureRegion): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => (left + i % width < 50 ? 0 : 1));
}

Deno.test("drawRegion() stays inside and has the crop's size or the picture's", () => {
  fc.assert(
    fc.property(side, side, side, side, fc.integer(), (height, width, cropHeight, cropWidth, seed) => {
      const crop = { height: cropHeight, width: cropWidth };
      const region = drawRegion(randomStream(seed, "crop"), { height, width }, crop);
      assert.deepEqual([region.height, region.width], [
        Math.min(height, cropHeight),
        Math.min(width, cropWidth),
      ]);
      assert.ok(region.top >= 0 && region.top + region.height <= height);
      assert.ok(region.left >= 0 && region.left + region.width <= width);
    }),
  );
});

Deno.test("drawRegion() reaches every place", () => {
  const places = Array.from(
    { length: 200 },
    (_, i) => drawRegion(randomStream(i, "crop"), { height: 6, width: 5 }, CROP),
  );
  assert.equal(new Set(places.map(({ top, left }) => `${top} ${left}`)).size, 3 * 2);
});

Deno.test("isMixed() wants two classes and none above the share, the ignore label aside", () => {
  assert.equal(isMixed(Uint8Array.of(0, 0, 1, 1), 0.75), true);
  assert.equal(isMixed(Uint8Array.of(0, 0, 0, 1), 0.75), false);
  assert.equal(isMixed(Uint8Array.of(0, 0, 0, 0), 0.75), false);
  assert.equal(isMixed(Uint8Array.of(0, 1, 255, 255), 0.75), true);
  assert.equal(isMixed(Uint8Array.of(0, 255, 255, 255), 0.75), false);
  assert.equal(isMixed(Uint8Array.of(255, 255), 0.75), false);
});

Deno.test("drawMixedRegion() looks at ten regions and takes the eleventh when none is mixed", () => {
  let looked = 0;
  const labelsIn = ({ width, height }: PictureRegion) => {
    looked++;
    return new Uint8Array(width * height);
  };
  drawMixedRegion(randomStream(0, "crop"), SIZE, CROP, 0.75, labelsIn);
  assert.equal(looked, 11);
  drawMixedRegion(randomStream(0, "crop"), SIZE, CROP, 1, labelsIn);
  assert.equal(looked, 12);
});

Deno.test("drawMixedRegion() finds the border of two classes more often than one draw does", () => {
  const share = (catMaxRatio: number) => {
    const drawn = Array.from({ length: 400 }, (_, i) => {
      return drawMixedRegion(randomStream(i, "crop"), SIZE, CROP, catMaxRatio, halves);
    });
    return drawn.filter(({ labels }) => isMixed(labels, 0.75)).length / 400;
  };
  assert.ok(share(1) < 0.05);
  assert.ok(share(0.75) > 0.06);
});
