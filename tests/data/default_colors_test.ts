import assert from "node:assert/strict";
import type { Color } from "../../src/data/dataset.ts";
import { defaultColors, unnamedColors } from "../../src/data/default_colors.ts";
import { distinctColors, oklabOf } from "../../src/data/distinct_colors.ts";

const BLACK: Color = [0, 0, 0];
/** Painted where there is no label. */
const GREY: Color = [218, 218, 218];

function distance(a: Color, b: Color): number {
  const [p, q] = [oklabOf(a), oklabOf(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** The least distance of two of some colours. */
function closest(colors: readonly Color[]): number {
  return Math.min(...colors.flatMap((a, i) => colors.slice(i + 1).map((b) => distance(a, b))));
}

Deno.test("distinctColors() keeps the first twelve far apart, and from black and the grey of no label", () => {
  assert.ok(closest([BLACK, GREY, ...distinctColors(8)]) > 0.2);
  assert.ok(closest([BLACK, GREY, ...distinctColors(12)]) > 0.16);
  assert.ok(closest([BLACK, GREY, ...distinctColors(20)]) > 0.12);
});

Deno.test("distinctColors() gives 256 different ones, none of them nearly black, and keeps the first ones", () => {
  const all = distinctColors(256);
  assert.equal(new Set(all.map(String)).size, 256);
  assert.deepEqual(distinctColors(7), all.slice(0, 7));
  assert.deepEqual(distinctColors(0), []);
  const darkest = Math.min(...all.map((color) => distance(color, BLACK)));
  assert.ok(darkest > 0.46, `one is ${darkest} from black`);
});

Deno.test("defaultColors() makes one class black that stands for nothing, wherever it is, and no other", () => {
  const [first, second] = distinctColors(2) as [Color, Color];
  assert.deepEqual(defaultColors(["background", "cat", "dog"]), [BLACK, first, second]);
  assert.deepEqual(defaultColors(["cat", "_Background_"]), [first, BLACK]);
  assert.deepEqual(defaultColors(["cat", "dog"]), [first, second]);
  assert.deepEqual(defaultColors(["void", "other"]), [BLACK, first]);
});

Deno.test("unnamedColors() takes the first class for the background", () => {
  assert.deepEqual(unnamedColors(3), [BLACK, ...distinctColors(2)]);
  assert.deepEqual(unnamedColors(1), [BLACK]);
});
