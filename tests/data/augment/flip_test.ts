import assert from "node:assert/strict";
import fc from "fast-check";
import { flipRows } from "../../../src/data/augment/flip.ts";

const size = fc.integer({ min: 1, max: 6 });

Deno.test("flipRows() mirrors each row and keeps the channels' order", () => {
  const values = Uint8Array.of(1, 2, 3, 4, 5, 6);
  flipRows(values, 3, 1);
  assert.deepEqual([...values], [3, 2, 1, 6, 5, 4]);
  flipRows(values, 1, 3);
  assert.deepEqual([...values], [3, 2, 1, 6, 5, 4]);
});

Deno.test("flipRows() undoes itself", () => {
  fc.assert(
    fc.property(size, size, size, fc.infiniteStream(fc.nat(255)), (height, width, channels, stream) => {
      const values = Uint8Array.from({ length: height * width * channels }, () => stream.next().value);
      const flipped = values.slice();
      flipRows(flipped, width, channels);
      assert.equal(flipped[0], values[(width - 1) * channels]);
      flipRows(flipped, width, channels);
      assert.deepEqual(flipped, values);
    }),
  );
});
