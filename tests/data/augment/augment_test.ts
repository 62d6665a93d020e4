import assert from "node:assert/strict";
import fc from "fast-check";
import { OFFICIAL_VIEWS } from "../../../src/config/view_options.ts";
import { randomStream } from "../../../src/core/random.ts";
import { augmentImage, augmentPair } from "../../../src/data/augment/augment.ts";
import { type AugmentOptions, augmentOptions } from "../../../src/data/augment/augment_options.ts";
import type { Draw } from "../../../src/data/augment/sample_streams.ts";

/** Every pixel tells its place: red is the column, green the row; so does its label. */
function places(width: number, height: number) {
  const at = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)] as const);
  return {
    image: { width, height, data: Uint8Array.from(at.flatMap(([x, y]) => [x, y, 7])) },
    labels: { width, height, data: Uint8Array.from(at.map(([x, y]) => (x * 16 + y) % 255)) },
  };
}

const PLAIN: Partial<AugmentOptions> = { distort: false, mean: [0, 0, 0], std: [1, 1, 1] };
const OFF: Partial<AugmentOptions> = { ...PLAIN, ratioRange: [1, 1], flip: 0, catMaxRatio: 1 };

function streams(seed: number) {
  return (draw: Draw) => randomStream(seed, draw);
}

Deno.test("augmentPair() gives the picture itself when everything is off", () => {
  const { image, labels } = places(9, 7);
  const sample = augmentPair(image, labels, streams(1), augmentOptions({ height: 7, width: 9 }, OFF));
  assert.deepEqual([...sample.image], [...image.data]);
  assert.deepEqual(sample.label, labels.data);
});

Deno.test("augmentPair() moves image and labels together", () => {
  const { image, labels } = places(15, 12);
  const options = augmentOptions({ height: 8, width: 8 }, { ...PLAIN, ratioRange: [1, 1] });
  fc.assert(fc.property(fc.integer(), (seed) => {
    const sample = augmentPair(image, labels, streams(seed), options);
    for (let i = 0; i < 64; i++) {
      assert.equal(sample.label[i], (sample.image[3 * i]! * 16 + sample.image[3 * i + 1]!) % 255);
    }
  }));
});

Deno.test("augmentPair() pads a small picture with 0 and 255 to the right and below", () => {
  const { image, labels } = places(3, 2);
  const sample = augmentPair(image, labels, streams(2), augmentOptions({ height: 4, width: 4 }, OFF));
  assert.deepEqual([...sample.label], [0, 16, 32, 255, 1, 17, 33, 255, ...Array(8).fill(255)]);
  assert.deepEqual([...sample.image.subarray(9, 12)], [0, 0, 0]);
  assert.ok(sample.image.subarray(24).every((value) => value === 0));
});

Deno.test("augmentPair() with flip 1 is the mirrored one of flip 0", () => {
  const { image, labels } = places(10, 6);
  const crop = { height: 5, width: 5 };
  const straight = augmentPair(image, labels, streams(4), augmentOptions(crop, OFF));
  const mirrored = augmentPair(image, labels, streams(4), augmentOptions(crop, { ...OFF, flip: 1 }));
  for (let y = 0; y < 5; y++) {
    assert.deepEqual([...mirrored.label.subarray(5 * y, 5 * y + 5)].reverse(), [
      ...straight.label.subarray(5 * y, 5 * y + 5),
    ]);
  }
});

Deno.test("augmentPair() is a function of its streams, and leaves its input alone", () => {
  const { image, labels } = places(40, 30);
  const options = augmentOptions({ height: 16, width: 16 });
  const [first, second, other] = [5, 5, 6].map((seed) => augmentPair(image, labels, streams(seed), options));
  assert.deepEqual(first, second);
  assert.notDeepEqual(first, other);
  assert.deepEqual({ image, labels }, places(40, 30));
});

Deno.test("augmentImage() gives the image of augmentPair() when labels do not choose the crop", () => {
  const { image, labels } = places(40, 30);
  const options = augmentOptions({ height: 16, width: 16 }, { catMaxRatio: 1 });
  assert.deepEqual(
    augmentImage(image, streams(8), options).image,
    augmentPair(image, labels, streams(8), options).image,
  );
});

Deno.test("augmentImage() gives the same crop without distortion where it is asked for", () => {
  const { image } = places(40, 30);
  const options = augmentOptions({ height: 16, width: 16 });
  const { image: distorted, plain } = augmentImage(image, streams(8), options, {
    ...OFFICIAL_VIEWS,
    plain: true,
  });
  assert.deepEqual(distorted, augmentImage(image, streams(8), options).image);
  assert.deepEqual(plain, augmentImage(image, streams(8), { ...options, distort: false }).image);
  assert.notDeepEqual(plain, distorted);
  assert.equal(augmentImage(image, streams(8), options).plain, undefined);
});

Deno.test("augmentPair() keeps labels to those of the picture and the ignore label", () => {
  const { image, labels } = places(12, 9);
  const known = new Set([...labels.data, 255]);
  fc.assert(fc.property(fc.integer(), (seed) => {
    const { label } = augmentPair(image, labels, streams(seed), augmentOptions({ height: 20, width: 20 }));
    assert.ok(label.every((value) => known.has(value)));
  }));
});

Deno.test("augmentPair() refuses labels of another size", () => {
  const { image } = places(4, 4);
  const { labels } = places(4, 5);
  assert.throws(() => augmentPair(image, labels, streams(0), augmentOptions({ height: 4, width: 4 })), {
    name: "RangeError",
    message: "Cannot augment: labels are 4 × 5, expected 4 × 4 as the image",
  });
});

Deno.test("augmentOptions() refuses what cannot be", () => {
  const crop = { height: 4, width: 4 };
  assert.throws(() => augmentOptions({ height: 0, width: 4 }), RangeError);
  assert.throws(
    () => augmentOptions(crop, { ratioRange: [2, 1] }),
    /ratioRange: it is \[2,1\], expected 0 < low ≤ high/,
  );
  assert.throws(() => augmentOptions(crop, { flip: 1.5 }), RangeError);
  assert.throws(() => augmentOptions(crop, { catMaxRatio: 0 }), RangeError);
  assert.throws(() => augmentOptions(crop, { std: [1, 0, 1] }), RangeError);
  assert.throws(() => augmentOptions(crop, { scale: [0.5, 4] }), RangeError);
});
