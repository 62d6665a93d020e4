import assert from "node:assert/strict";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, greyPng, photo, rgbPng, withFolder } from "../made_folders.ts";

const SKY = [51, 221, 255] as const;
const CAR = [250, 50, 83] as const;
const LIST = "0 0 0\tbackground\n51 221 255\tsky\n250 50 83\tcar body\n";

/** Half sky, half car, in the colours of the list. */
const PAINTED = rgbPng(4, 2, [SKY, SKY, CAR, CAR]);
const NUMBERED = greyPng(4, 2, [1, 1, 2, 2, 1, 1, 2, 2]);

async function read(
  files: Files,
): Promise<{ classes: readonly string[]; layout?: string; labels: number[] }> {
  return await withFolder(files, async (root) => {
    const dataset = await openDataset(root);
    const { data } = await readLabelMap(dataset, dataset.train[0]!);
    assert.ok(dataset.val.length > 0);
    return { classes: dataset.classes, layout: dataset.layout, labels: [...data] };
  });
}

function camvid(mask: Uint8Array, names: Files): Files {
  return {
    "train/a.png": photo(),
    "train/b.png": photo(),
    "trainannot/a.png": mask,
    "trainannot/b.png": mask,
    "val/c.png": photo(),
    "valannot/c.png": mask,
    ...names,
  };
}

for (
  const [what, names] of [
    ["label_colors.txt", { "label_colors.txt": LIST }],
    [
      "class_dict.csv",
      { "class_dict.csv": "name,r,g,b\nbackground,0,0,0\nsky,51,221,255\n car body , 250, 50, 83\n" },
    ],
  ] as const
) {
  Deno.test(`openDataset() reads the classes of ${what}, of masks of colours and of masks of numbers`, async () => {
    for (const mask of [PAINTED, NUMBERED]) {
      const { classes, labels } = await read(camvid(mask, names));
      assert.deepEqual(classes, ["background", "sky", "car body"]);
      assert.deepEqual(labels, [1, 1, 2, 2, 1, 1, 2, 2]);
    }
  });
}

Deno.test("openDataset() leaves the void of a list with colours out, whatever the masks hold", async () => {
  const list = { "label_colors.txt": "51 221 255 sky\n0 0 0 Void\n250 50 83 car\n" };
  const painted = rgbPng(4, 2, [SKY, [0, 0, 0], CAR, CAR]);
  const numbered = greyPng(4, 2, [0, 1, 2, 2, 0, 1, 2, 255]);
  assert.deepEqual((await read(camvid(painted, list))).labels, [0, 255, 1, 1, 0, 255, 1, 1]);
  assert.deepEqual((await read(camvid(numbered, list))).labels, [0, 255, 1, 1, 0, 255, 1, 255]);
});

Deno.test("openDataset() reads KITTI's folders: numbers, beside them colours and instances that it passes over", async () => {
  const of = (part: string, stem: string): Files => ({
    [`${part}/image_2/${stem}.png`]: photo(),
    [`${part}/semantic/${stem}.png`]: NUMBERED,
    [`${part}/semantic_rgb/${stem}.png`]: PAINTED,
    [`${part}/instance/${stem}.png`]: greyPng(4, 2, [9, 9, 8, 8, 9, 9, 8, 8]),
  });
  const files = { ...of("train", "a"), ...of("train", "b"), ...of("val", "c"), "label_colors.txt": LIST };
  const { classes, labels } = await read(files);
  assert.deepEqual(classes, ["background", "sky", "car body"]);
  assert.deepEqual(labels, [1, 1, 2, 2, 1, 1, 2, 2]);
});

Deno.test("openDataset() reads classes of one's own in Cityscapes' folders", async () => {
  const of = (part: string, stem: string): Files => ({
    [`leftImg8bit/${part}/${stem}_leftImg8bit.png`]: photo(),
    [`gtFine/${part}/${stem}_gtFine_labelIds.png`]: NUMBERED,
    [`gtFine/${part}/${stem}_gtFine_color.png`]: PAINTED,
  });
  const { classes, layout, labels } = await read({
    ...of("train", "a"),
    ...of("val", "b"),
    "label_colors.txt": LIST,
  });
  assert.deepEqual(classes, ["background", "sky", "car body"]);
  assert.match(layout!, /CVAT/);
  assert.deepEqual(labels, [1, 1, 2, 2, 1, 1, 2, 2]);
});

Deno.test("openDataset() takes VOC's palette for names without colours, and no other colours", async () => {
  const voc = (mask: Uint8Array): Files => ({
    ...Object.fromEntries(["a", "b", "c"].flatMap((stem) => [
      [`JPEGImages/${stem}.png`, photo()],
      [`SegmentationClass/${stem}.png`, mask],
    ])),
    "labelmap.txt": "# label:color_rgb:parts:actions\nbackground:::\nsky:::\ntree:::\n",
  });
  const painted = rgbPng(4, 2, [[0, 0, 0], [128, 0, 0], [0, 128, 0], [224, 224, 192]]);
  assert.deepEqual((await read(voc(painted))).labels, [0, 1, 2, 255, 0, 1, 2, 255]);
  await assert.rejects(read(voc(rgbPng(4, 2, [SKY, CAR]))), /names alone/);
});

Deno.test('openDataset() holds photos out of CVAT\'s folders "default", which are in no part', async () => {
  const stems = ["a", "b", "c"];
  const of = (path: (stem: string) => Files): Files => Object.assign({}, ...stems.map(path));
  const list = { "label_colors.txt": LIST };
  const forms = [
    of((stem) => ({ [`default/${stem}.png`]: photo(), [`defaultannot/${stem}.png`]: PAINTED })),
    of((stem) => ({
      [`default/image_2/${stem}.png`]: photo(),
      [`default/semantic/${stem}.png`]: NUMBERED,
      [`default/instance/${stem}.png`]: NUMBERED,
    })),
    of((stem) => ({
      [`leftImg8bit/default/${stem}_leftImg8bit.png`]: photo(),
      [`gtFine/default/${stem}_gtFine_labelIds.png`]: NUMBERED,
    })),
  ];
  for (const files of forms) {
    const { classes, labels } = await read({ ...files, ...list });
    assert.deepEqual(classes, ["background", "sky", "car body"]);
    assert.deepEqual(labels, [1, 1, 2, 2, 1, 1, 2, 2]);
  }
});

Deno.test("openDataset() reads the columns of class_dict.csv by their names, and no table of another kind", async () => {
  const table = {
    "class_dict.csv": ",id,class_name,r,g,b,eval\n0,7,sky,51,221,255,1\n1,8,car,250,50,83,1\n",
  };
  const { classes, labels } = await read(camvid(PAINTED, table));
  assert.deepEqual([classes, labels], [["sky", "car"], [0, 0, 1, 1, 0, 0, 1, 1]]);
  const other = { "class_dict.csv": "class_id;label;hex\n0;sky;ffffff\n1;car;000000\n" };
  assert.deepEqual((await read(camvid(NUMBERED, other))).classes, ["class 0", "class 1", "class 2"]);
});

Deno.test("openDataset() takes a longer list of colours for that of other numbers", async () => {
  const more = { "label_colors.txt": `${LIST}1 2 3 road\n` };
  assert.deepEqual((await read(camvid(NUMBERED, more))).classes, ["class 0", "class 1", "class 2"]);
});

Deno.test("openDataset() reads photos of a folder that is called instance or semantic", async () => {
  for (const name of ["instance", "semantic"]) {
    const files = Object.fromEntries(["a", "b", "c"].flatMap((stem) => [
      [`${name}/${stem}.png`, photo()],
      [`masks/${stem}.png`, NUMBERED],
    ]));
    assert.equal((await read(files)).classes.length, 3);
  }
});
