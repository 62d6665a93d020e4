import assert from "node:assert/strict";
import { decodeMask } from "../../src/formats/decode_mask.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";
import { encodeRgbJpeg } from "../../src/formats/jpeg_decoder.ts";

const gradient = { width: 5, height: 3, data: Uint8Array.from({ length: 45 }, (_, i) => i * 5) };

Deno.test("encodeRgbPng() is undone by decodeRgb()", async () => {
  assert.deepEqual(await decodeRgb(encodeRgbPng(gradient), "x"), gradient);
});

Deno.test("encodeIndexedPng() is undone by decodeMask()", async () => {
  const palette: [number, number, number][] = [[0, 0, 0], [255, 0, 0], [1, 2, 3]];
  const indices = Uint8Array.of(0, 1, 2, 2, 1, 0);
  const mask = await decodeMask(encodeIndexedPng(3, 2, indices, palette), "x");
  assert.deepEqual(mask, { width: 3, height: 2, kind: "palette", data: indices, palette });
});

Deno.test("encodeIndexedPng() refuses an index without a colour", () => {
  assert.throws(() => encodeIndexedPng(1, 1, Uint8Array.of(2), [[0, 0, 0]]), RangeError);
  assert.throws(() => encodeIndexedPng(2, 1, Uint8Array.of(0), [[0, 0, 0]]), RangeError);
});

Deno.test("encodeRgbJpeg() gives nearly the same picture at quality 95", async () => {
  const data = Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => 100 + Math.floor(i / 96));
  const image = { width: 32, height: 24, data };
  const read = await decodeRgb(await encodeRgbJpeg(image, 95), "x");
  assert.equal(read.width, 32);
  assert.ok(read.data.every((value, i) => Math.abs(value - data[i]!) <= 6));
});
