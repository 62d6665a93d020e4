import assert from "node:assert/strict";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, photo, withFolder } from "../made_folders.ts";

const SKY = { type: "polygon", label_id: 1, points: [0, 0, 4, 0, 4, 1, 0, 1], z_order: 1 };
/** Column 1, by COCO's compressed runs down the columns: 2 outside, 2 inside, 4 outside. */
const CAR = { type: "mask", label_id: 2, rle: { counts: "224", size: [2, 4] }, z_order: 0 };

function datumaro(...items: readonly { id: string; annotations: readonly unknown[] }[]): string {
  return JSON.stringify({
    dm_format_version: "1.0",
    infos: {},
    categories: { label: { labels: ["background", "sky", "car"].map((name) => ({ name, parent: "" })) } },
    items: items.map((item) => ({ ...item, attr: {}, image: { path: `${item.id}.jpg`, size: [2, 4] } })),
  });
}

async function labelsOf(
  files: Files,
): Promise<{ maps: number[][]; notes: string; classes: readonly string[] }> {
  return await withFolder(files, async (root) => {
    const dataset = await openDataset(root);
    const maps = dataset.train.map(async (item) => [...(await readLabelMap(dataset, item)).data]);
    assert.ok(dataset.val.length > 0);
    return {
      maps: await Promise.all(maps),
      notes: (dataset.notes ?? []).join("\n"),
      classes: dataset.classes,
    };
  });
}

Deno.test("openDataset() draws Datumaro's polygons and masks by their z_order, in its parts", async () => {
  const { classes, maps, notes } = await labelsOf({
    "annotations/train.json": datumaro(
      { id: "a", annotations: [SKY, CAR, { type: "points", points: [1, 1], label_id: 1 }] },
      { id: "d", annotations: [{ type: "ellipse", label_id: 1, points: [0, 0, 1, 2] }] },
      { id: "b", annotations: [{ type: "bbox", label_id: 1, bbox: [0, 0, 1, 2] }, CAR] },
    ),
    "annotations/val.json": datumaro({ id: "c", annotations: [SKY] }),
    "images/train/a.jpg": photo(),
    "images/train/b.jpg": photo(),
    "images/train/d.jpg": photo(),
    "images/val/c.jpg": photo(),
  });
  assert.deepEqual(classes, ["background", "sky", "car"]);
  assert.deepEqual(maps, [[1, 1, 1, 1, 0, 2, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0], [255, 2, 0, 0, 255, 2, 0, 0]]);
  assert.match(notes, /1 annotations without an area/);
  assert.match(notes, /1 annotations are boxes without an outline/);
});

for (
  const [what, annotation, expected] of [
    [
      "an unknown label",
      { ...SKY, label_id: 9 },
      /polygon of "a" in "train.json" has label_id 9, expected one below 3/,
    ],
    [
      "an area that is not read",
      { ...SKY, type: "rotated_bbox" },
      /is of type "rotated_bbox", expected a polygon, mask/,
    ],
    ["no label", { ...SKY, label_id: undefined }, /has label_id none/],
    ["damaged corners", { ...SKY, points: [0, 0, "x", 1] }, /has no such numbers/],
    ["a mask without runs", { ...CAR, rle: undefined }, /has no such numbers/],
  ] as const
) {
  Deno.test(`openDataset() refuses Datumaro's annotation of ${what}`, async () => {
    const files = {
      "train.json": datumaro({ id: "a", annotations: [annotation] }, { id: "b", annotations: [SKY] }),
      "images/a.jpg": photo(),
      "images/b.jpg": photo(),
    };
    await assert.rejects(labelsOf(files), expected);
  });
}
