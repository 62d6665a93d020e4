import assert from "node:assert/strict";
import fc from "fast-check";
import { colorize, labelEdges, overlay, sideBySide } from "../../src/report/pictures.ts";
import type { RgbColor } from "../../src/report/palette.ts";
import type { RgbImage } from "../../src/formats/rgb_image.ts";

const RED: RgbColor = [200, 0, 0];
const BLUE: RgbColor = [0, 0, 100];

function picture(height: number, width: number, value: number): RgbImage {
  return { height, width, data: new Uint8Array(height * width * 3).fill(value) };
}

function labeledPicture(): fc.Arbitrary<{ image: RgbImage; labelMap: Uint8Array }> {
  const side = fc.integer({ min: 1, max: 6 });
  return fc.tuple(side, side).chain(([height, width]) =>
    fc.record({
      image: fc.uint8Array({ minLength: height * width * 3, maxLength: height * width * 3 })
        .map((data) => ({ height, width, data })),
      labelMap: fc.uint8Array({ minLength: height * width, maxLength: height * width, max: 2 }),
    })
  );
}

Deno.test("colorize() paints each class and the ignored pixels when a label has no colour", () => {
  const painted = colorize(Uint8Array.of(1, 0, 255), 3, 1, [RED, BLUE], { ignoreColor: [9, 9, 9] });
  assert.deepEqual([...painted.data], [0, 0, 100, 200, 0, 0, 9, 9, 9]);
  assert.deepEqual([painted.height, painted.width], [1, 3]);
});

Deno.test("overlay() mixes by alpha and leaves ignored pixels as the photo has them", () => {
  const mixed = overlay(picture(1, 2, 100), Uint8Array.of(0, 255), [RED], { alpha: 0.25, edges: false });
  assert.deepEqual([...mixed.data], [125, 75, 75, 100, 100, 100]);
});

Deno.test("overlay() draws borders in the full colour when edges are on", () => {
  const mixed = overlay(picture(1, 3, 100), Uint8Array.of(0, 1, 1), [RED, BLUE], { alpha: 0 });
  assert.deepEqual([...mixed.data], [...RED, 100, 100, 100, 100, 100, 100]);
});

Deno.test("overlay() is the photo at alpha 0 and the painted map at alpha 1, for any picture", () => {
  fc.assert(fc.property(labeledPicture(), ({ image, labelMap }) => {
    const colors: RgbColor[] = [RED, BLUE, [1, 2, 3]];
    const before = image.data.slice();
    assert.deepEqual(overlay(image, labelMap, colors, { alpha: 0, edges: false }), image);
    assert.deepEqual(
      overlay(image, labelMap, colors, { alpha: 1 }),
      colorize(labelMap, image.width, image.height, colors),
    );
    assert.deepEqual(image.data, before);
  }));
});

Deno.test("labelEdges() marks the pixels left of and above a change", () => {
  assert.deepEqual([...labelEdges(Uint8Array.of(0, 0, 1, 0, 0, 1, 2, 2, 2), 3, 3)], [
    0,
    1,
    0,
    1,
    1,
    1,
    0,
    0,
    0,
  ]);
});

Deno.test("sideBySide() joins pictures of different heights at the top", () => {
  const strip = sideBySide([picture(1, 1, 10), picture(2, 1, 20)], { gap: 1, background: [7, 8, 9] });
  assert.deepEqual([strip.height, strip.width], [2, 3]);
  assert.deepEqual([...strip.data], [10, 10, 10, 7, 8, 9, 20, 20, 20, 7, 8, 9, 7, 8, 9, 20, 20, 20]);
});

Deno.test("sideBySide() is the picture itself when there is one", () => {
  fc.assert(fc.property(labeledPicture(), ({ image }) => assert.deepEqual(sideBySide([image]), image)));
});

Deno.test("pictures throw a RangeError when sizes do not fit", () => {
  assert.throws(
    () => colorize(new Uint8Array(5), 2, 2, [RED]),
    /^RangeError: Cannot colorize a label map: 5 values/,
  );
  assert.throws(() => overlay(picture(2, 2, 0), new Uint8Array(5), [RED]), /5 values, expected 4/);
  assert.throws(() => overlay(picture(1, 1, 0), new Uint8Array(1), [RED], { alpha: 1.5 }), /alpha is 1.5/);
  assert.throws(() => sideBySide([]), /none are given/);
  assert.throws(
    () => sideBySide([{ height: 2, width: 2, data: new Uint8Array(3) }]),
    /3 values, expected 12/,
  );
});
