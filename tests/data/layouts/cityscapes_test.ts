import assert from "node:assert/strict";
import { openCityscapes } from "../../../src/data/layouts/cityscapes.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { missingData, sharedPath, testUnless } from "../../support.ts";
import { greyPng, photo, withFolder } from "../made_folders.ts";

const IMAGES = {
  "leftImg8bit/train/ulm/ulm_000000_000019_leftImg8bit.png": photo(),
  "leftImg8bit/train/ulm/ulm_000001_000019_leftImg8bit.png": photo(),
  "leftImg8bit/train_extra/bonn/bonn_000000_000019_leftImg8bit.png": photo(),
  "leftImg8bit/val/koeln/koeln_000000_000019_leftImg8bit.png": photo(),
  "leftImg8bit/test/rom/rom_000000_000019_leftImg8bit.png": photo(),
};
const IDS = greyPng(4, 2, [7, 8, 26, 33, 0, 255, 31, 9]);
const LABEL_IDS = {
  "gtFine/train/ulm/ulm_000000_000019_gtFine_labelIds.png": IDS,
  "gtFine/val/koeln/koeln_000000_000019_gtFine_labelIds.png": IDS,
};

Deno.test("openCityscapes() maps label ids to train ids, and takes images without a mask as unlabeled", async () => {
  await withFolder({ ...IMAGES, ...LABEL_IDS }, async (root) => {
    const dataset = await openCityscapes(root);
    assert.deepEqual(dataset.train.map(({ id }) => id), [
      "leftImg8bit/train/ulm/ulm_000000_000019_leftImg8bit.png",
    ]);
    assert.equal(dataset.unlabeled.length, 2);
    assert.deepEqual([dataset.val.length, dataset.test.length, dataset.test[0]!.mask], [1, 1, undefined]);
    const { data } = await readLabelMap(dataset, dataset.train[0]!);
    assert.deepEqual([...data], [0, 1, 13, 18, 255, 255, 16, 255]);
  });
});

Deno.test("openCityscapes() keeps to the official classes beside a classes.txt", async () => {
  await withFolder({ ...IMAGES, ...LABEL_IDS, "classes.txt": "road\nsidewalk\n" }, async (root) => {
    assert.equal((await openCityscapes(root)).classes.length, 19);
  });
});

Deno.test("openCityscapes() wants a mask for each image of val", async () => {
  await withFolder(IMAGES, async (root) => {
    await assert.rejects(openCityscapes(root), {
      name: "DatasetError",
      message: /koeln.*has no mask, expected/,
    });
  });
});

Deno.test("openCityscapes() refuses a folder without images", async () => {
  await withFolder({ "leftImg8bit/readme.txt": "x" }, async (root) => {
    await assert.rejects(openCityscapes(root), /"leftImg8bit" holds no image in train or val, expected/);
  });
});

testUnless(
  missingData("data/samples/cityscapes-style"),
  "openCityscapes() reads one map from both kinds of mask",
  async () => {
    const dataset = await openCityscapes(sharedPath("data/samples/cityscapes-style")!);
    assert.deepEqual([dataset.classes.length, dataset.val.length], [19, 1]);
    const [item] = dataset.val;
    const labels = await readLabelMap(dataset, item!);
    assert.deepEqual([...new Set(labels.data)].sort((a, b) => a - b), [0, 1, 2, 4, 5, 7, 8, 10, 11, 13, 255]);
    await withFolder({ ...IMAGES, ...LABEL_IDS }, async (root) => {
      const { maskRule, classes } = await openCityscapes(root);
      const path = (item!.mask as { path: string }).path.replace("labelTrainIds", "labelIds");
      const fromIds = await readLabelMap({ maskRule, classes }, { ...item!, mask: { kind: "file", path } });
      // the two files were shrunk from 2048 × 1024 apart: 0.23 % of the pixels, along borders, differ
      const different = fromIds.data.filter((label, i) => label !== labels.data[i]).length;
      assert.ok(different / labels.data.length < 0.0025, `${different} labels differ`);
    });
  },
);
