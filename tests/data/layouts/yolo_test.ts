import assert from "node:assert/strict";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, MASK, photo, withFolder } from "../made_folders.ts";

const NAMES = "path: ../x\ntrain: images/train\nval: images/val\nnames:\n  0: sky\n  1: car body\n";
/** The upper half is class 0, the right half of the lower one class 1. */
const OUTLINES = "0 0 0 1 0 1 0.5 0 0.5\n1 0.5 0.5 1 0.5 1 1 0.5 1\n";
const MAP = [1, 1, 1, 1, 0, 0, 2, 2];

interface Opened {
  readonly classes: readonly string[];
  readonly parts: readonly number[];
  readonly maps: readonly number[][];
  readonly notes: string;
}

async function opened(files: Files): Promise<Opened> {
  return await withFolder(files, async (root) => {
    const dataset = await openDataset(root);
    const { train, val, test, unlabeled, classes, notes } = dataset;
    const maps = train.map(async (item) => [...(await readLabelMap(dataset, item)).data]);
    return {
      classes,
      parts: [train, val, test, unlabeled].map((list) => list.length),
      maps: await Promise.all(maps),
      notes: (notes ?? []).join("\n"),
    };
  });
}

Deno.test("openDataset() reads YOLO's images/train and labels/train; without a text a photo is unlabeled", async () => {
  const { classes, parts, maps, notes } = await opened({
    "data.yaml": NAMES,
    "images/train/a.jpg": photo(),
    "labels/train/a.txt": OUTLINES,
    "images/train/b.x.jpg": photo(),
    "labels/train/b.x.txt": "",
    "images/train/free.jpg": photo(),
    "images/val/a.jpg": photo(),
    "labels/val/a.txt": OUTLINES,
  });
  assert.deepEqual(classes, ["background", "sky", "car body"]);
  assert.deepEqual(parts, [2, 1, 0, 1]);
  assert.deepEqual(maps, [MAP, [0, 0, 0, 0, 0, 0, 0, 0]]);
  assert.match(notes, /1 label files are empty: their photos are background as a whole/);
});

Deno.test("openDataset() reads Roboflow's folders of YOLO, and leaves boxes alone out", async () => {
  const { classes, parts, maps, notes } = await opened({
    "data.yaml": "names: [sky, car body]\nnc: 2\nroboflow: {version: 1}\n",
    "README.roboflow.txt": "exported",
    "train/images/a_jpg.rf.12ab.jpg": photo(),
    "train/labels/a_jpg.rf.12ab.txt": `${OUTLINES}0 0.125 0.75 0.25 0.5\n`,
    "valid/images/b.jpg": photo(),
    "valid/labels/b.txt": OUTLINES,
    "test/images/c.jpg": photo(),
    "test/labels/c.txt": OUTLINES,
  });
  assert.deepEqual(classes, ["background", "sky", "car body"]);
  assert.deepEqual(parts, [1, 1, 1, 0]);
  assert.deepEqual(maps, [[1, 1, 1, 1, 255, 0, 2, 2]]);
  assert.match(notes, /1 annotations are boxes without an outline/);
});

Deno.test("openDataset() reads YOLO of Label Studio and darknet: names a line each, photos beside", async () => {
  const studio = await opened({
    "classes.txt": "sky\n_background_\n",
    "notes.json": "{}",
    "images/a.jpg": photo(),
    "labels/a.txt": OUTLINES,
    "images/b.jpg": photo(),
    "labels/b.txt": OUTLINES,
  });
  assert.deepEqual(studio.classes, ["background", "sky"]);
  assert.deepEqual(studio.maps, [[1, 1, 1, 1, 0, 0, 0, 0]]);
  const darknet = await opened({
    "obj.names": "sky\ncar\n",
    "obj_train_data/a.jpg": photo(),
    "obj_train_data/a.txt": OUTLINES,
    "obj_train_data/b.jpg": photo(),
    "obj_train_data/b.txt": OUTLINES,
  });
  assert.deepEqual([darknet.classes, darknet.maps], [["background", "sky", "car"], [MAP]]);
});

Deno.test("openDataset() calls YOLO's classes by their numbers where nothing names them, and says so", async () => {
  const { classes, notes } = await opened({
    "images/a.jpg": photo(),
    "labels/a.txt": OUTLINES,
    "images/b.jpg": photo(),
    "labels/b.txt": OUTLINES,
  });
  assert.deepEqual(classes, ["background", "class 0", "class 1"]);
  assert.match(notes, /no "data.yaml" names the classes/);
});

Deno.test("openDataset() follows the parts that data.yaml says: folders of any name, lists of another machine", async () => {
  const pairs = (...paths: readonly string[]): Files =>
    Object.fromEntries(paths.flatMap((path) => [
      [`images/${path}.jpg`, photo()],
      [`labels/${path}.txt`, OUTLINES],
    ]));
  const classes = "names: [sky, car body]\n";
  const folders = await opened({
    "data.yaml": `${classes}path: /srv/set\ntrain: [images/a, ./images/b]\nval: /srv/set/images/c\n`,
    ...pairs("a/1", "b/2", "c/3"),
  });
  assert.deepEqual(folders.parts, [2, 1, 0, 0]);
  const lists = await opened({
    "data.yaml": `${classes}train: train.txt\nval: ../set/held.txt\ntest: gone/folder\n`,
    "train.txt": "data/images/1.jpg\ndata/images/2.jpg\n",
    "held.txt": "C:\\set\\images\\3.jpg\r\n",
    ...pairs("1", "2", "3"),
  });
  assert.deepEqual(lists.parts, [2, 1, 0, 0]);
  assert.doesNotMatch(lists.notes, /data.yaml/);
  assert.match(lists.notes, /every outline has four corners/);
  const gone = await opened({
    "data.yaml": `${classes}train: images\nval: ../elsewhere\n`,
    ...pairs("1", "2"),
  });
  assert.match(gone.notes, /"data.yaml" says val: ..\/elsewhere, which is not in the folder/);
});

Deno.test("openDataset() gives no label file of YOLO the photo of another folder, and reads CVAT's parts", async () => {
  const lost = {
    "data.yaml": NAMES,
    "labels/train/a.txt": OUTLINES,
    "images/train/b.jpg": photo(),
    "labels/train/b.txt": OUTLINES,
    "images/val/a.jpg": photo(),
    "labels/val/a.txt": OUTLINES,
  };
  await assert.rejects(opened(lost), /"a" of "labels\/train\/a.txt" has no photo/);
  const { parts } = await opened({
    "obj.names": "sky\ncar\n",
    "obj_Train_data/a.jpg": photo(),
    "obj_Train_data/a.txt": OUTLINES,
    "obj_Validation_data/b.jpg": photo(),
    "obj_Validation_data/b.txt": OUTLINES,
    "obj_Validation_data/c.jpg": photo(),
    "obj_Validation_data/c.txt": OUTLINES,
  });
  assert.deepEqual(parts, [1, 2, 0, 0]);
});

Deno.test("openDataset() takes masks beside photos before boxes of YOLO", async () => {
  const stems = ["1", "2", "3"];
  const { classes, notes } = await opened(Object.fromEntries(stems.flatMap((stem) => [
    [`${stem}.jpg`, photo()],
    [`${stem}_mask.png`, MASK],
    [`labels/${stem}.txt`, "0 0.5 0.5 1 1\n"],
  ])));
  assert.deepEqual([classes.length, /box/.test(notes)], [2, false]);
});

Deno.test("openDataset() takes photos of val that no label file tells of for none of train", async () => {
  const { parts, notes } = await opened({
    "data.yaml": NAMES,
    "images/train/a.jpg": photo(),
    "labels/train/a.txt": OUTLINES,
    "images/val/b.jpg": photo(),
    "labels/val/b.txt": OUTLINES,
    "images/val/bare.jpg": photo(),
  });
  assert.deepEqual(parts, [1, 1, 0, 0]);
  assert.match(notes, /1 images of images\/val without a mask not used, first "images\/val\/bare.jpg"/);
});

for (
  const [what, labels, names, expected] of [
    ["an odd number of coordinates", "0 0 0 1 0 1", NAMES, /line 1 has 5 numbers after the class/],
    ["coordinates in pixels", "\n0 0 0 64 0 64 48", NAMES, /line 2 has 64, which is no share of a side/],
    ["words", "0 0 0 1 0 1 1\nsky 0 0 1 0 1 1", NAMES, /line 2 is not of numbers/],
    ["a class that is not named", "2 0 0 1 0 1 1", NAMES, /has class 2, and "data.yaml" names 2/],
    ["boxes alone", "0 0.5 0.5 1 1", NAMES, /2 boxes and no outline, expected outlines/],
    ["YAML that is damaged", OUTLINES, "names: [sky, car", /Cannot read ".*data.yaml": .*expected YAML/],
    [
      "a class of a large number",
      "400000000 0 0 1 0 1 1",
      NAMES,
      /begins with 400000000, expected .* \(0 to 253\)/,
    ],
    ["key points", OUTLINES, `${NAMES}kpt_shape: [3, 2]\n`, /tells of key points/],
    ["a name twice", OUTLINES, "names: [car, car]", /names "car" twice/],
    ["names with an empty one", OUTLINES, 'names: [sky, ""]', /has no name for class 1/],
    ["names with a gap", OUTLINES, "names: {0: sky, 2: car}", /its names are .*expected a list, or a table/],
  ] as const
) {
  Deno.test(`openDataset() refuses YOLO's files with ${what}`, async () => {
    const first = what === "boxes alone" || /pixels|large/.test(what) ? labels : OUTLINES;
    const files = {
      "data.yaml": names,
      "images/a.jpg": photo(),
      "labels/a.txt": first,
      "images/b.jpg": photo(),
      "labels/b.txt": labels,
    };
    await assert.rejects(opened(files), expected);
  });
}
