import assert from "node:assert/strict";
import { join } from "node:path";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, photo, withFolder } from "../made_folders.ts";

/** A JSON of COCO's form: photos of 4 × 2, one annotation a photo for each segmentation. */
function coco(names: readonly string[], segmentations: readonly unknown[], changes: object = {}): string {
  return JSON.stringify({
    images: names.map((file_name, id) => ({ id, file_name, width: 4, height: 2 })),
    annotations: segmentations.map((segmentation, i) => ({
      id: i,
      image_id: i,
      category_id: 5,
      segmentation,
      bbox: [0, 0, 2, 2],
    })),
    categories: [{ id: 5, name: "tree", supercategory: "plants" }],
    ...changes,
  });
}

const LEFT = [[0, 0, 2, 0, 2, 2, 0, 2]];
const LEFT_LABELS = [1, 1, 0, 0, 1, 1, 0, 0];

function photos(...paths: readonly string[]): Files {
  return Object.fromEntries(paths.map((path) => [path, photo()]));
}

Deno.test("openDataset() reads polygons and both forms of runs, and leaves boxes alone out", async () => {
  const names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"];
  const runs = { size: [2, 4], counts: [0, 4, 4] };
  const text = coco(names, [LEFT, runs, { size: [2, 4], counts: "044" }, []]);
  await withFolder({ ...photos(...names.map((n) => `images/${n}`)), "result.json": text }, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual(dataset.classes, ["background", "tree"]);
    const labels = await Promise.all(
      dataset.val.map(async (item) => [...(await readLabelMap(dataset, item)).data]),
    );
    assert.deepEqual(labels, [LEFT_LABELS, LEFT_LABELS, LEFT_LABELS, [255, 255, 0, 0, 255, 255, 0, 0]]);
    assert.deepEqual(dataset.unlabeled.map(({ id }) => id), ["images/e.jpg"]);
    const [boxes, bare] = dataset.notes!;
    assert.match(boxes!, /1 annotations are boxes without an outline: their pixels are left out/);
    assert.match(bare!, /1 photos of the JSON have no annotation and are unlabeled, first "images\/e\.jpg"/);
  });
});

Deno.test("openDataset() takes COCO's parts by names of files and folders", async () => {
  const official = {
    ...photos("train2017/a.jpg", "val2017/b.jpg"),
    "annotations/instances_train2017.json": coco(["a.jpg"], [LEFT]),
    "annotations/instances_val2017.json": coco(["b.jpg"], [LEFT]),
  };
  // Roboflow writes a group that stands above the classes
  const categories = [{ id: 0, name: "plants", supercategory: "none" }, {
    id: 5,
    name: "tree",
    supercategory: "plants",
  }];
  const roboflow = {
    ...photos("train/a.jpg", "valid/a.jpg", "test/a.jpg"),
    ...Object.fromEntries(["train", "valid", "test"].map((part) => [
      `${part}/_annotations.coco.json`,
      coco(["a.jpg"], [LEFT], { categories }),
    ])),
  };
  for (const [files, tested] of [[official, 0], [roboflow, 1]] as const) {
    await withFolder(files, async (root) => {
      const { classes, train, val, test } = await openDataset(root);
      assert.deepEqual(classes, ["background", "tree"]);
      assert.deepEqual([train.length, val.length, test.length], [1, 1, tested]);
    });
  }
});

Deno.test("openDataset() finds no photo outside of the folder, whatever a JSON calls it", async () => {
  const files = {
    ...photos("secret.jpg", "set/a.jpg", "set/b.jpg"),
    "set/coco.json": coco(["a.jpg", "../secret.jpg", "/etc/passwd"], [LEFT, LEFT, LEFT]),
  };
  await withFolder(files, async (root) => {
    await assert.rejects(openDataset(join(root, "set")), (error: Error) => {
      assert.match(error.message, /2 problems/);
      assert.match(error.message, /"\.\.\/secret\.jpg" of "coco\.json" has no photo/);
      return true;
    });
  });
});

Deno.test("openDataset() refuses boxes alone, and damaged runs name the photo", async () => {
  await withFolder(
    { ...photos("a.jpg", "b.jpg"), "c.json": coco(["a.jpg", "b.jpg"], [[], []]) },
    async (root) => {
      await assert.rejects(
        openDataset(root),
        /"c\.json" holds 2 boxes and no outline, expected polygons or RLE/,
      );
    },
  );
  const short = coco(["a.jpg", "b.jpg"], [{ size: [2, 4], counts: [1] }, LEFT]);
  await withFolder({ ...photos("a.jpg", "b.jpg"), "c.json": short }, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    await assert.rejects(
      readLabelMap(dataset, dataset.val[0]!),
      /runs of "c\.json, a\.jpg": they cover 1 pixels, expected 8/,
    );
  });
});
