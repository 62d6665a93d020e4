import assert from "node:assert/strict";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, palettePng, photo, rgbPng, withFolder } from "../made_folders.ts";

/** Segment 300 = 44 + 256, segment 65536, and 0: no segment. */
const PICTURE = rgbPng(4, 2, [[44, 1, 0], [44, 1, 0], [0, 0, 1], [0, 0, 0]]);
const CATEGORIES = [{ id: 7, name: "sky" }, { id: 9, name: "car" }];
const SEGMENTS = [{ id: 300, category_id: 7 }, { id: 65536, category_id: 9 }];

function panoptic(files: readonly string[], segments: readonly unknown[] = SEGMENTS): string {
  return JSON.stringify({
    images: files.map((file_name, id) => ({ id, file_name, width: 4, height: 2 })),
    annotations: files.map((file, image_id) => ({
      image_id,
      file_name: file.replace("jpg", "png"),
      segments_info: segments,
    })),
    categories: CATEGORIES,
  });
}

function files(): Files {
  return {
    "train2017/a.jpg": photo(),
    "train2017/b.jpg": photo(),
    "val2017/c.jpg": photo(),
    "annotations/panoptic_train2017.json": panoptic(["a.jpg", "b.jpg"]),
    "annotations/panoptic_val2017.json": panoptic(["c.jpg"]),
    "annotations/panoptic_train2017/a.png": PICTURE,
    "annotations/panoptic_train2017/b.png": PICTURE,
    "annotations/panoptic_val2017/c.png": PICTURE,
  };
}

Deno.test("openDataset() reads COCO's panoptic pictures: every pixel has a class, or none", async () => {
  await withFolder(files(), async (root) => {
    const dataset = await openDataset(root);
    const { train, val, unlabeled, classes } = dataset;
    assert.deepEqual([train.length, val.length, unlabeled.length], [2, 1, 0]);
    assert.deepEqual(classes, ["background", "sky", "car"]);
    assert.deepEqual([...(await readLabelMap(dataset, train[0]!)).data], [1, 1, 2, 255, 1, 1, 2, 255]);
  });
});

const OUTLINE = { segmentation: [[0, 0, 4, 0, 4, 1, 0, 1]] };

function instances(annotation: object, ...names: readonly string[]): string {
  return JSON.stringify({
    images: names.map((file_name, id) => ({ id, file_name, width: 4, height: 2 })),
    annotations: names.map((_, image_id) => ({ id: image_id, image_id, category_id: 9, ...annotation })),
    categories: CATEGORIES,
  });
}

Deno.test("openDataset() takes panoptic pictures beside boxes alone, with a palette too", async () => {
  const palette = palettePng(4, 2, [1, 1, 2, 0, 1, 1, 2, 0], [[0, 0, 0], [44, 1, 0], [0, 0, 1]]);
  const both = {
    ...files(),
    "annotations/panoptic_train2017/a.png": palette,
    "annotations/instances_train2017.json": instances({ bbox: [0, 0, 2, 2] }, "a.jpg", "b.jpg"),
  };
  await withFolder(both, async (root) => {
    const dataset = await openDataset(root);
    for (const item of dataset.train) {
      assert.deepEqual([...(await readLabelMap(dataset, item)).data], [1, 1, 2, 255, 1, 1, 2, 255]);
    }
  });
});

Deno.test("openDataset() takes COCO's outlines where both are there, and no panoptic picture for a photo", async () => {
  const both = {
    ...files(),
    "annotations/instances_train2017.json": instances(OUTLINE, "a.jpg", "b.jpg"),
    "annotations/instances_val2017.json": instances(OUTLINE, "c.jpg"),
  };
  await withFolder(both, async (root) => {
    const dataset = await openDataset(root);
    assert.deepEqual([dataset.train.length, dataset.val.length, dataset.unlabeled], [2, 1, []]);
    assert.match(
      (dataset.notes ?? []).join(),
      /outlines count, "annotations\/panoptic_train2017.json", .*passed over/,
    );
    assert.deepEqual([...(await readLabelMap(dataset, dataset.train[0]!)).data], [2, 2, 2, 2, 0, 0, 0, 0]);
  });
});

for (
  const [what, change, expected] of [
    [
      "a picture that is missing",
      { "annotations/panoptic_val2017/c.png": undefined },
      /"c.png" of .*is not there/,
    ],
    [
      "outlines of other photos",
      { "annotations/instances_val2017.json": instances(OUTLINE, "c.jpg") },
      /panoptic_train2017.json" tells of 2 photos, first "a.jpg", that no file of outlines lists/,
    ],
    [
      "annotations of both kinds in one",
      {
        "annotations/panoptic_val2017.json": JSON.stringify({
          ...JSON.parse(panoptic(["c.jpg"])),
          annotations: [...JSON.parse(panoptic(["c.jpg"])).annotations, {
            image_id: 0,
            category_id: 7,
            ...OUTLINE,
          }],
        }),
      },
      /1 of the 2 annotations of .* tell of segments, expected all or none/,
    ],
    [
      "a segment of no category",
      { "annotations/panoptic_val2017.json": panoptic(["c.jpg"], [{ id: 3, category_id: 8 }]) },
      /has segment 3 of category_id 8, expected one of its categories/,
    ],
  ] as const
) {
  Deno.test(`openDataset() refuses COCO's panoptic files with ${what}`, async () => {
    const all = Object.entries({ ...files(), ...change }).filter(([, content]) => content !== undefined);
    await withFolder(Object.fromEntries(all) as Files, async (root) => {
      await assert.rejects(openDataset(root), expected);
    });
  });
}
