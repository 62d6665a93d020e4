import assert from "node:assert/strict";
import { IMAGENET_MEAN, IMAGENET_STD } from "../../../src/data/augment/augment_options.ts";
import { normalizePadded, normalizeTable, padLabels } from "../../../src/data/augment/normalize.ts";
import { digestOf } from "./digest.ts";

Deno.test("normalizePadded() gives the floats of mmcv's imnormalize for every level", () => {
  const ramp = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const size = { height: 16, width: 16 };
  const values = normalizePadded(ramp, size, normalizeTable(IMAGENET_MEAN, IMAGENET_STD), size);
  assert.equal(digestOf(values), "4701e523c32d815c7213743aaf91357f9a5ca44fbfcf3de3fecd17d4d0e26b85");
});

Deno.test("normalizePadded() puts pixels into the upper left and 0 elsewhere", () => {
  const table = normalizeTable([0, 0, 0], [1, 2, 4]);
  const values = normalizePadded(Uint8Array.of(8, 8, 8), { height: 1, width: 1 }, table, {
    height: 2,
    width: 2,
  });
  assert.deepEqual([...values], [8, 4, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("padLabels() puts labels into the upper left and 255 elsewhere", () => {
  const padded = padLabels(Uint8Array.of(1, 2), { height: 1, width: 2 }, { height: 2, width: 3 });
  assert.deepEqual([...padded], [1, 2, 255, 255, 255, 255]);
});
