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
    assert.match(
      bare!,
      /1 photos that label files list have no annotation and are unlabeled, first "images\/e\.jpg"/,
    );
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

Deno.test("openDataset() takes a category's id as a number or as a text, and refuses one of no category", async () => {
  const named = (category: unknown, changes: object = {}) =>
    coco(["a.jpg", "b.jpg"], [LEFT, LEFT], {
      categories: [{ id: category, name: "tree" }],
      ...changes,
    });
  await withFolder({ ...photos("a.jpg", "b.jpg"), "x.json": named("5") }, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual([...(await readLabelMap(dataset, dataset.val[0]!)).data], LEFT_LABELS);
  });
  await withFolder({ ...photos("a.jpg", "b.jpg"), "x.json": named(6) }, async (root) => {
    await assert.rejects(openDataset(root), {
      name: "DatasetError",
      message:
        `Cannot open dataset "${root}": in "x.json" 2 annotations have a category_id of no category, first 5 (annotation 0), ` +
        "expected one of 6 (tree)",
    });
  });
  const twice = named(5, { categories: [{ id: 5, name: "tree" }, { id: 5, name: "car" }] });
  await withFolder({ ...photos("a.jpg", "b.jpg"), "x.json": twice }, async (root) => {
    await assert.rejects(
      openDataset(root),
      /of categories id 5 is that of "tree" and of "car", expected one id each/,
    );
  });
  const shared = named(5, {
    images: [{ id: 0, file_name: "a.jpg" }, { id: 0, file_name: "b.jpg" }],
  });
  await withFolder({ ...photos("a.jpg", "b.jpg"), "x.json": shared }, async (root) => {
    await assert.rejects(openDataset(root), /of images id 0 is that of "a\.jpg" and of "b\.jpg"/);
  });
});

Deno.test("openDataset() tells of annotations without a photo, and refuses outlines in shares of the sides", async () => {
  const names = ["a.jpg", "b.jpg"];
  const third = coco(names, [LEFT, LEFT, LEFT]);
  await withFolder({ ...photos(...names), "x.json": third }, async (root) => {
    const { notes } = await openDataset(root);
    assert.match(
      notes![0]!,
      /1 annotations of "x\.json" are of photos that it does not list, first image_id 2/,
    );
  });
  const shares = [[0, 0, 0.5, 0, 0.5, 1, 0, 1]];
  await withFolder({ ...photos(...names), "x.json": coco(names, [shares, shares]) }, async (root) => {
    await assert.rejects(
      openDataset(root),
      /outlines of "x\.json" have no coordinate above 1, expected columns and rows/,
    );
  });
});

Deno.test("openDataset() puts the shapes of several JSON files of a photo together, and trains on none of val", async () => {
  const right = [[2, 0, 4, 0, 4, 1, 2, 1]];
  const car = {
    annotations: [{ id: 0, image_id: 0, category_id: 9, segmentation: right }],
    categories: [{ id: 9, name: "car" }],
  };
  const files = {
    ...photos("a.jpg", "b.jpg", "c.jpg"),
    "car.json": coco(["a.jpg", "b.jpg"], [], car),
    "tree.json": coco(["a.jpg", "b.jpg"], [LEFT, LEFT]),
    "val.json": coco(["c.jpg"], [LEFT]),
    "trainval.json": coco(["b.jpg", "c.jpg"], [LEFT, LEFT]),
  };
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root);
    assert.deepEqual(dataset.classes, ["background", "car", "tree"]);
    assert.deepEqual(dataset.val.map(({ id }) => id), ["c.jpg"]);
    const [first, second] = dataset.notes!.filter((note) => /several/.test(note));
    assert.match(
      first!,
      /1 photos have shapes of several label files, which are put together, first "a\.jpg" \("car\.json", "tree\.json"\)/,
    );
    assert.match(second!, /1 photos are listed in several parts .* val before train, first "c\.jpg"/);
  });
  const { "val.json": _, "trainval.json": __, ...both } = files;
  const larger = { images: [{ id: 0, file_name: "a.jpg", width: 8, height: 4 }] };
  await withFolder({ ...both, "car.json": coco([], [], { ...car, ...larger }) }, async (root) => {
    await assert.rejects(
      openDataset(root),
      /"a\.jpg" is 8 × 4 and 4 × 2 by "car\.json", "tree\.json", expected one size/,
    );
  });
  await withFolder(both, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual([...(await readLabelMap(dataset, dataset.val[0]!)).data], [2, 2, 1, 1, 2, 2, 0, 0]);
  });
});

Deno.test("openDataset() names a JSON that is cut off beside others", async () => {
  const whole = coco(["a.jpg", "b.jpg"], [LEFT, LEFT]);
  const files = { ...photos("a.jpg", "b.jpg", "c.jpg"), "train.json": whole, "val.json": whole.slice(0, 90) };
  await withFolder(files, async (root) => {
    await assert.rejects(openDataset(root), /^DatasetError: Cannot read ".*val\.json": .*, expected JSON$/);
  });
});

Deno.test("openDataset() passes over COCO's panoptic file beside the instances", async () => {
  const names = ["a.jpg", "b.jpg"];
  const panoptic = coco(names, [], {
    annotations: [{ image_id: 0, file_name: "a.png", segments_info: [{ id: 1, category_id: 5 }] }],
  });
  const files = {
    ...photos(...names),
    "instances.json": coco(names, [LEFT, LEFT]),
    "panoptic.json": panoptic,
  };
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual([dataset.val.length, dataset.notes], [2, [
      'outlines count, "panoptic.json" is passed over',
    ]]);
  });
});

Deno.test("openDataset() finds COCO's photos whatever pictures with longer names lie beside", async () => {
  const files = {
    "set.json": coco(["0.jpg", "1.jpg"], [LEFT, LEFT]),
    ...photos("x/0.jpg", "x/1.jpg", "overlay/0.jpg.png", "overlay/1.jpg.png"),
  };
  await withFolder(files, async (root) => {
    const { val } = await openDataset(root, { holdOut: false });
    assert.deepEqual(val.map(({ id }) => id), ["x/0.jpg", "x/1.jpg"]);
  });
});
