import assert from "node:assert/strict";
import { vocColors } from "../../../src/data/layouts/voc_colors.ts";

Deno.test("vocColors() begins and ends as the VOC development kit's", () => {
  const colors = vocColors(256);
  assert.deepEqual(colors.slice(0, 6), [
    [0, 0, 0],
    [128, 0, 0],
    [0, 128, 0],
    [128, 128, 0],
    [0, 0, 128],
    [128, 0, 128],
  ]);
  assert.deepEqual(colors[20], [0, 64, 128]);
  assert.deepEqual(colors[255], [224, 224, 192]);
  assert.equal(new Set(colors.map(String)).size, 256);
});
