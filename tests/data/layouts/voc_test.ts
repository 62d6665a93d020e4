import assert from "node:assert/strict";
import { join } from "node:path";
import { openVoc } from "../../../src/data/layouts/voc.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { missingData, sharedPath, testUnless } from "../../support.ts";
import { MASK, photo, withFolder } from "../made_folders.ts";

const PLAIN = {
  "JPEGImages/a.jpg": photo(),
  "JPEGImages/b.jpg": photo(),
  "JPEGImages/c.jpg": photo(),
  "SegmentationClass/a.png": MASK,
  "SegmentationClass/c.png": MASK,
  "ImageSets/Segmentation/train.txt": "a\n",
  "ImageSets/Segmentation/val.txt": "c\n",
};

Deno.test("openVoc() takes train.txt and SegmentationClass", async () => {
  await withFolder(PLAIN, async (root) => {
    const dataset = await openVoc(root);
    assert.deepEqual(dataset.train.map(({ id }) => id), ["JPEGImages/a.jpg"]);
    assert.deepEqual(dataset.val[0]!.mask, { kind: "file", path: join(root, "SegmentationClass/c.png") });
    assert.deepEqual([dataset.classes.length, dataset.classes[20], dataset.colors[20]], [21, "tvmonitor", [
      0,
      64,
      128,
    ]]);
  });
});

Deno.test("openVoc() takes every augmented mask outside val, and masks of val from SegmentationClass", async () => {
  const augmented = Object.fromEntries(
    ["a", "b", "c"].map((name) => [`SegmentationClassAug/${name}.png`, MASK]),
  );
  await withFolder({ ...PLAIN, ...augmented }, async (root) => {
    const dataset = await openVoc(root);
    assert.deepEqual(dataset.train.map(({ id }) => id), ["JPEGImages/a.jpg", "JPEGImages/b.jpg"]);
    assert.deepEqual(dataset.train[1]!.mask, {
      kind: "file",
      path: join(root, "SegmentationClassAug/b.png"),
    });
    assert.deepEqual(dataset.val[0]!.mask, { kind: "file", path: join(root, "SegmentationClass/c.png") });
  });
  const list = { "ImageSets/Segmentation/trainaug.txt": "/JPEGImages/b.jpg /SegmentationClassAug/b.png\n" };
  await withFolder({ ...PLAIN, ...augmented, ...list }, async (root) => {
    assert.deepEqual((await openVoc(root)).train.map(({ id }) => id), ["JPEGImages/b.jpg"]);
  });
});

Deno.test("openVoc() names the list that is missing", async () => {
  await withFolder({ "JPEGImages/a.jpg": photo() }, async (root) => {
    await assert.rejects(openVoc(root), {
      name: "DatasetError",
      message: `Cannot open dataset "${root}": "ImageSets/Segmentation/val.txt" is missing, expected a list`,
    });
  });
});

testUnless(missingData("data/samples/voc-style"), "openVoc() reads palette masks of VOC photos", async () => {
  const dataset = await openVoc(sharedPath("data/samples/voc-style")!);
  assert.deepEqual([dataset.train.length, dataset.val.length], [2, 1]);
  const present = await Promise.all([...dataset.train, ...dataset.val].map(async (item) => {
    return [...new Set((await readLabelMap(dataset, item)).data)].sort((a, b) => a - b);
  }));
  assert.deepEqual(present, [[0, 5, 15, 255], [0, 9, 15, 18, 255], [0, 6, 7]]);
});
