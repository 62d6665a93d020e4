import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { greyPng, photo, withFolder } from "../made_folders.ts";

interface TestShape {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
  readonly shape_type?: string;
  readonly mask?: string;
}

function labelme(imagePath: string, ...shapes: TestShape[]): string {
  return JSON.stringify({
    version: "5.0.1",
    shapes,
    imagePath,
    imageData: null,
    imageHeight: 2,
    imageWidth: 4,
  });
}

const CAT: TestShape = { label: "cat", points: [[0, 0], [2, 0], [2, 2], [0, 2]], shape_type: "polygon" };
const DOG: TestShape = { label: "dog", points: [[3, 0], [4, 2]], shape_type: "rectangle" };

Deno.test("openDataset() draws labelme's shapes over each other, photos without a JSON are unlabeled", async () => {
  const bits = Buffer.from(greyPng(2, 1, [255, 0])).toString("base64");
  const files = {
    "a.jpg": photo(),
    "a.json": labelme("a.jpg", CAT, DOG),
    "b.jpg": photo(),
    "b.json": labelme("b.jpg", CAT, {
      label: "__ignore__",
      points: [[0, 0], [1, 1]],
      shape_type: "rectangle",
    }, {
      label: "_background_",
      points: [[0, 1], [4, 2]],
      shape_type: "rectangle",
    }, { label: "dog", points: [[2, 0], [3, 0]], shape_type: "mask", mask: bits }),
    "c.jpg": photo(),
    "c.json": labelme("c.jpg", { label: "dog", points: [[2, 1], [2, 2.2]], shape_type: "circle" }, {
      label: "cat",
      points: [[0, 0], [1, 1]],
      shape_type: "line",
    }),
    "d.jpg": photo(),
    "d.json": labelme("d.jpg"),
    "free.jpg": photo(),
  };
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual(dataset.classes, ["background", "cat", "dog"]);
    const labels = await Promise.all(
      dataset.val.map(async (item) => [...(await readLabelMap(dataset, item)).data]),
    );
    assert.deepEqual(labels, [
      [1, 1, 0, 2, 1, 1, 0, 2],
      [255, 1, 2, 0, 0, 0, 0, 0],
      [0, 2, 2, 0, 0, 2, 2, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    assert.deepEqual(dataset.unlabeled.map(({ id }) => id), ["free.jpg"]);
    const [empty, thin] = dataset.notes!;
    assert.match(
      empty!,
      /1 JSON files hold no shape: their photos are background as a whole, first "d\.json"/,
    );
    assert.match(
      thin!,
      /shapes without an area \(points, lines, outlines of two points\) are left out of 1 JSON files, first "c\.json"/,
    );
  });
});

Deno.test("openDataset() takes labelme's JSON of another folder, with backslashes, and the order of labels.txt", async () => {
  const files = {
    "photos/a.jpg": photo(),
    "photos/b.jpg": photo(),
    "json/a.json": labelme("..\\photos\\a.jpg", CAT),
    // older versions state no size
    "json/b.json": labelme("..\\photos\\b.jpg", DOG).replace(
      '"imageHeight":2,"imageWidth":4',
      '"imageData":null',
    ),
    "labels.txt": "__ignore__\n_background_\ndog\ncat\n",
  };
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root);
    assert.deepEqual(dataset.classes, ["background", "dog", "cat"]);
    assert.deepEqual([dataset.train.length, dataset.val.length], [1, 1]);
    const all = [...dataset.train, ...dataset.val].sort((a, b) => a.id < b.id ? -1 : 1);
    assert.deepEqual([...(await readLabelMap(dataset, all[1]!)).data], [0, 0, 0, 1, 0, 0, 0, 1]);
  });
});

Deno.test("openDataset() refuses labelme's JSON without a photo in the folder, and names that labels.txt lacks", async () => {
  const outside = {
    "secret.jpg": photo(),
    "set/b.jpg": photo(),
    "set/a.json": labelme("../secret.jpg", CAT),
    "set/b.json": labelme("b.jpg", CAT),
  };
  await withFolder(outside, async (root) => {
    await assert.rejects(
      openDataset(join(root, "set")),
      /"a\.json" has no photo, expected "\.\.\/secret\.jpg" in the folder/,
    );
  });
  const unnamed = { "a.jpg": photo(), "a.json": labelme("a.jpg", CAT), "labels.txt": "_background_\ndog\n" };
  await withFolder(unnamed, async (root) => {
    await assert.rejects(openDataset(root), /shapes are called "cat", which its file of class names lacks/);
  });
});

Deno.test("openDataset() reads rectangles of four corners and rotated ones, and tells of shapes that it leaves out", async () => {
  const corners = [[0, 0], [2, 0], [2, 2], [0, 2]] as const;
  const files = {
    "a.jpg": photo(),
    "a.json": labelme("a.jpg", { label: "cat ", points: corners, shape_type: "rectangle" }),
    "b.jpg": photo(),
    "b.json": labelme("b.jpg", { label: "cat", points: corners, shape_type: "rotation" }, {
      label: "cat",
      points: corners,
      shape_type: "cuboid",
    }, { label: "cat", points: corners.slice(0, 2), shape_type: "polygon" }),
  };
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    assert.deepEqual(dataset.classes, ["background", "cat"]);
    for (const item of dataset.val) {
      assert.deepEqual([...(await readLabelMap(dataset, item)).data], [1, 1, 0, 0, 1, 1, 0, 0]);
    }
    const [thin, unknown] = dataset.notes!;
    assert.match(thin!, /shapes without an area .* are left out of 1 JSON files, first "b\.json"/);
    assert.match(
      unknown!,
      /shapes of type "cuboid", which is not known, are left out of a JSON file, first "b\.json"/,
    );
  });
});

Deno.test("openDataset() refuses two JSON files of labelme for one photo, and shapes without a name", async () => {
  const files = {
    "a.jpg": photo(),
    "a.json": labelme("a.jpg", CAT),
    "b.jpg": photo(),
    "b.json": labelme("a.jpg", DOG),
  };
  await withFolder(files, async (root) => {
    await assert.rejects(
      openDataset(root),
      /"a\.json" and "b\.json" are both of "a\.jpg" by their imagePath, expected one/,
    );
  });
  await withFolder({ ...files, "b.json": labelme("b.jpg", { ...CAT, label: " " }) }, async (root) => {
    await assert.rejects(
      openDataset(root),
      /a shape of "b\.json" has an empty label, expected the name of its class/,
    );
  });
});
