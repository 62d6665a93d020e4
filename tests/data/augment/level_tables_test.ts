import assert from "node:assert/strict";
import { autocontrast, equalize, posterize, solarize } from "../../../src/data/augment/level_tables.ts";
import { digestOf } from "./digest.ts";
import { changed, noise } from "./noise.ts";

/** Levels from 60 to 187. */
function pale(): Uint8Array {
  return noise().map((level) => 60 + (level >> 1));
}

Deno.test("autocontrast() stretches each channel to both ends", () => {
  const pixels = Uint8Array.of(10, 5, 0, 20, 5, 255, 30, 5, 7);
  assert.deepEqual([...changed(pixels, autocontrast)], [0, 5, 0, 127, 5, 255, 255, 5, 7]);
});

Deno.test("autocontrast() gives Pillow's bytes", () => {
  assert.equal(
    digestOf(changed(pale(), autocontrast)),
    "a525333e9289219148d487222ac26db460b4aa03a6be3c62d05530e692a7299b",
  );
});

Deno.test("equalize() gives Pillow's bytes", () => {
  assert.equal(
    digestOf(changed(pale(), equalize)),
    "272871531ae7258a6ce61694e2bfdeeb4b4a1e7bd562346738f56a838d5a9950",
  );
});

Deno.test("equalize() and autocontrast() leave a picture of one colour as it is", () => {
  const flat = new Uint8Array(3 * 900).fill(77);
  assert.deepEqual(changed(flat.slice(), equalize), flat);
  assert.deepEqual(changed(flat.slice(), autocontrast), flat);
});

Deno.test("posterize() keeps the highest bits as Pillow does", () => {
  const bits = (count: number) => digestOf(changed(noise(), (pixels) => posterize(pixels, count)));
  assert.equal(bits(4), "22a236044ffeadf28ec0c0ac36aac022ec677fcb4fbd57453078da4cbba9959f");
  assert.equal(bits(7), "5baea15f85bf2d9d451233f6cfc0ab22f4c752d6e565a2249f88ec3948380e4d");
  assert.equal(bits(8), digestOf(noise()));
});

Deno.test("solarize() inverts from the threshold on as Pillow does", () => {
  const from = (threshold: number) => digestOf(changed(noise(), (pixels) => solarize(pixels, threshold)));
  assert.equal(from(1), "d4ea0124e1189baa3cbaeb3ecc1ed026b602c315070697af48ef0a63e48e149d");
  assert.equal(from(100), "5b18f365928532dff0dc7170d762a3ebe41d7182c6334d1ff5acfcf9faaf0627");
  assert.equal(from(255), "46e63d43ec6ebc5529c279ebdf3efc79c0cfd5e2255b19bf15b88d086d48ef7c");
});
