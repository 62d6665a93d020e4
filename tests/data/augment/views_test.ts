import assert from "node:assert/strict";
import fc from "fast-check";
import type { UnlabeledViews } from "../../../src/config/view_options.ts";
import { randomStream } from "../../../src/core/random.ts";
import { augmentImage } from "../../../src/data/augment/augment.ts";
import { augmentOptions } from "../../../src/data/augment/augment_options.ts";
import { distortColors, drawDistortion } from "../../../src/data/augment/distort.ts";
import { drawJitter, jitter } from "../../../src/data/augment/jitter.ts";
import { drawOperations, operate } from "../../../src/data/augment/operations.ts";
import type { Draw } from "../../../src/data/augment/sample_streams.ts";
import { changed, noise } from "./noise.ts";

/** Levels as they are, so that views can be read. */
const LEVELS = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
const CROP = { height: 24, width: 20 };
const ONE: UnlabeledViews = { strong: "jitter", count: 1, plain: true, warp: 0 };
const TWO_WARPED: UnlabeledViews = { ...ONE, count: 2, warp: 0.1 };

function streams(seed: number) {
  return (draw: Draw) => randomStream(seed, draw);
}

function photo(height = 50, width = 60) {
  return { width, height, data: noise(height, width) };
}

/** Red tells the column, green the row, blue is nowhere 0. */
function places(height: number, width: number) {
  const at = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width), 200]);
  return { width, height, data: Uint8Array.from(at.flat()) };
}

/** What each kind of view does to bytes, by the stream of its draws. */
const CHANGES: Readonly<
  Record<UnlabeledViews["strong"], (pixels: Uint8Array, seed: number, which: string) => void>
> = {
  official: (pixels, seed, which) => {
    distortColors(pixels, drawDistortion(randomStream(seed, `${which}distort`)));
  },
  jitter: (pixels, seed, which) => jitter(pixels, CROP, drawJitter(randomStream(seed, `${which}jitter`))),
  operations: (pixels, seed, which) => {
    operate(pixels, CROP, drawOperations(randomStream(seed, `${which}operations`)));
  },
};

for (
  const [strong, change] of Object.entries(CHANGES) as [UnlabeledViews["strong"], typeof CHANGES["jitter"]][]
) {
  Deno.test(`augmentImage() gives two ${strong} views of the plain one's geometry, each by its own draws`, () => {
    // the picture is never smaller than the crop
    const options = augmentOptions(CROP, { ...LEVELS, ratioRange: [0.5, 2] });
    let different = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { image, second, plain } = augmentImage(photo(), streams(seed), options, {
        ...ONE,
        strong,
        count: 2,
      });
      const bytes = Uint8Array.from(plain!);
      assert.deepEqual(Uint8Array.from(image), changed(bytes.slice(), (pixels) => change(pixels, seed, "")));
      assert.deepEqual(Uint8Array.from(second!), changed(bytes, (pixels) => change(pixels, seed, "second ")));
      different += image.some((value, i) => value !== second![i]) ? 1 : 0;
    }
    assert.ok(different > 15, `${different} of 20 pairs differ`);
  });
}

Deno.test("augmentImage() moves no draw of the first view when others are asked for", () => {
  const options = augmentOptions(CROP);
  const { image, plain } = augmentImage(photo(), streams(3), options, ONE);
  const both = augmentImage(photo(), streams(3), options, { ...ONE, count: 2 });
  assert.deepEqual([both.image, both.plain], [image, plain]);
  assert.deepEqual(augmentImage(photo(), streams(3), options, TWO_WARPED).plain, plain);
  const alone = augmentImage(photo(), streams(3), options, { ...ONE, plain: false });
  assert.deepEqual(alone, { image });
});

Deno.test("augmentImage() makes jitter and operations where the official distortion is off, that not", () => {
  const options = augmentOptions(CROP, { distort: false });
  const differs = (strong: UnlabeledViews["strong"]) => {
    const { image, plain } = augmentImage(photo(), streams(4), options, { ...ONE, strong });
    return image.some((value, i) => value !== plain![i]);
  };
  assert.deepEqual([differs("official"), differs("jitter"), differs("operations")], [false, true, true]);
});

Deno.test("augmentImage() warps all strong views by the map that it gives, the plain one not", () => {
  const options = augmentOptions(CROP, { ...LEVELS, ratioRange: [1, 1], distort: false });
  const views: UnlabeledViews = { ...TWO_WARPED, strong: "official" };
  fc.assert(fc.property(fc.integer(), (seed) => {
    const { image, second, plain, warp } = augmentImage(places(40, 50), streams(seed), options, views);
    assert.deepEqual(second, image);
    warp!.forEach((place, i) => {
      const shown = [...image.subarray(3 * i, 3 * i + 3)];
      if (place < 0) return assert.deepEqual(shown, [0, 0, 0]);
      // bilinear against nearest: half a pixel, and a level of rounding
      const source = plain!.subarray(3 * place, 3 * place + 3);
      shown.forEach((level, c) => assert.ok(Math.abs(level - source[c]!) <= 1, `${i}: ${shown}, ${source}`));
    });
    assert.ok(warp!.some((place, i) => place >= 0 && place !== i));
  }));
});

Deno.test("augmentImage() keeps padding in all views", () => {
  const options = augmentOptions(CROP, { ratioRange: [1, 1] });
  const isPadding = (i: number) => i % 20 >= 11 || i >= 9 * 20;
  fc.assert(fc.property(fc.integer(), (seed) => {
    const { image, second, plain, warp } = augmentImage(photo(9, 11), streams(seed), options, TWO_WARPED);
    warp!.forEach((place, i) => {
      if (isPadding(i)) assert.equal(place, -1);
      else assert.ok(place < 0 || !isPadding(place));
      for (const view of isPadding(i) ? [image, second!, plain!] : []) {
        assert.deepEqual([...view.subarray(3 * i, 3 * i + 3)], [0, 0, 0]);
      }
    });
  }));
});
