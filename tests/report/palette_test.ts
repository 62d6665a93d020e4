import assert from "node:assert/strict";
import { classColors, cssColor, distinctColors, vocPalette } from "../../src/report/palette.ts";

Deno.test("vocPalette() begins and ends as the VOC development kit's", () => {
  const palette = vocPalette();
  assert.deepEqual(palette.slice(0, 6), [
    [0, 0, 0],
    [128, 0, 0],
    [0, 128, 0],
    [128, 128, 0],
    [0, 0, 128],
    [128, 0, 128],
  ]);
  assert.deepEqual(palette[20], [0, 64, 128]);
  assert.deepEqual(palette[255], [224, 224, 192]);
  assert.equal(new Set(palette.map(String)).size, 256);
});

Deno.test("distinctColors() gives different colours up to 256 classes and keeps the first ones", () => {
  const all = distinctColors(256);
  assert.equal(new Set(all.map(String)).size, 256);
  assert.deepEqual(distinctColors(7), all.slice(0, 7));
  assert.deepEqual(distinctColors(0), []);
});

Deno.test("distinctColors() keeps 20 classes well apart", () => {
  const colors = distinctColors(20);
  colors.forEach((a, i) =>
    colors.slice(i + 1).forEach((b) => {
      const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      assert.ok(distance > 30, `${a} and ${b} are only ${distance} apart`);
    })
  );
});

Deno.test("classColors() takes the dataset's colours and refuses too few", () => {
  assert.deepEqual(classColors(1, [[1, 2, 3], [4, 5, 6]]), [[1, 2, 3]]);
  assert.deepEqual(classColors(3), distinctColors(3));
  assert.throws(() => classColors(2, [[1, 2, 3]]), /^RangeError: Cannot colour 2 classes: 1 colours/);
  assert.throws(() => distinctColors(257), RangeError);
});

Deno.test("cssColor() writes two digits a channel", () => {
  assert.equal(cssColor([1, 171, 255]), "#01abff");
});
