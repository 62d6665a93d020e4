import assert from "node:assert/strict";
import { join } from "node:path";
import type { Source } from "../../../src/data/dataset.ts";
import { isSurveyed, surveyMasks } from "../../../src/data/masks/survey_masks.ts";
import { greyPng, withFolder } from "../made_folders.ts";

Deno.test("surveyMasks() counts the same in Workers and here, in order, and reads nothing twice", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 450 }, (_, i) => [`${i}.png`, greyPng(2, 2, [i % 7, 0, 0, 255])]),
  );
  await withFolder({ ...files, "449.png": "no picture" }, async (root) => {
    const sources = () =>
      Array.from({ length: 450 }, (_, i): Source => ({ kind: "file", path: join(root, `${i}.png`) }));
    const [here, there] = [sources(), sources()];
    const told: number[] = [];
    const found = await surveyMasks(here, { workers: 0 });
    assert.deepEqual(
      await surveyMasks(there, { workers: 2, onProgress: (done) => void told.push(done) }),
      found,
    );
    assert.equal(told.at(-1), 450);
    assert.deepEqual(found[5], { kind: "index", counts: [[0, 2], [5, 1], [255, 1]], palette: undefined });
    assert.match((found[449] as { problem: string }).problem, /449\.png": file begins with/);
    assert.ok(there.every(isSurveyed));
  });
});
