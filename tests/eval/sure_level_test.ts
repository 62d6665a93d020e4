import assert from "node:assert/strict";
import { SureLevels } from "../../src/eval/sure_level.ts";

const VOID = 255;

/** Pixels as [probability, predicted, true]. */
function levelsOf(pixels: readonly (readonly [number, number, number])[]): SureLevels {
  const levels = new SureLevels();
  levels.add(
    {
      labels: Uint8Array.from(pixels, ([, predicted]) => predicted),
      probabilities: Float32Array.from(pixels, ([probability]) => probability),
    },
    Uint8Array.from(pixels, ([, , truth]) => truth),
    VOID,
  );
  return levels;
}

Deno.test("SureLevels.least() is the least probability from which on pixels are right often enough", () => {
  // right, right, wrong, right, right from the surest on: 1, 1, 2/3, 3/4, 4/5
  const levels = levelsOf([[1, 0, 0], [0.9, 1, 1], [0.75, 1, 0], [0.5, 2, 2], [0.25, 0, 0], [0.8, 1, VOID]]);
  assert.deepEqual(levels.least(0.99), { level: 0.751, right: 1, share: 0.4, reached: true });
  assert.deepEqual(levels.least(0.8), { level: 0, right: 0.8, share: 1, reached: true });
  assert.deepEqual(levels.least(0), { level: 0, right: 0.8, share: 1, reached: true });
});

Deno.test("SureLevels.least() takes surer pixels in that are wrong, where enough below are right", () => {
  const levels = levelsOf([[0.9, 0, 1], [0.5, 0, 0], [0.5, 0, 0], [0.5, 0, 0], [0.2, 0, 1]]);
  assert.deepEqual(levels.least(0.75), { level: 0.201, right: 0.75, share: 0.8, reached: true });
});

Deno.test("SureLevels.least() is the highest level where pixels are never right often enough", () => {
  assert.deepEqual(levelsOf([[0.9995, 0, 1], [0.5, 0, 0]]).least(0.9), {
    level: 0.999,
    right: 0,
    share: 0.5,
    reached: false,
  });
  assert.deepEqual(levelsOf([[0.5, 0, 1]]).least(0.9), { level: 0.999, share: 0, reached: false });
  assert.deepEqual(levelsOf([[0.5, 0, VOID]]).least(0.9), { level: 0.999, share: 0, reached: false });
});

Deno.test("SureLevels adds up images", () => {
  const levels = levelsOf([[0.9, 0, 0]]);
  levels.add({ labels: Uint8Array.of(1), probabilities: Float32Array.of(0.9) }, Uint8Array.of(0), VOID);
  assert.deepEqual(levels.least(0.5), { level: 0, right: 0.5, share: 1, reached: true });
});
