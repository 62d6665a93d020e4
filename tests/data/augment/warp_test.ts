import assert from "node:assert/strict";
import { randomStream } from "../../../src/core/random.ts";
import type { Point } from "../../../src/data/augment/thin_plate.ts";
import { drawOffsets, makeWarp, sourcePlaces, warpPixels } from "../../../src/data/augment/warp.ts";
import { digestOf } from "./digest.ts";
import { noise } from "./noise.ts";

const SIZE = { height: 40, width: 64 };
const OFFSETS: readonly Point[] = [[0.1, -0.05], [0.02, 0.12], [-0.08, 0.03], [0.05, -0.1]];
const STILL: readonly Point[] = [[0, 0], [0, 0], [0, 0], [0, 0]];

Deno.test("warpPixels() gives the bytes of SciPy's spline and bilinear sampling", () => {
  assert.equal(
    digestOf(warpPixels(noise(40, 64), makeWarp(SIZE, OFFSETS))),
    "f7c9bec7365f894b2164eb4d7ce4e6767e5775f89d22b7e4c2677d58a7fa9b83",
  );
});

Deno.test("sourcePlaces() gives the nearest pixel's place, -1 outside, as NumPy finds them", () => {
  const places = sourcePlaces(makeWarp(SIZE, OFFSETS), SIZE);
  assert.equal(digestOf(places), "381a8473d2b00109d50a3e27a646c24d62958c7898d56eaaceeadbb72cae31a5");
  assert.equal(places.filter((place) => place < 0).length, 475);
});

Deno.test("makeWarp() without offsets leaves every pixel where it is", () => {
  const warp = makeWarp(SIZE, STILL);
  assert.deepEqual([...sourcePlaces(warp, SIZE)], Array.from({ length: 40 * 64 }, (_, i) => i));
  assert.deepEqual(warpPixels(noise(40, 64), warp), noise(40, 64));
});

Deno.test("makeWarp() moves what is shown by equal offsets", () => {
  // all control points a quarter of the width to the right: the left quarter comes from outside
  const warp = makeWarp({ height: 2, width: 8 }, STILL.map((): Point => [0.25, 0]));
  const row = [-1, -1, 0, 1, 2, 3, 4, 5];
  assert.deepEqual([...sourcePlaces(warp, { height: 2, width: 8 })], [
    ...row,
    ...row.map((i) => i < 0 ? i : i + 8),
  ]);
});

Deno.test("sourcePlaces() counts rows of the padded size, and padding comes from nowhere", () => {
  const places = sourcePlaces(makeWarp({ height: 2, width: 3 }, STILL), { height: 3, width: 5 });
  assert.deepEqual([...places], [0, 1, 2, -1, -1, 5, 6, 7, -1, -1, -1, -1, -1, -1, -1]);
});

Deno.test("drawOffsets() draws from a normal distribution of the wanted deviation", () => {
  const drawn = Array.from({ length: 1000 }, (_, i) => drawOffsets(randomStream(2, "warp", i), 0.1)).flat(2);
  assert.equal(drawn.length, 8000);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length);
  // 5 standard errors: 0.1 / √8000 of the mean, 0.1 / √16000 of the deviation
  assert.ok(Math.abs(mean) < 0.0056, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 0.1) < 0.004, `deviation ${deviation}`);
});
