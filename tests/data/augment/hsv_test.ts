import assert from "node:assert/strict";
import { hsvToRgb, rgbToHsv } from "../../../src/data/augment/hsv.ts";
import { digestOf } from "./digest.ts";

function allTriples(first: number): Uint8Array {
  const triples = new Uint8Array(first * 65536 * 3);
  for (let number = 0, at = 0; number < first * 65536; number++) {
    triples[at++] = number >> 16;
    triples[at++] = (number >> 8) & 255;
    triples[at++] = number & 255;
  }
  return triples;
}

Deno.test("rgbToHsv() converts primary colours and greys", () => {
  const pixels = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77, 0, 0, 0);
  rgbToHsv(pixels);
  assert.deepEqual([...pixels], [0, 255, 255, 60, 255, 255, 120, 255, 255, 0, 0, 77, 0, 0, 0]);
});

Deno.test("rgbToHsv() gives OpenCV's bytes for every colour", () => {
  const pixels = allTriples(256);
  rgbToHsv(pixels);
  assert.equal(digestOf(pixels), "a5b38b214f65aed9d382cc07bf40311aff2e3e324c98da86df77bef285f224eb");
});

Deno.test("hsvToRgb() gives OpenCV's bytes for every hue, saturation and value", () => {
  const pixels = allTriples(180);
  hsvToRgb(pixels);
  assert.equal(digestOf(pixels), "cf2763d893cfed37873c3062fb3b644ac3d2c35a59299550e0e82c8f6874eb48");
});
