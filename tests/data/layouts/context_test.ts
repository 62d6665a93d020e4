import assert from "node:assert/strict";
import { openContext } from "../../../src/data/layouts/context.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { greyPng, photo, withFolder } from "../made_folders.ts";

const MASK = greyPng(4, 2, [0, 1, 2, 59, 255, 0, 1, 2]);
const FILES = {
  "JPEGImages/a.jpg": photo(),
  "JPEGImages/b.jpg": photo(),
  "JPEGImages/v.jpg": photo(),
  ...Object.fromEntries(["a", "b", "v"].map((name) => [`SegmentationClassContext/${name}.png`, MASK])),
  "ImageSets/Segmentation/val.txt": "v\n",
};

Deno.test("openContext() has 60 classes with background, and every mask outside val for training", async () => {
  await withFolder(FILES, async (root) => {
    const dataset = await openContext(root, 60);
    assert.deepEqual(dataset.train.map(({ id }) => id), ["JPEGImages/a.jpg", "JPEGImages/b.jpg"]);
    assert.deepEqual([dataset.classes.length, dataset.classes[0], dataset.classes[59]], [
      60,
      "background",
      "wood",
    ]);
    assert.deepEqual([...(await readLabelMap(dataset, dataset.val[0]!)).data], [0, 1, 2, 59, 255, 0, 1, 2]);
  });
});

Deno.test("openContext() with 59 classes leaves the background out", async () => {
  const lists = {
    "ImageSets/SegmentationContext/train.txt": "b.mat\n",
    "ImageSets/SegmentationContext/val.txt": "a\n",
  };
  await withFolder({ ...FILES, ...lists }, async (root) => {
    const dataset = await openContext(root, 59);
    assert.deepEqual(dataset.train.map(({ id }) => id), ["JPEGImages/b.jpg"]);
    assert.deepEqual([dataset.classes.length, dataset.classes[0]], [59, "aeroplane"]);
    assert.deepEqual([...(await readLabelMap(dataset, dataset.val[0]!)).data], [
      255,
      0,
      1,
      58,
      255,
      255,
      0,
      1,
    ]);
  });
});
