import assert from "node:assert/strict";
import { checkDataset } from "../../../src/data/check_dataset.ts";
import { labelFindings } from "../../../src/data/masks/label_problems.ts";
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
  assert.equal(said.warnings![0], 'no pixel of "thing" in the masks looked at');
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

Deno.test("labelFindings() tells which classes val lacks, by all of its masks where those looked at leave a doubt", async () => {
  const both = greyPng(4, 2, [0, 0, 1, 1, 0, 0, 1, 1]);
  const lacks =
    'val shows no "thing": mIoU is the mean of the other class, and of it as 0 where it is predicted';
  for (const [second, expected] of [[ALL(0), [lacks]], [both, []]] as const) {
    const files = describedFiles({
      "val.txt": "images/v.png masks/v.png\nimages/a.png masks/a.png\n",
      "train.txt": "images/b.png masks/b.png\nimages/c.png masks/c.png\n",
      ...masks(["b", "c"], both),
      ...masks(["v"], ALL(0)),
      ...masks(["a"], second),
    });
    await withFolder(files, async (root) => {
      const dataset = await openDataset(root);
      const [first] = dataset.val;
      const train = dataset.train.map(({ mask }) => mask!);
      assert.deepEqual((await labelFindings(dataset, [...train, first!.mask!])).warnings, expected);
    });
  }
});

Deno.test("labelFindings() says that a class cannot be learned only where all masks of train were looked at", async () => {
  const changes = {
    ...masks(["a", "b", "c"], ALL(0)),
    ...masks(["v"], greyPng(4, 2, [0, 0, 1, 1, 0, 0, 1, 1])),
  };
  await withFolder(describedFiles(changes), async (root) => {
    const dataset = await openDataset(root);
    const [one, ...others] = dataset.train.map(({ mask }) => mask!);
    const val = dataset.val.map(({ mask }) => mask!);
    const only = 'only val or test hold pixels of "thing"';
    const told = async (looked: typeof val) => (await labelFindings(dataset, looked)).warnings;
    assert.deepEqual(await told([one!, ...val]), [`${only} in the masks looked at`]);
    assert.deepEqual(await told([one!, ...others, ...val]), [`${only}: it cannot be learned`]);
  });
});
