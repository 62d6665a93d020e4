import assert from "node:assert/strict";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, photo, withFolder } from "../made_folders.ts";

const LABELS = ["background", "sky", "car"];

function cvat(...images: readonly string[]): string {
  const labels = LABELS.map((name) =>
    `<label><name>${name}</name><color>#fff</color><type>any</type><attributes></attributes></label>`
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n<!-- made by hand --><annotations><version>1.1</version>` +
    `<meta><task><labels>${
      labels.join("")
    }<label><name>joint</name><type>points</type></label></labels></task></meta>${
      images.join("\n")
    }</annotations>`;
}

function image(name: string, shapes = "", subset = ""): string {
  return `<image id="0" name="${name}" subset="${subset}" width="4" height="2">${shapes}</image>`;
}

const SKY = '<polygon label="sky" points="0,0;4,0;4,1;0,1" z_order="1"></polygon>';
const CAR = '<mask label="car" rle="1, 2, 1" left="1" top="0" width="2" height="2" z_order="0"></mask>';

async function labelsOf(
  files: Files,
): Promise<{ notes: string; maps: number[][]; classes: readonly string[] }> {
  return await withFolder(files, async (root) => {
    const dataset = await openDataset(root, { holdOut: false });
    const maps = dataset.val.map(async (item) => [...(await readLabelMap(dataset, item)).data]);
    return {
      notes: (dataset.notes ?? []).join("\n"),
      maps: await Promise.all(maps),
      classes: dataset.classes,
    };
  });
}

Deno.test("openDataset() draws CVAT's polygons, masks and ellipses by their z_order, and leaves boxes out", async () => {
  const shapes = [
    '<ellipse label="car" cx="3.5" cy="1.5" rx="0.6" ry="0.6" z_order="0"></ellipse>',
    '<box label="car" xtl="0" ytl="1" xbr="1" ybr="2"></box>',
    '<cuboid label="car" xtl1="1" ytl1="0" xbr1="2" ybr1="1" xtr1="2" ytr1="0" xbl1="1" ybl1="1"></cuboid>',
    '<polyline label="car" points="0,0;1,1"></polyline><tag label="car"></tag>',
  ];
  const { classes, maps, notes } = await labelsOf({
    "annotations.xml": cvat(image("a.jpg", SKY + CAR), image("x/b.jpg", shapes.join("")), image("c.jpg")),
    "images/a.jpg": photo(),
    "images/x/b.jpg": photo(),
    "images/c.jpg": photo(),
    "images/free.jpg": photo(),
  });
  assert.deepEqual(classes, LABELS);
  // runs go along the rows of the box: 1 outside, 2 inside, 1 outside; the sky lies above
  assert.deepEqual(maps, [[1, 1, 1, 1, 0, 2, 0, 0], [0, 255, 0, 0, 255, 0, 0, 2]]);
  assert.match(notes, /2 shapes without an area .* are left out/);
  assert.match(notes, /2 annotations are boxes without an outline/);
  assert.match(
    notes,
    /1 photos that label files list have no annotation and are unlabeled, first "images\/c.jpg"/,
  );
});

Deno.test("openDataset() takes CVAT's subsets for parts", async () => {
  const names = ["a", "b", "c"];
  const files = {
    "annotations.xml": cvat(
      ...names.map((name, i) => image(`${name}.jpg`, SKY, i === 2 ? "Validation" : "Train")),
    ),
    ...Object.fromEntries(names.map((name) => [`images/${name}.jpg`, photo()])),
  };
  await withFolder(files, async (root) => {
    const { train, val } = await openDataset(root);
    assert.deepEqual([train.length, val.map(({ id }) => id)], [2, ["images/c.jpg"]]);
  });
});

Deno.test("openDataset() gives no photo of CVAT's train the picture of another part", async () => {
  const files = {
    "annotations.xml": cvat(image("a.jpg", SKY, "Train"), image("m.jpg", SKY, "Train")),
    "images/Train/a.jpg": photo(),
    "images/Validation/m.jpg": photo(),
  };
  await assert.rejects(labelsOf(files), /"m.jpg" of "annotations.xml" has no photo/);
});

for (
  const [what, xml, expected] of [
    ["a video's tracks", cvat("<track id='0' label='car'></track>"), /1 tracks of a video.*CVAT for images/],
    ["cut XML", cvat(image("a.jpg", SKY)).slice(0, -30), /Cannot read ".*annotations.xml": .*expected XML/],
    [
      "damaged corners",
      cvat(image("a.jpg", SKY.replace("4,0", "x,0"))),
      /polygon of "a.jpg".*no such numbers/,
    ],
    [
      "runs beyond their box",
      cvat(image("a.jpg", CAR.replace("1, 2, 1", "1, 9")), image("b.jpg", SKY)),
      /they cover 10 pixels, expected 4/,
    ],
    ["a box beyond the photo", cvat(image("a.jpg", CAR.replace('left="1"', 'left="3"'))), /within 4 × 2/],
    [
      "a shape without a label",
      cvat(image("a.jpg", SKY.replace('label="sky"', ""))),
      /polygon of "a.jpg".*has no label/,
    ],
    [
      "a type that is not known",
      cvat(image("a.jpg", `<blob label="sky"></blob>${SKY}`)),
      /blob of "a.jpg".*no type that is known/,
    ],
    [
      "boxes alone",
      cvat(image("a.jpg", '<box label="car" xtl="0" ytl="1" xbr="1" ybr="2"/>')),
      /1 boxes and no outline/,
    ],
    ["a photo that is missing", cvat(image("z.jpg", SKY)), /"z.jpg" of "annotations.xml" has no photo/],
  ] as const
) {
  Deno.test(`openDataset() refuses CVAT's XML of ${what}`, async () => {
    const files = { "annotations.xml": xml, "images/a.jpg": photo(), "images/b.jpg": photo() };
    await assert.rejects(labelsOf(files), expected);
  });
}
