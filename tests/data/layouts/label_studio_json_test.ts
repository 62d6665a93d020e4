import assert from "node:assert/strict";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, photo, withFolder } from "../made_folders.ts";

/** Of Label Studio's converter: 4 × 2 pixels of which (1, 0), (2, 0) and (3, 1) are painted. */
const BRUSH = [0, 0, 0, 32, 57, 27, 252, 96, 19, 255, 223, 0, 143, 252];

type Value = Readonly<Record<string, unknown>>;

function result(type: string, value: Value, more: Value = {}): Value {
  return {
    id: "x",
    type,
    value,
    original_width: 4,
    original_height: 2,
    image_rotation: 0,
    from_name: "label",
    to_name: "image",
    ...more,
  };
}

const SKY = result("polygonlabels", {
  points: [[0, 0], [100, 0], [100, 50], [0, 50]],
  polygonlabels: ["sky"],
});
const CAR = result("brushlabels", { format: "rle", rle: BRUSH, brushlabels: ["car"] });
const BOX = result("rectanglelabels", {
  x: 0,
  y: 50,
  width: 25,
  height: 50,
  rotation: 0,
  rectanglelabels: ["car"],
});

function task(id: number, image: string, ...annotations: readonly (readonly Value[])[]): Value {
  const made = annotations.map((all, i) => ({ id: 10 * id + i, was_cancelled: false, result: all }));
  return { id, data: { image, note: "seen" }, annotations: made, predictions: [] };
}

async function opened(
  tasks: readonly Value[],
  photos: readonly string[],
): Promise<{ classes: readonly string[]; maps: number[][]; notes: string; unlabeled: string[] }> {
  const files: Files = {
    "project-1.json": JSON.stringify(tasks),
    ...Object.fromEntries(photos.map((name) => [name, photo()])),
  };
  return await withFolder(files, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    const { classes, val, unlabeled, notes } = dataset;
    return {
      classes,
      maps: await Promise.all(val.map(async (item) => [...(await readLabelMap(dataset, item)).data])),
      notes: (notes ?? []).join("\n"),
      unlabeled: unlabeled.map(({ id }) => id),
    };
  });
}

Deno.test("openDataset() reads Label Studio's JSON: polygons, brushes and ellipses, boxes are left out", async () => {
  const ellipse = result("ellipselabels", {
    x: 87.5,
    y: 75,
    radiusX: 15,
    radiusY: 30,
    rotation: 0,
    ellipselabels: ["car"],
  });
  const point = result("keypointlabels", { x: 1, y: 1, width: 1, keypointlabels: ["car"] });
  const { classes, maps, notes, unlabeled } = await opened([
    task(1, "/data/upload/1/0a1b2c3d-a%20b.jpg", [SKY, CAR]),
    task(2, "/data/local-files/?d=some/where/c.jpg", [CAR], [BOX, ellipse, point]),
    task(3, "s3://bucket/d.jpg", []),
    task(4, "https://example.org/e.jpg?x=1"),
  ], ["a b.jpg", "images/c.jpg", "d.jpg", "e.jpg"]);
  assert.deepEqual(classes, ["background", "car", "sky"]);
  assert.deepEqual(maps, [
    [2, 1, 1, 2, 0, 0, 0, 1],
    [0, 0, 0, 0, 255, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0, 0],
  ]);
  assert.deepEqual(unlabeled, ["e.jpg"]);
  assert.match(notes, /1 tasks have several annotations, of which the newest counts: "c.jpg"/);
  assert.match(notes, /1 tasks are annotated without a region: .*: "d.jpg"/);
  assert.match(notes, /1 regions without an area/);
  assert.match(notes, /1 annotations are boxes/);
});

Deno.test("openDataset() reads Label Studio's short JSON", async () => {
  const short = (id: number, image: string) => ({
    id,
    image,
    annotation_id: id,
    annotator: 1,
    created_at: "2026-01-01",
    label: [{ ...SKY.value as Value, original_width: 4, original_height: 2 }],
  });
  const { classes, maps } = await opened([short(1, "/data/upload/1/ab12cd34-a.jpg"), short(2, "b.jpg")], [
    "a.jpg",
    "b.jpg",
  ]);
  assert.deepEqual(classes, ["background", "sky"]);
  assert.deepEqual(maps, [[1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]]);
});

Deno.test("openDataset() joins Label Studio's shapes and labels of one id, and takes answers alone for no annotation", async () => {
  const { type: _, value: { polygonlabels: __, ...value }, ...shape } = SKY as { type: string; value: Value };
  const { maps, unlabeled, classes } = await opened([
    task(1, "a.jpg", [{ ...shape, type: "polygon", value }, {
      ...shape,
      type: "labels",
      value: { ...value, labels: ["sky"] },
    }]),
    task(2, "b.jpg", [{ id: "y", type: "choices", value: { choices: ["blurred"] } }]),
  ], ["a.jpg", "b.jpg"]);
  assert.deepEqual([classes, maps], [["background", "sky"], [[1, 1, 1, 1, 0, 0, 0, 0]]]);
  assert.deepEqual(unlabeled, ["b.jpg"]);
});

Deno.test("openDataset() takes the newest of several entries of a task in Label Studio's short JSON", async () => {
  const entry = (annotation_id: number, value: Value) => ({
    id: 1,
    image: "a.jpg",
    annotation_id,
    label: [{ ...value, original_width: 4, original_height: 2 }],
  });
  const { maps, notes } = await opened([
    entry(9, { points: [[0, 0], [50, 0], [50, 100], [0, 100]], polygonlabels: ["sky"] }),
    entry(3, { points: [[50, 0], [100, 0], [100, 100], [50, 100]], polygonlabels: ["sky"] }),
  ], ["a.jpg"]);
  assert.deepEqual(maps, [[1, 1, 0, 0, 1, 1, 0, 0]]);
  assert.match(notes, /1 tasks have several annotations/);
});

Deno.test("openDataset() refuses two uploads of one name where one photo has it, and several pictures a task", async () => {
  const two = [
    task(1, "/data/upload/1/abcdef12-a.jpg", [SKY]),
    task(2, "/data/upload/1/fedcba98-a.jpg", [CAR]),
  ];
  await assert.rejects(opened(two, ["a.jpg"]), /"abcdef12-a.jpg" of "project-1.json" has no photo/);
  const pictures = { ...task(1, "a.jpg", [SKY]), data: { left: "a.jpg", right: "b.jpg" } };
  await assert.rejects(
    opened([pictures], ["a.jpg", "b.jpg"]),
    /has 2 pictures \("a.jpg", "b.jpg"\), expected one a task/,
  );
  const parts = task(1, "a.jpg", [SKY, { ...CAR, to_name: "other" }]);
  await assert.rejects(opened([parts], ["a.jpg"]), /has 2 pictures/);
});

for (
  const [what, region, expected] of [
    [
      "without a label",
      result("polygonlabels", { points: [[0, 0], [1, 0], [1, 1]] }),
      /has no label, expected the name/,
    ],
    [
      "of two labels",
      result("polygonlabels", { ...SKY.value as Value, polygonlabels: ["sky", "car"] }),
      /has the labels "sky", "car"/,
    ],
    [
      "of a type that is not read",
      result("bitmasklabels", { bitmasklabels: ["car"] }),
      /\(bitmask\).* is of no type that is read/,
    ],
    ["on a turned photo", { ...SKY, image_rotation: 90 }, /drawn on the photo turned by 90 degrees/],
    [
      "of two corners",
      result("polygonlabels", { points: [[0, 0], [1, 1]], polygonlabels: ["sky"] }),
      /no such numbers/,
    ],
    [
      "whose brush is cut off",
      result("brushlabels", { format: "rle", rle: BRUSH.slice(0, 9), brushlabels: ["car"] }),
      /brush of "project-1.json, a.jpg": it is cut off/,
    ],
    [
      "whose brush is of another size",
      result("brushlabels", { format: "rle", rle: [0, 0, 0, 16, ...BRUSH.slice(4)], brushlabels: ["car"] }),
      /it is of 4 pixels, expected 4 × 2/,
    ],
    ["that is a box alone", BOX, /1 boxes and no outline/],
  ] as const
) {
  Deno.test(`openDataset() refuses Label Studio's region ${what}`, async () => {
    await assert.rejects(opened([task(1, "a.jpg", [region])], ["a.jpg"]), expected);
  });
}

Deno.test("openDataset() refuses a task of Label Studio whose photo is missing", async () => {
  await assert.rejects(
    opened([task(1, "/data/upload/1/12345678-z.jpg", [SKY])], ["a.jpg"]),
    /z.jpg" of "project-1.json"/,
  );
});
