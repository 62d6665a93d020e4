import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import { encode } from "fast-png";
import fc from "fast-check";
import { FormatError } from "../../src/core/errors.ts";
import { decodePngSamples } from "../../src/formats/png_samples.ts";

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

interface PngParameters {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colorType: number;
  readonly interlace?: number;
}

/** A PNG of given inflated rows. */
function pngOf(
  { width, height, depth, colorType, interlace = 0 }: PngParameters,
  rows: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colorType, 0, 0, interlace], 8);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", new Uint8Array(0))];
  return Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...parts.flatMap((part) => [...part]));
}

/** Adam7 by its picture: the number of the pass that each pixel of an 8 × 8 block belongs to. */
const PASS_OF = [
  "16462646",
  "77777777",
  "56565656",
  "77777777",
  "36463646",
  "77777777",
  "56565656",
  "77777777",
];

/** Rows of all passes, packed, without filters. */
function interlacedRows(
  values: (x: number, y: number) => number,
  width: number,
  height: number,
  depth: number,
) {
  const bytes: number[] = [];
  for (let pass = 1; pass <= 7; pass++) {
    for (let y = 0; y < height; y++) {
      const row: number[] = [];
      for (let x = 0; x < width; x++) if (PASS_OF[y % 8]![x % 8] === `${pass}`) row.push(values(x, y));
      if (row.length === 0) continue;
      const bits = row.map((value) => value.toString(2).padStart(depth, "0")).join("");
      bytes.push(0, ...(bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "0"), 2)));
    }
  }
  return Uint8Array.from(bytes);
}

for (const depth of [1, 2, 4, 8]) {
  Deno.test(`decodePngSamples() reads interlaced grey of ${depth} bits at any size`, () => {
    for (const [width, height] of [[1, 1], [2, 5], [5, 3], [9, 8], [17, 19]] as const) {
      const value = (x: number, y: number) => (x * 7 + y * 3 + x * y) % 2 ** depth;
      const png = pngOf(
        { width, height, depth, colorType: 0, interlace: 1 },
        interlacedRows(value, width, height, depth),
      );
      const expected = Array.from(
        { length: width * height },
        (_, i) => value(i % width, Math.floor(i / width)),
      );
      assert.deepEqual([...decodePngSamples(png, "x").data], expected, `${width} × ${height}`);
    }
  });
}

/** What a filter adds to each byte, from the unfiltered rows (PNG specification, 9.2): the slow way. */
function predicted(filter: number, rows: number[][], y: number, x: number, step: number): number {
  const at = (row: number, column: number) => (row < 0 || column < 0 ? 0 : rows[row]![column]!);
  const [left, up, corner] = [at(y, x - step), at(y - 1, x), at(y - 1, x - step)];
  if (filter < 3) return [0, left, up][filter]!;
  if (filter === 3) return Math.floor((left + up) / 2);
  const estimate = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(estimate - value));
  return [left, up, corner][distances.indexOf(Math.min(...distances))]!;
}

Deno.test("decodePngSamples() undoes every filter in every order", () => {
  const picture = fc.record({
    width: fc.integer({ min: 1, max: 6 }),
    filters: fc.array(fc.nat(4), { minLength: 1 }),
  })
    .chain(({ width, filters }) =>
      fc.record({
        width: fc.constant(width),
        filters: fc.constant(filters),
        rows: fc.array(fc.array(fc.nat(255), { minLength: width * 3, maxLength: width * 3 }), {
          minLength: filters.length,
          maxLength: filters.length,
        }),
      })
    );
  fc.assert(
    fc.property(picture, ({ width, filters, rows }) => {
      const filtered = filters.flatMap((filter, y) => [
        filter,
        ...rows[y]!.map((value, x) => value - predicted(filter, rows, y, x, 3)),
      ]);
      const png = pngOf({ width, height: rows.length, depth: 8, colorType: 2 }, Uint8Array.from(filtered));
      assert.deepEqual([...decodePngSamples(png, "x").data], rows.flat());
    }),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("decodePngSamples() agrees with another writer on 16 bits and alpha, interlaced or not", () => {
  for (const channels of [1, 2, 3, 4] as const) {
    for (const interlace of ["null", "Adam7"] as const) {
      const data = Uint16Array.from({ length: 13 * 7 * channels }, (_, i) => (i * 12347) % 65536);
      const bytes = encode({ width: 13, height: 7, channels, depth: 16, data }, { interlace });
      assert.deepEqual(decodePngSamples(bytes, "x").data, data, `${channels} channels, ${interlace}`);
    }
  }
});

Deno.test("decodePngSamples() refuses unknown filters, missing rows and a broken stream", () => {
  const size = { width: 4, height: 2, depth: 8, colorType: 0 };
  const refused = (bytes: Uint8Array, text: RegExp) =>
    assert.throws(() => decodePngSamples(bytes, "a.png"), (error) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, text);
      return true;
    });
  refused(pngOf(size, Uint8Array.of(0, 1, 2, 3, 4, 5, 1, 2, 3, 4)), /a row has filter 5/);
  refused(
    pngOf(size, Uint8Array.of(0, 1, 2, 3, 4)),
    /its pixels are 5 bytes of 10, expected a whole PNG file/,
  );
  refused(
    pngOf(size, new Uint8Array(1_000_000)),
    /its pixels inflate to more than the 10 bytes that its header asks for/,
  );
});

Deno.test("decodePngSamples() leaves bytes behind the last row unread", () => {
  const png = pngOf({ width: 4, height: 1, depth: 8, colorType: 0 }, Uint8Array.of(0, 1, 2, 3, 4, 9, 9));
  assert.deepEqual([...decodePngSamples(png, "x").data], [1, 2, 3, 4]);
});
