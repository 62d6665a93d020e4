import assert from "node:assert/strict";
import { packColor } from "../../../src/data/colors.ts";
import { softColors, softGreys } from "../../../src/data/masks/soft_edges.ts";

/** Counts, most frequent first. */
const sorted = (counts: Readonly<Record<number, number>>) =>
  Object.entries(counts).map(([value, count]) => ({ value: Number(value), count })).sort((a, b) =>
    b.count - a.count
  );

const few = (values: readonly number[], count: number) =>
  Object.fromEntries(values.map((value) => [value, count]));

Deno.test("softGreys() tells a binary mask that was a JPEG, with what to do", () => {
  const text = softGreys(
    sorted({ 0: 6000, 255: 1000, ...few([1, 2, 3, 4, 5, 6, 250, 251, 253, 254], 20), 128: 5 }),
  )!;
  assert.match(text, /a binary mask with soft edges .*: 13 grey levels around 0, 255; threshold them/);
  assert.match(text, /values = \[0, 255\]/);
});

Deno.test("softGreys() tells masks of several levels that were scaled", () => {
  const text = softGreys(
    sorted({ 0: 5000, 60: 2000, 120: 1000, ...few([10, 20, 30, 40, 50, 70, 80, 90, 100], 30) }),
  )!;
  assert.match(text, /masks of 3 levels with soft edges .*around 0, 60, 120; give each pixel the nearest/);
});

Deno.test("softGreys() lets class numbers, spread values and photos be", () => {
  assert.equal(
    softGreys(sorted({ 0: 6000, 1: 500, 2: 300, 3: 300, 4: 200, 5: 100, 6: 100, 7: 50, 8: 40 })),
    undefined,
  );
  assert.equal(softGreys(sorted({ 0: 10, 100: 10, 200: 10 })), undefined);
  assert.equal(softGreys(sorted(few(Array.from({ length: 256 }, (_, i) => i), 100))), undefined);
});

Deno.test("softColors() tells smoothed colours, and lets a palette's be", () => {
  const smooth = Array.from({ length: 60 }, (_, i) => packColor([i * 4, 0, 0]));
  const meant = {
    [packColor([0, 0, 0])]: 6000,
    [packColor([255, 0, 0])]: 900,
    [packColor([0, 255, 0])]: 800,
  };
  assert.match(
    softColors(sorted({ ...few(smooth, 5), ...meant }))!,
    /3 of 62 colours hold 9\d\.\d % of the pixels, \[0, 0, 0\]/,
  );
  assert.equal(softColors(sorted(meant)), undefined);
});
