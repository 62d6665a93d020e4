import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { pictureRow, reportPicture, shrinkPicture } from "../../src/report/report_picture.ts";
import type { RgbImage } from "../../src/formats/rgb_image.ts";
import type { RgbColor } from "../../src/report/palette.ts";

const COLORS: RgbColor[] = [[200, 0, 0], [0, 0, 100]];

function anyImage(): fc.Arbitrary<RgbImage> {
  const side = fc.integer({ min: 1, max: 9 });
  return fc.tuple(side, side).chain(([width, height]) =>
    fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((data) => ({ width, height, data }))
  );
}

Deno.test("shrinkPicture() gives means of areas, or their middle pixels when colours must stay", () => {
  const image = {
    width: 4,
    height: 2,
    data: Uint8Array.from({ length: 24 }, (_, i) => Math.floor(i / 3) * 10),
  };
  assert.deepEqual([...shrinkPicture(image, 2, true).data], [25, 25, 25, 45, 45, 45]);
  assert.deepEqual([...shrinkPicture(image, 2, false).data], [50, 50, 50, 70, 70, 70]);
});

Deno.test("shrinkPicture() keeps a constant picture, the shape and, unsmoothed, the set of colours", () => {
  fc.assert(fc.property(anyImage(), fc.integer({ min: 1, max: 12 }), (image, maxWidth) => {
    const small = shrinkPicture(image, maxWidth, false);
    assert.ok(small.width <= Math.max(maxWidth, 1) && small.height >= 1);
    assert.equal(small.data.length, small.width * small.height * 3);
    const colorsOf = ({ data }: RgbImage) => {
      return Array.from({ length: data.length / 3 }, (_, i) => String(data.subarray(i * 3, i * 3 + 3)));
    };
    const known = new Set(colorsOf(image));
    assert.ok(colorsOf(small).every((color) => known.has(color)));
    const constant = { ...image, data: new Uint8Array(image.data.length).fill(77) };
    assert.ok(shrinkPicture(constant, maxWidth, true).data.every((value) => value === 77));
  }));
});

Deno.test("reportPicture() holds a PNG of the small picture", async () => {
  const image = { width: 6, height: 4, data: Uint8Array.from({ length: 72 }, (_, i) => i) };
  const picture = reportPicture("input", image, { caption: "street", maxWidth: 3 });
  assert.deepEqual([picture.width, picture.height, picture.caption], [3, 2, "street"]);
  const decoded = await decodeRgb(new Uint8Array(Buffer.from(picture.pngBase64, "base64")), "picture.png");
  assert.deepEqual([...decoded.data], [...shrinkPicture(image, 3, true).data]);
});

Deno.test("pictureRow() has the pictures that are given, the photo first and the overlay last", () => {
  const photo = { width: 2, height: 1, data: new Uint8Array(6) };
  const map = Uint8Array.of(0, 1);
  const row = pictureRow({ name: "a.jpg", note: "val", photo, truth: map, prediction: map }, COLORS);
  assert.deepEqual(row.pictures.map((picture) => picture.kind), ["input", "truth", "prediction", "overlay"]);
  const unlabeled = pictureRow({ name: "b.jpg", photo, pseudo: map }, COLORS);
  assert.deepEqual(unlabeled.pictures.map((picture) => picture.kind), ["input", "pseudo"]);
  assert.throws(() => pictureRow({ name: "c", photo, truth: new Uint8Array(3) }, COLORS), RangeError);
});
