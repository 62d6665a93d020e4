import assert from "node:assert/strict";
import { disagreementOn255 } from "../../../src/data/masks/binary_masks.ts";

type Counts = readonly (readonly [number, number])[];

const masks = (...all: readonly Counts[]) => all.map((counts, i) => ({ name: `m${i}.png`, counts }));

const BINARY: Counts = [[0, 900], [255, 100]];
const CLASSED: Counts = [[0, 900], [1, 100]];
const WITH_VOID: Counts = [[0, 800], [1, 150], [255, 50]];
const SCRIBBLED: Counts = [[0, 4], [1, 7], [255, 989]];

Deno.test("disagreementOn255() finds a stray class beside masks of 0 and 255", () => {
  const text = disagreementOn255(masks(BINARY, BINARY, [[0, 900], [1, 4], [255, 96]], BINARY))!;
  assert.match(
    text,
    /^3 masks, first "m0\.png", hold 255 and no other value besides 0, and "m2\.png" holds 1 \(4 pixels\)/,
  );
  assert.match(text, /values = \[0, 255\]/);
  assert.match(text, /ignore = \[255\]/);
});

Deno.test("disagreementOn255() finds two merged exports, however few the masks of one are", () => {
  assert.match(
    disagreementOn255(masks(CLASSED, CLASSED, CLASSED, BINARY))!,
    /^1 mask, first "m3\.png", hold 255/,
  );
  assert.match(disagreementOn255(masks(BINARY, CLASSED))!, /"m1\.png" holds 1 \(100 pixels\)/);
});

Deno.test("disagreementOn255() finds classes that have next to no pixels beside 255", () => {
  const slip: Counts = [[0, 900_000], [1, 3], [255, 100_000]];
  assert.match(
    disagreementOn255(masks(slip, slip))!,
    /^255 has 10\.0 % of the pixels and all classes above 0 together 6/,
  );
});

Deno.test("disagreementOn255() lets void borders, scribbles and photos without an object be", () => {
  assert.equal(disagreementOn255(masks(WITH_VOID, WITH_VOID, CLASSED)), undefined);
  assert.equal(disagreementOn255(masks(WITH_VOID, WITH_VOID, BINARY)), undefined);
  assert.equal(
    disagreementOn255(masks(SCRIBBLED, [[0, 9], [255, 991]], [[255, 1000]], SCRIBBLED)),
    undefined,
  );
  assert.equal(disagreementOn255(masks(BINARY, BINARY)), undefined);
  assert.equal(disagreementOn255(masks(CLASSED, [[0, 1000]])), undefined);
});
