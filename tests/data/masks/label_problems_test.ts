import assert from "node:assert/strict";
import { checkDataset } from "../../../src/data/check_dataset.ts";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { describedFiles, type Files, greyPng, toml, withFolder } from "../made_folders.ts";

const ALL = (value: number) => greyPng(4, 2, Array(8).fill(value));

async function checked(changes: Files) {
  let result: { warnings?: readonly string[]; message?: string } = {};
  await withFolder(describedFiles(changes), async (root) => {
    try {
      result = { warnings: (await checkDataset(await openDataset(root))).warnings };
    } catch (error) {
      result = { message: (error as Error).message };
    }
  });
  return result;
}

const masks = (names: readonly string[], value: Uint8Array) =>
  Object.fromEntries(names.map((name) => [`masks/${name}.png`, value]));

Deno.test("checkDataset() refuses val without a labeled pixel, and train", async () => {
  const ignored = { "dataset.toml": toml("ignore = [255]") };
  assert.match(
    (await checked({ ...ignored, ...masks(["v"], ALL(255)) })).message!,
    /val has no labeled pixel/,
  );
  const { message } = await checked({ ...ignored, ...masks(["a", "b", "c"], ALL(255)) });
  assert.match(message!, /train has no labeled pixel: its 3 masks hold values that are left out alone/);
});

Deno.test("checkDataset() refuses a class without a pixel beside a 255 that nothing describes", async () => {
  const binary = masks(["a", "b", "c", "v"], greyPng(4, 2, [0, 0, 0, 255, 255, 0, 0, 0]));
  const { message } = await checked(binary);
  assert.match(message!, /no mask holds a pixel of "thing", while 255.*values = \[0, 255\]/);
  assert.deepEqual(
    (await checked({ ...binary, "dataset.toml": toml("values = [0, 255]") })).message,
    undefined,
  );
  const said = await checked({ ...binary, "dataset.toml": toml("ignore = [255]") });
  assert.deepEqual(said.warnings, ['no pixel of "thing" in the masks looked at']);
});

Deno.test("checkDataset() notes labeled images without a label, and classes that only val has", async () => {
  const { warnings } = await checked({
    "dataset.toml": toml("ignore = [255]"),
    ...masks(["a", "b"], ALL(0)),
    ...masks(["c"], ALL(255)),
    ...masks(["v"], greyPng(4, 2, [0, 0, 1, 1, 0, 0, 1, 1])),
  });
  assert.match(warnings![0]!, /^1 labeled image has no labeled pixel, first ".*masks\/c\.png"$/);
  assert.equal(warnings![1], 'only val or test hold pixels of "thing": it cannot be learned');
});
