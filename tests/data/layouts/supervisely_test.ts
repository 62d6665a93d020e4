import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { zlibSync } from "fflate";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { greyPng, photo, withFolder } from "../made_folders.ts";

const META = JSON.stringify({
  classes: [{ title: "boat", color: "#FF0010" }, { title: "sea", color: "#0000ff" }],
});

function annotation(...objects: object[]): string {
  return JSON.stringify({ size: { width: 4, height: 2 }, objects });
}

const BOAT = {
  classTitle: "boat",
  geometryType: "polygon",
  points: { exterior: [[0, 0], [3, 0], [3, 2], [0, 2]], interior: [[[1, 0], [2, 0], [2, 1], [1, 1]]] },
};

const SEA = {
  classTitle: "sea",
  geometryType: "bitmap",
  bitmap: { data: Buffer.from(zlibSync(greyPng(2, 1, [255, 255]))).toString("base64"), origin: [2, 1] },
};

Deno.test("openDataset() draws Supervisely's polygons with holes and its bitmaps", async () => {
  const files = {
    "meta.json": META,
    "ds0/img/a.jpg": photo(),
    "ds0/ann/a.jpg.json": annotation(BOAT, SEA),
    "ds0/img/b.jpg": photo(),
    "ds0/ann/b.jpg.json": annotation({
      ...SEA,
      geometryType: "rectangle",
      points: { exterior: [[0, 0], [1, 0]] },
    }),
    "ds0/img/c.jpg": photo(),
    "ds0/ann/c.jpg.json": annotation(),
  };
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual(dataset.classes, ["background", "boat", "sea"]);
    assert.deepEqual(dataset.colors.slice(1), [[255, 0, 16], [0, 0, 255]]);
    const labels = await Promise.all(
      dataset.val.map(async (item) => [...(await readLabelMap(dataset, item)).data]),
    );
    assert.deepEqual(labels, [[1, 0, 1, 0, 1, 1, 2, 2], [2, 2, 0, 0, 0, 0, 0, 0]]);
    assert.deepEqual(dataset.unlabeled.map(({ id }) => id), ["ds0/img/c.jpg"]);
  });
});

Deno.test("openDataset() refuses Supervisely's objects of unknown classes or without data", async () => {
  for (
    const [object, rule] of [
      [{ ...BOAT, classTitle: "bird" }, /class "bird" is not in meta\.json, expected one that is/],
      [
        { ...BOAT, geometryType: "alpha_mask" },
        /an object of "boat" has the geometry "alpha_mask", expected polygon/,
      ],
      [{ ...BOAT, points: {} }, /a polygon of "boat" has no corners or data, expected some/],
    ] as const
  ) {
    const files = { "meta.json": META, "ds/img/a.jpg": photo(), "ds/ann/a.jpg.json": annotation(object) };
    await withFolder(files, async (root) => void await assert.rejects(openDataset(root), rule));
  }
});
