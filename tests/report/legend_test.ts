import assert from "node:assert/strict";
import type { RgbImage } from "../../src/formats/rgb_image.ts";
import { withLegend } from "../../src/report/legend.ts";

const COLORS = Array.from({ length: 200 }, (_, i) => [i, 255 - i, 7] as const);

function picture(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => i % 250) };
}

/** A picture of 0 for paper and 1 for ink, row by row, of an area in steps of 3. */
function dots({ width, data }: RgbImage, left: number, top: number, columns: number): string[] {
  return Array.from(
    { length: 5 },
    (_, y) =>
      Array.from(
        { length: columns },
        (_, x) => data[3 * ((top + 3 * y) * width + left + 3 * x)] === 40 ? "1" : "0",
      ).join(""),
  );
}

Deno.test("withLegend() keeps the picture, and puts a patch and a number below it for each class", () => {
  const [before, image] = [picture(130, 10), withLegend(picture(130, 10), [4, 107, 8], COLORS)];
  // cells of 60 × 21 from row 16 on, two beside each other
  assert.deepEqual([image.width, image.height], [130, 16 + 2 * 21]);
  assert.deepEqual(image.data.subarray(0, before.data.length), before.data);
  const at = (x: number, y: number) => [...image.data.subarray(3 * (y * 130 + x)).subarray(0, 3)];
  assert.deepEqual([at(7, 23), at(67, 23), at(7, 44)], [[4, 251, 7], [107, 148, 7], [8, 247, 7]]);
  assert.deepEqual(at(67, 44), [255, 255, 255], "no fourth patch");
  assert.deepEqual(dots(image, 18, 16, 3), ["101", "101", "111", "001", "001"]);
  assert.deepEqual(dots(image, 78, 16, 11), [
    "01001110111",
    "11001010001",
    "01001010010",
    "01001010010",
    "11101110010",
  ]);
});

Deno.test("withLegend() widens a narrow picture with white", () => {
  const image = withLegend(picture(4, 2), [1], COLORS);
  assert.deepEqual([image.width, image.height], [60, 2 + 6 + 21]);
  assert.deepEqual(image.data.subarray(0, 12), picture(4, 2).data.subarray(0, 12));
  assert.ok(image.data.subarray(12, 180).every((value) => value === 255));
});
