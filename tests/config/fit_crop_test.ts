import assert from "node:assert/strict";
import fc from "fast-check";
import { fittingCrop, paddedShare, withCrop } from "../../src/config/fit_crop.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";

const LIMITS = { most: [225, 225], bytesPerPixel: 1300, images: 8 } as const;

Deno.test("fittingCrop() is what the photo fills, and the preset's for large photos", () => {
  assert.deepEqual(fittingCrop([80, 96], LIMITS), [65, 81]);
  assert.deepEqual(fittingCrop([81, 97], LIMITS), [81, 97]);
  assert.deepEqual(fittingCrop([213, 320], LIMITS), [209, 225]);
  assert.deepEqual(fittingCrop([3000, 4000], LIMITS), [225, 225]);
  assert.deepEqual(fittingCrop([10, 500], LIMITS), [33, 225]);
});

Deno.test("fittingCrop() is held to the memory, down to 33", () => {
  assert.deepEqual(fittingCrop([3000, 4000], { ...LIMITS, bytes: 225 * 225 * 8 * 1300 }), [225, 225]);
  const [height, width] = fittingCrop([3000, 4000], { ...LIMITS, bytes: 1e8 });
  assert.ok(height * width * 8 * 1300 <= 1e8 && height === width && height > 33, `${height} × ${width}`);
  assert.deepEqual(fittingCrop([3000, 4000], { ...LIMITS, bytes: 1 }), [33, 33]);
});

Deno.test("fittingCrop() has sides of 16 k + 1 that never exceed the limits", () => {
  const side = fc.integer({ min: 1, max: 5000 });
  fc.assert(fc.property(side, side, fc.integer({ min: 33, max: 801 }), (height, width, most) => {
    const crop = fittingCrop([height, width], { ...LIMITS, most: [most, most] });
    crop.forEach((one, axis) => {
      assert.equal(one % 16, 1);
      assert.ok(one >= 33 && one <= Math.max(33, Math.min(most, [height, width][axis]!)));
    });
  }));
});

Deno.test("paddedShare() is 0 for photos that fill every ratio, and half of the rest", () => {
  assert.equal(paddedShare([400, 400], [200, 200], [0.5, 2]), 0);
  assert.equal(paddedShare([100, 100], [200, 200], [1, 1]), 0.75);
  assert.equal(paddedShare([100, 200], [200, 200], [1, 1]), 0.5);
});

Deno.test("withCrop() takes the windows of the evaluation along", () => {
  const { data, evaluation } = withCrop(resolveConfig({ preset: "own" }), [65, 81]);
  assert.deepEqual([data.crop, evaluation.crop, evaluation.stride], [[65, 81], [65, 81], [43, 54]]);
});
