import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../../src/core/random.ts";
import { distortColors, type Distortion, drawDistortion } from "../../../src/data/augment/distort.ts";
import { digestOf } from "./digest.ts";
import { noise } from "./noise.ts";

function distorted(distortion: Distortion, pixels = noise()): Uint8Array {
  distortColors(pixels, distortion);
  return pixels;
}

Deno.test("distortColors() changes nothing when no part is drawn", () => {
  assert.deepEqual(distorted({ contrastFirst: true }), noise());
});

Deno.test("distortColors() adds brightness and cuts at both ends", () => {
  const pixels = Uint8Array.of(0, 10, 250);
  assert.deepEqual([...distorted({ contrastFirst: true, brightness: 7.9 }, pixels)], [7, 17, 255]);
  assert.deepEqual([...distorted({ contrastFirst: true, brightness: -10.5 }, pixels)], [0, 6, 244]);
});

Deno.test("distortColors() gives the bytes of NumPy and OpenCV with contrast first and last", () => {
  const first = distorted({
    brightness: -17.3,
    contrast: 1.37,
    contrastFirst: true,
    saturation: 0.71,
    hue: -13,
  });
  assert.equal(digestOf(first), "e7ea6bd29bae56ddbc5f0746802647328c1452c72e0b4c1fabcef78b12d9b0b1");
  const last = distorted({ contrast: 0.55, contrastFirst: false, saturation: 1.45, hue: 17 });
  assert.equal(digestOf(last), "f02a4b4909dfd15e879037494700085be1ece5a66dc86f6b238444d8b8e86225");
});

Deno.test("distortColors() leaves greys grey when only saturation and hue change", () => {
  fc.assert(fc.property(fc.nat(255), fc.integer({ min: -18, max: 17 }), (level, hue) => {
    const pixels = Uint8Array.of(level, level, level);
    assert.deepEqual([...distorted({ contrastFirst: true, saturation: 1.4, hue }, pixels)], [
      level,
      level,
      level,
    ]);
  }));
});

Deno.test("drawDistortion() keeps every part in its range and draws each half of the time", () => {
  const drawn = Array.from({ length: 4000 }, (_, i) => drawDistortion(randomStream(3, "distort", i)));
  const within = (values: (number | undefined)[], low: number, high: number) => {
    const present = values.filter((value) => value !== undefined);
    assert.ok(present.every((value) => value >= low && value <= high));
    // 5 standard deviations of a fair coin
    assert.ok(Math.abs(present.length - 2000) < 5 * Math.sqrt(1000), `${present.length} of 4000`);
    assert.ok(Math.max(...present) - Math.min(...present) > 0.9 * (high - low));
  };
  within(drawn.map(({ brightness }) => brightness), -32, 32);
  within(drawn.map(({ contrast }) => contrast), 0.5, 1.5);
  within(drawn.map(({ saturation }) => saturation), 0.5, 1.5);
  within(drawn.map(({ hue }) => hue), -18, 17);
  const first = drawn.filter(({ contrastFirst }) => contrastFirst).length;
  assert.ok(Math.abs(first - 2000) < 5 * Math.sqrt(1000), `${first} of 4000`);
});
