import assert from "node:assert/strict";
import { FormatError } from "../../src/core/errors.ts";
import { readImageHeader } from "../../src/formats/image_header.ts";
import { expectedPixels, imageBytes } from "./image_files.ts";

Deno.test("readImageHeader() gives the size of the decoded, upright picture for every kind", () => {
  for (const [file, { shape }] of expectedPixels("rgb")) {
    const { width, height } = readImageHeader(imageBytes(file), file);
    assert.deepEqual([height, width, 3], shape, file);
  }
});

Deno.test("readImageHeader() tells format, channels, bits, palette and orientation", () => {
  const header = (file: string) => {
    const { format, channels, bitDepth, palette, orientation } = readImageHeader(imageBytes(file), file);
    return [format, channels, bitDepth, palette, orientation];
  };
  assert.deepEqual(header("palette4.png"), ["png", 1, 4, true, 1]);
  assert.deepEqual(header("color-alpha16.png"), ["png", 4, 16, false, 1]);
  assert.deepEqual(header("grey.jpg"), ["jpeg", 1, 8, false, 1]);
  assert.deepEqual(header("cmyk.jpg"), ["jpeg", 4, 8, false, 1]);
  assert.deepEqual(header("exif7.jpg"), ["jpeg", 3, 8, false, 7]);
});

Deno.test("readImageHeader() needs only the beginning of a file", () => {
  assert.equal(readImageHeader(imageBytes("color8.png").subarray(0, 33), "x").width, 7);
  assert.equal(readImageHeader(imageBytes("exif6.jpg").subarray(0, 300), "x").width, 19);
});

Deno.test("readImageHeader() refuses a beginning that ends too early", () => {
  for (const file of ["color8.png", "exif6.jpg"]) {
    for (const length of [4, 20, 30]) {
      assert.throws(() => readImageHeader(imageBytes(file).subarray(0, length), file), FormatError);
    }
  }
});
