import assert from "node:assert/strict";
import { join } from "node:path";
import { detectLayout, openDataset } from "../../src/data/open_dataset.ts";
import { describedFiles, MASK, photo, withFolder } from "./made_folders.ts";

for (
  const [layout, files] of [
    ["described", { "dataset.toml": "", "images/a.png": "", "masks/a.png": "" }],
    ["cityscapes", { "leftImg8bit/train/x.png": "" }],
    ["voc", { "JPEGImages/a.jpg": "", "SegmentationClassAug/a.png": "" }],
    ["context", { "JPEGImages/a.jpg": "", "SegmentationClassContext/a.png": "" }],
    ["folders", { "images/a.jpg": "", "masks/a.png": "" }],
    ["photos", { "trip/a.JPG": "" }],
  ] as const
) {
  Deno.test(`detectLayout() tells ${layout} by ${Object.keys(files).join(", ")}`, async () => {
    await withFolder(files, async (root) => assert.equal(await detectLayout(root), layout));
  });
}

Deno.test("detectLayout() says what it looked for", async () => {
  await withFolder({ "notes.txt": "x" }, async (root) => {
    await assert.rejects(detectLayout(root), {
      name: "DatasetError",
      message: /nothing in it tells its layout, expected a "dataset\.toml"/,
    });
  });
  await assert.rejects(
    detectLayout("/nowhere/at/all"),
    /it is no folder, expected one, or a "dataset\.toml"/,
  );
});

Deno.test("openDataset() opens a description by file and by folder", async () => {
  await withFolder(describedFiles(), async (root) => {
    assert.deepEqual(await openDataset(root), await openDataset(join(root, "dataset.toml")));
  });
});

Deno.test("openDataset() takes photos without lists or masks as unlabeled", async () => {
  await withFolder(
    { "b.png": photo(), "sub/a.jpeg": photo(), ".hidden.png": photo(), "x.txt": "" },
    async (root) => {
      const dataset = await openDataset(root);
      assert.deepEqual(dataset.unlabeled.map(({ id, mask }) => [id, mask]), [["b.png", undefined], [
        "sub/a.jpeg",
        undefined,
      ]]);
      assert.deepEqual([dataset.train, dataset.classes], [[], []]);
    },
  );
});

Deno.test("openDataset() opens a folder by another layout than the detected one", async () => {
  await withFolder({ "images/a.png": photo(), "masks/a.png": MASK }, async (root) => {
    const { unlabeled, notes } = await openDataset(root, { layout: "photos" });
    assert.deepEqual(unlabeled.map(({ id }) => id), ["images/a.png"]);
    assert.match(
      notes![0]!,
      /^1 picture of .* left out, being a mask by its name or folder, first "masks\/a\.png"$/,
    );
  });
});

Deno.test("openDataset() generates the synthetic set with the wanted size", async () => {
  const dataset = await openDataset("synthetic", { synthetic: { train: 3, size: 64 } });
  assert.equal(dataset.train.length, 3);
  assert.deepEqual(dataset.train[2]!.image, { kind: "synthetic", seed: 0, index: 2, size: 64 });
  await assert.rejects(
    openDataset("synthetic", { synthetic: { size: 8 } }),
    /size is 8, expected an integer from 32 to 512/,
  );
});
