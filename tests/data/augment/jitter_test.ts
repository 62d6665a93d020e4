import assert from "node:assert/strict";
import { randomStream } from "../../../src/core/random.ts";
import { drawJitter, type Jitter, jitter } from "../../../src/data/augment/jitter.ts";
import { digestOf } from "./digest.ts";
import { changed, noise } from "./noise.ts";

const SIZE = { height: 64, width: 64 };

/** Drawn as `pillow_digests.py` has it. */
const JITTER: Jitter = {
  colors: {
    order: ["contrast", "hue", "brightness", "saturation"],
    brightness: 0.77,
    contrast: 1.31,
    saturation: 0.58,
    hue: -0.2,
  },
  grey: false,
};

function jittered(drawn: Jitter): Uint8Array {
  return changed(noise(), (pixels) => jitter(pixels, SIZE, drawn));
}

Deno.test("jitter() gives the bytes of torchvision's functions in the drawn order, with and without grey", () => {
  assert.equal(
    digestOf(jittered(JITTER)),
    "370e444c582dedf80954bc8bdfb3dc8c5a169158b6b12f3171e7ca3459d9b057",
  );
  assert.equal(
    digestOf(jittered({ ...JITTER, grey: true })),
    "85392ba57fa7cdf4095d4375f5dade056dfa63483534d788f9a234e5284a0285",
  );
});

Deno.test("jitter() changes nothing when nothing is drawn, and blurs when that is", () => {
  assert.deepEqual(jittered({ grey: false }), noise());
  assert.notDeepEqual(jittered({ grey: false, blur: 1 }), noise());
});

const DRAWS = 4000;

/** Whether a count is within 5 standard deviations of what the probability gives. */
function isLikely(count: number, of: number, probability: number): boolean {
  return Math.abs(count - of * probability) < 5 * Math.sqrt(of * probability * (1 - probability));
}

function isSpread(values: readonly number[], low: number, high: number): boolean {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least >= low && most <= high && most - least > 0.98 * (high - low);
}

Deno.test("drawJitter() draws colours, grey and blur with probabilities 0.8, 0.2 and 0.5, in their ranges", () => {
  const drawn = Array.from({ length: DRAWS }, (_, i) => drawJitter(randomStream(5, "jitter", i)));
  const colors = drawn.flatMap((one) => one.colors ?? []);
  const blurs = drawn.flatMap((one) => one.blur ?? []);
  assert.ok(isLikely(colors.length, DRAWS, 0.8), `${colors.length} with colours`);
  assert.ok(isLikely(drawn.filter(({ grey }) => grey).length, DRAWS, 0.2));
  assert.ok(isLikely(blurs.length, DRAWS, 0.5), `${blurs.length} with blur`);
  assert.ok(isSpread(blurs, 0.1, 2));
  for (const part of ["brightness", "contrast", "saturation"] as const) {
    assert.ok(isSpread(colors.map((one) => one[part]), 0.5, 1.5), part);
  }
  assert.ok(isSpread(colors.map(({ hue }) => hue), -0.25, 0.25));
  const orders = colors.map(({ order }) => order.join());
  assert.equal(new Set(orders).size, 24);
  assert.ok(isLikely(orders.filter((order) => order.startsWith("hue")).length, orders.length, 0.25));
});
