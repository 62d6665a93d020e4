import assert from "node:assert/strict";
import { openFolders } from "../../../src/data/layouts/folders.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, greyPng, MASK, palettePng, photo, rgbPng, withFolder } from "../made_folders.ts";

function pairs(names: readonly string[], mask: Uint8Array = MASK): Files {
  return Object.fromEntries(
    names.flatMap((name) => [[`images/${name}.jpg`, photo()], [`masks/${name}.png`, mask]]),
  );
}

const TEN = Array.from({ length: 10 }, (_, i) => `p${i}`);

Deno.test("openFolders() matches names, and takes images without a mask as unlabeled", async () => {
  await withFolder({ ...pairs(TEN), "images/free.png": photo() }, async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.unlabeled.map(({ id }) => id), ["images/free.png"]);
    assert.deepEqual([dataset.train.length, dataset.val.length], [8, 2]);
    assert.deepEqual(await openFolders(root), dataset);
    assert.deepEqual(dataset.classes, ["class 0", "class 1"]);
  });
});

Deno.test("openFolders() keeps the names of val.txt for val", async () => {
  await withFolder({ ...pairs(TEN), "val.txt": "images/p3.jpg\np5\n" }, async (root) => {
    assert.deepEqual((await openFolders(root)).val.map(({ id }) => id), ["images/p3.jpg", "images/p5.jpg"]);
  });
  await withFolder({ ...pairs(TEN), "val.txt": "p99\n" }, async (root) => {
    await assert.rejects(openFolders(root), /"p99" of "val\.txt" has no image and mask/);
  });
});

Deno.test("openFolders() takes folders train and val", async () => {
  await withFolder(pairs(["train/a", "train/b", "val/c"]), async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.train.map(({ id }) => id), ["images/train/a.jpg", "images/train/b.jpg"]);
    assert.deepEqual(dataset.val.map(({ id }) => id), ["images/val/c.jpg"]);
  });
});

Deno.test("openFolders() sees two classes in masks of 0 and 255", async () => {
  await withFolder(pairs(TEN, greyPng(4, 2, [0, 255, 0, 0, 255, 0, 0, 0])), async (root) => {
    const dataset = await openFolders(root);
    assert.equal(dataset.classes.length, 2);
    assert.deepEqual([...(await readLabelMap(dataset, dataset.train[0]!)).data], [0, 1, 0, 0, 1, 0, 0, 0]);
  });
});

Deno.test("openFolders() takes names from classes.txt and colours from a palette", async () => {
  const mask = palettePng(4, 2, [0, 1, 2, 0, 1, 2, 0, 1], [[1, 2, 3], [40, 50, 60], [7, 8, 9]]);
  await withFolder({ ...pairs(TEN, mask), "classes.txt": "wall\nfloor\nroof\n" }, async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.classes, ["wall", "floor", "roof"]);
    assert.deepEqual(dataset.colors, [[1, 2, 3], [40, 50, 60], [7, 8, 9]]);
  });
});

Deno.test("openFolders() tells what to write when masks do not tell the classes", async () => {
  await withFolder(pairs(TEN, rgbPng(4, 2, [[200, 0, 0], [0, 0, 200]])), async (root) => {
    await assert.rejects(openFolders(root), {
      name: "DatasetError",
      message:
        `Cannot tell the classes of "${root}": its masks hold [0, 0, 200]: 50.0 %, [200, 0, 0]: 50.0 %, ` +
        'expected class numbers 0, 1, 2 …; describe them in "dataset.toml": classes = [a name each], ' +
        'masks = "color", colors = [[0, 0, 200], [200, 0, 0]], and ignore for what is no class',
    });
  });
  await withFolder(pairs(TEN, greyPng(4, 2, [0, 90, 180, 0, 0, 0, 0, 0])), async (root) => {
    await assert.rejects(openFolders(root), /values = \[0, 90, 180\], and ignore/);
  });
});

Deno.test("openFolders() refuses masks without images, one pair alone and two images of one name", async () => {
  await withFolder({ ...pairs(["a", "b"]), "masks/alone.png": MASK }, async (root) => {
    await assert.rejects(
      openFolders(root),
      /"masks\/alone\.png" has no image, expected "images\/alone\.jpg" or \.png/,
    );
  });
  await withFolder(pairs(["a"]), async (root) => {
    await assert.rejects(openFolders(root), /1 images have a mask of the same name, expected at least 2/);
  });
  await withFolder({ ...pairs(["a", "b"]), "images/a.png": photo() }, async (root) => {
    await assert.rejects(openFolders(root), /"a\.jpg" and "a\.png" have one name, expected different ones/);
  });
});
