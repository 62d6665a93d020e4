import assert from "node:assert/strict";
import fc from "fast-check";
import { slidingWindows, windowCounts } from "../../src/eval/sliding.ts";

function size(height: number, width: number) {
  return { height, width };
}

Deno.test("slidingWindows() moves the last window inside when the stride does not divide", () => {
  const windows = slidingWindows(size(4, 10), { crop: size(4, 4), stride: size(3, 4) });
  assert.deepEqual(windows.map((w) => [w.top, w.left, w.height, w.width]), [
    [0, 0, 4, 4],
    [0, 4, 4, 4],
    [0, 6, 4, 4],
  ]);
  assert.deepEqual([...windowCounts(size(1, 10), windows.map((w) => ({ ...w, height: 1 })))], [
    ...[1, 1, 1, 1, 1, 1, 2, 2, 1, 1],
  ]);
});

Deno.test("slidingWindows() gives one window of the image's size when the image is smaller than the crop", () => {
  const windows = slidingWindows(size(5, 7), { crop: size(9, 9), stride: size(6, 6) });
  assert.deepEqual(windows, [{ top: 0, left: 0, height: 5, width: 7 }]);
});

Deno.test("slidingWindows() places Cityscapes windows as mmseg does when crop is 769 and stride 513", () => {
  const windows = slidingWindows(size(1024, 2048), { crop: size(769, 769), stride: size(513, 513) });
  assert.deepEqual([...new Set(windows.map((w) => w.top))], [0, 255]);
  assert.deepEqual([...new Set(windows.map((w) => w.left))], [0, 513, 1026, 1279]);
  assert.equal(windows.length, 8);
});

function plan() {
  const axis = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 15 })).chain(
    ([length, crop]) =>
      fc.record({
        length: fc.constant(length),
        crop: fc.constant(crop),
        stride: fc.integer({ min: 1, max: crop }),
      }),
  );
  return fc.tuple(axis, axis).map(([y, x]) => ({
    image: size(y.length, x.length),
    options: { crop: size(y.crop, x.crop), stride: size(y.stride, x.stride) },
  }));
}

Deno.test("slidingWindows() covers every pixel, stays inside and repeats no window", () => {
  fc.assert(fc.property(plan(), ({ image, options }) => {
    const windows = slidingWindows(image, options);
    const counts = windowCounts(image, windows);
    assert.ok(counts.every((count) => count >= 1));
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      windows.reduce((area, w) => area + w.height * w.width, 0),
    );
    assert.equal(new Set(windows.map((w) => `${w.top},${w.left}`)).size, windows.length);
  }));
});

Deno.test("slidingWindows() has as many windows as mmseg's grid formula", () => {
  fc.assert(fc.property(plan(), ({ image, options: { crop, stride } }) => {
    const grid = (length: number, c: number, s: number) =>
      Math.floor(Math.max(length - c + s - 1, 0) / s) + 1;
    assert.equal(
      slidingWindows(image, { crop, stride }).length,
      grid(image.height, crop.height, stride.height) * grid(image.width, crop.width, stride.width),
    );
  }));
});

Deno.test("slidingWindows() throws a RangeError when a stride would leave gaps or a size is no size", () => {
  const image = size(20, 20);
  assert.throws(
    () => slidingWindows(image, { crop: size(4, 4), stride: size(5, 4) }),
    /^RangeError: Cannot place windows along the height: image 20, crop 4, stride 5/,
  );
  assert.throws(() => slidingWindows(image, { crop: size(4, 4), stride: size(4, 0) }), /along the width/);
  assert.throws(() => slidingWindows(image, { crop: size(4.5, 4), stride: size(4, 4) }), /crop 4.5/);
});

Deno.test("windowCounts() throws a RangeError when a window reaches out of the image", () => {
  assert.throws(
    () => windowCounts(size(4, 4), [{ top: 2, left: 0, height: 3, width: 1 }]),
    /^RangeError: Cannot count window \[2, 0, 3, 1\]: image is \[4, 4\]/,
  );
});
