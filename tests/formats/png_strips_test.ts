import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { decode } from "fast-png";
import fc from "fast-check";
import { encodeIndexedPng, encodeRgbPng, joinPng } from "../../src/formats/encode_png.ts";
import { adler32, deflateStrip, joinSums } from "../../src/formats/png_strips.ts";
import { readPngParts } from "../../src/formats/png_chunks.ts";

Deno.test("adler32() gives the sum of RFC 1950's example and does not overflow", () => {
  assert.equal(adler32(new TextEncoder().encode("Wikipedia")), 0x11e60398);
  // by the definition: sums of n times 255 modulo 65521
  const n = 1_000_000;
  const low = (1 + n * 255) % 65521;
  const high = Number((BigInt(n) + 255n * BigInt(n) * BigInt(n + 1) / 2n) % 65521n);
  assert.equal(adler32(new Uint8Array(n).fill(255)), high * 65536 + low);
});

Deno.test("joinSums() gives the sum of both parts together", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(bytes, bytes, (a, b) => {
    assert.equal(joinSums(adler32(a), adler32(b), b.length), adler32(Uint8Array.of(...a, ...b)));
  }));
  const long = new Uint8Array(200_000).map((_, i) => i * 7);
  assert.equal(
    joinSums(adler32(long.subarray(0, 70_001)), adler32(long.subarray(70_001)), long.length - 70_001),
    adler32(long),
  );
});

Deno.test("joinPng() makes a picture of strips that another reader reads", () => {
  const [width, height] = [50, 40];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i) % 251);
  for (const content of ["photo", "drawing"] as const) {
    const strips = [0, 7, 8, 31].map((top, i, tops) => {
      const part = data.subarray(top * width * 3, (tops[i + 1] ?? height) * width * 3);
      return deflateStrip({ data: part, rowBytes: width * 3, step: 3, content });
    });
    const png = joinPng({ width, height }, strips);
    assert.deepEqual(new Uint8Array(decode(png).data), data);
    const { compressed } = readPngParts(png, "x");
    assert.equal(
      inflateSync(Uint8Array.of(...compressed.flatMap((part) => [...part]))).length,
      data.length + height,
    );
  }
});

Deno.test("encodeRgbPng() and encodeIndexedPng() are read by another reader, large pictures too", () => {
  const [width, height] = [2000, 1500];
  const data = new Uint8Array(width * height * 3).map((_, i) => (i * 31 + (i >> 9)) % 256);
  assert.deepEqual(new Uint8Array(decode(encodeRgbPng({ width, height, data })).data), data);
  const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7] as [number, number, number]);
  const indices = data.subarray(0, width * height);
  const read = decode(encodeIndexedPng(width, height, indices, palette));
  assert.deepEqual(new Uint8Array(read.data), indices);
  assert.deepEqual(read.palette, palette);
});
