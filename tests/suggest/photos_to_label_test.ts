import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dataset } from "../../src/data/dataset.ts";
import { chooseLabeled } from "../../src/data/choose_labeled.ts";
import { openDataset } from "../../src/data/open_dataset.ts";
import { photosToLabel } from "../../src/suggest/photos_to_label.ts";
import { type Files, greyPng, MASK, photo, withFolder } from "../data/made_folders.ts";

/** Eight photos, of which the first ones have masks. */
function files(masks: number, mask: Uint8Array = MASK): Files {
  const names = Array.from({ length: 8 }, (_, i) => `p${i}`);
  return {
    ...Object.fromEntries(names.map((name) => [`my/images/${name}.jpg`, photo()])),
    ...Object.fromEntries(names.slice(0, masks).map((name) => [`my/masks/${name}.png`, mask])),
  };
}

async function found(paths: readonly string[], dataset?: Dataset) {
  const { candidates, labeled, leftOut } = await photosToLabel(paths, dataset);
  return { names: candidates.map(({ name }) => name).sort(), labeled: labeled.length, leftOut };
}

const REST = ["images/p5.jpg", "images/p6.jpg", "images/p7.jpg"];

Deno.test("photosToLabel() reads a folder of photos and masks as a dataset: its masks are no photos", async () => {
  await withFolder(files(5), async (root) => {
    const expected = { names: REST, labeled: 4, leftOut: 5 };
    assert.deepEqual(await found([join(root, "my")]), expected);
    assert.deepEqual(await found([root]), expected, "the only folder in a folder");
    const images = await found([join(root, "my/images")]);
    assert.deepEqual([images.names.length, images.leftOut], [8, 0], "nothing there tells of the masks");
  });
});

Deno.test("photosToLabel() takes a folder with a single mask", async () => {
  await withFolder(files(1), async (root) => {
    const { names, leftOut } = await found([join(root, "my")]);
    assert.deepEqual([names.length, leftOut], [7, 1]);
  });
});

Deno.test("photosToLabel() leaves out what the dataset has labels of, in its folder and in that of its photos", async () => {
  await withFolder(files(5), async (root) => {
    const my = join(root, "my");
    const dataset = await openDataset(my);
    const elsewhere = { id: "far.jpg", image: { kind: "file", path: "/elsewhere/far.jpg" } } as const;
    const more = { ...dataset, unlabeled: [...dataset.unlabeled, elsewhere] };
    for (const path of [my, join(my, "images")]) {
      assert.deepEqual(await found([path], more), { names: REST, labeled: 4, leftOut: 5 }, path);
    }
  });
});

Deno.test("photosToLabel() offers photos whose masks the dataset keeps closed", async () => {
  await withFolder(files(5), async (root) => {
    const my = join(root, "my");
    const dataset = await chooseLabeled(await openDataset(my), { fraction: "1", seed: 0 });
    const closed = [...REST, ...dataset.unlabeled.map(({ id }) => id)];
    for (const path of [my, root]) {
      const { names, leftOut } = await found([path], dataset);
      assert.deepEqual([names, leftOut], [[...new Set(closed)].sort(), 2], path);
    }
  });
});

Deno.test("photosToLabel() says what to name where a folder of photos and masks cannot be opened", async () => {
  await withFolder(files(3, greyPng(4, 2, [0, 90, 180, 0, 0, 0, 0, 0])), async (root) => {
    await assert.rejects(photosToLabel([join(root, "my")]), {
      name: "DatasetError",
      message: /^Cannot tell the classes of .*; or name its folder of photos alone$/,
    });
  });
});
