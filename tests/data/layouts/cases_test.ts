/** Data as people have it: each case beside the project, and two more of its kind. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkDataset } from "../../../src/data/check_dataset.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { missingData, sharedPath, testUnless } from "../../support.ts";
import { type Files, greyPng, MASK, palettePng, photo, rgbPng, withFolder } from "../made_folders.ts";

/** What a folder must be understood as. */
interface Expected {
  readonly layout: RegExp;
  readonly classes: readonly string[];
  /** Train, unlabeled, val, test. */
  readonly counts: readonly [number, number, number, number];
  /** Of the report's notes. */
  readonly note?: RegExp;
  /** Of the labeled pixels, where the masks are the case's own. */
  readonly shares?: readonly number[];
}

async function understood(folder: string, expected: Expected): Promise<Dataset> {
  const dataset = await openDataset(folder);
  const { text, classShares } = await checkDataset(dataset);
  const { train, unlabeled, val, test } = dataset;
  assert.match(dataset.layout!, expected.layout);
  assert.deepEqual(dataset.classes, expected.classes);
  assert.deepEqual([train.length, unlabeled.length, val.length, test.length], expected.counts);
  if (expected.note === undefined) assert.doesNotMatch(text, /matched by a rule/);
  else assert.match(text, expected.note);
  expected.shares?.forEach((share, label) => assert.ok(Math.abs(classShares[label]! - share) < 6e-4, text));
  return dataset;
}

const EXPORT = /VOC's form/;
const FOLDERS = /folders of photos and masks/;
const THREE = ["class 0", "class 1", "class 2"];
const SHARES = [0.711, 0.129, 0.160];

const CASES: Readonly<Record<string, Expected>> = {
  "01-labelme-voc": {
    layout: EXPORT,
    classes: ["_background_", "apple", "leaf"],
    counts: [4, 3, 1, 0],
    shares: SHARES,
  },
  "02-cvat-mask11": {
    layout: EXPORT,
    classes: ["Cat", "background", "Dog"],
    counts: [4, 3, 1, 0],
    shares: [0.129, 0.711, 0.160],
  },
  "66-voc-own": { layout: EXPORT, classes: THREE, counts: [4, 2, 2, 0] },
  "G3-labelme-lists-added": {
    layout: EXPORT,
    classes: ["_background_", "apple", "leaf"],
    counts: [6, 0, 2, 0],
  },
  "05-roboflow": {
    layout: /Roboflow/,
    classes: ["background", "apple", "leaf"],
    counts: [5, 0, 2, 1],
    note: /called "\*_mask"/,
  },
  "38-supervisely": {
    layout: /Supervisely/,
    classes: ["background", "a", "class 2"],
    counts: [4, 3, 1, 0],
    note: /"photo\.jpg\.png"/,
    shares: SHARES,
  },
  "39-labelstudio": {
    layout: /Label Studio/,
    classes: ["background", "Road", "Tree"],
    counts: [5, 0, 1, 0],
    note: /masks name tasks and no photos: .* task 1 with "images\/3f2a-photo_0\.jpg"/,
  },
  "40-mmseg": { layout: /mmseg/, classes: THREE, counts: [6, 0, 2, 0] },
  "40c-train-images": { layout: /folders train, val and test/, classes: THREE, counts: [6, 0, 2, 0] },
  "10-ade": { layout: FOLDERS, classes: [...THREE, "class 3"], counts: [5, 2, 1, 0] },
  "A4-train-val-folders": { layout: /folders train, val and test/, classes: THREE, counts: [5, 3, 3, 0] },
  "H17-test": { layout: FOLDERS, classes: ["class 0", "class 255"], counts: [8, 0, 2, 0] },
  "09-suffix-mask": {
    layout: FOLDERS,
    classes: ["class 0", "class 255"],
    counts: [4, 3, 1, 0],
    note: /masks are called "\*_segmentation" where photos are called "\*"/,
  },
  "09b-jpgpng": {
    layout: FOLDERS,
    classes: THREE,
    counts: [4, 3, 1, 0],
    note: /"photo\.jpg\.png"/,
    shares: SHARES,
  },
  "51-case": { layout: FOLDERS, classes: THREE, counts: [4, 3, 1, 0], note: /upper and lower case differ/ },
  "53-mask-in-images": {
    layout: FOLDERS,
    classes: THREE,
    counts: [4, 3, 1, 0],
    note: /5 pictures of "images" are masks by their names and not used, first "0_mask\.png"/,
    shares: SHARES,
  },
};

for (const [name, expected] of Object.entries(CASES)) {
  const path = `cases/data/${name}`;
  testUnless(missingData(path), `openDataset() understands ${name}`, async () => {
    await understood(sharedPath(path)!, expected);
  });
}

testUnless(
  missingData("cases/data/H17-test"),
  "openDataset() puts every pair into val where none is held out",
  async () => {
    const { train, val } = await openDataset(sharedPath("cases/data/H17-test")!, { holdOut: false });
    assert.deepEqual([train.length, val.length], [0, 10]);
  },
);

/** A photo for each name, and a mask for each of the others. */
function named(photos: readonly string[], masks: readonly string[], mask: Uint8Array = MASK): Files {
  return Object.fromEntries([...photos.map((path) => [path, photo()]), ...masks.map((path) => [path, mask])]);
}

const EIGHT = Array.from({ length: 8 }, (_, i) => `p${i}`);
const FIVE = EIGHT.slice(0, 5);
const PALETTE = palettePng(4, 2, [0, 0, 1, 1, 0, 1, 0, 1], [[0, 0, 0], [128, 0, 0]]);
const TWO = ["class 0", "class 1"];

type Case = readonly [kind: string, Files, Expected];

/** More of each kind; the numbers are those of the cases beside the project. */
const MORE: readonly Case[] = [
  [
    "01: labelme's arrays in SegmentationClass and its pictures beside",
    {
      ...named(
        EIGHT.map((n) => `JPEGImages/${n}.jpg`),
        FIVE.map((n) => `SegmentationClassPNG/${n}.png`),
        PALETTE,
      ),
      "SegmentationClass/p0.npy": "array",
      "class_names.txt": "_background_\nweed\n",
    },
    { layout: EXPORT, classes: ["_background_", "weed"], counts: [4, 3, 1, 0] },
  ],
  [
    "01: labelme's example photos have VOC's names",
    {
      ...named(["JPEGImages/2011_000003.jpg", "JPEGImages/2011_000006.jpg"], [
        "SegmentationClass/2011_000003.png",
        "SegmentationClass/2011_000006.png",
      ], PALETTE),
      "class_names.txt": "__ignore__\n_background_\nperson",
    },
    { layout: EXPORT, classes: ["_background_", "person"], counts: [1, 0, 1, 0] },
  ],
  [
    "02: CVAT's lists of subsets, and a label that is left out",
    {
      ...named(EIGHT.map((n) => `JPEGImages/sub/${n}.jpg`), []),
      ...named(
        [],
        EIGHT.map((n) => `SegmentationClass/sub/${n}.png`),
        rgbPng(4, 2, [[0, 0, 0], [9, 9, 9], [250, 1, 2]]),
      ),
      "labelmap.txt":
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroof: tiles:250,1,2::\nignored:9,9,9::\n",
      "ImageSets/Segmentation/Train.txt": "sub/p0\nsub/p1\nsub/p2\n",
      "ImageSets/Segmentation/Validation.txt": "sub/p3\nsub/p4\n",
    },
    { layout: EXPORT, classes: ["background", "roof: tiles"], counts: [3, 0, 2, 0] },
  ],
  [
    "02: a labelmap with palette masks and VOC's borders",
    {
      ...named(
        FIVE.map((n) => `JPEGImages/${n}.jpg`),
        FIVE.map((n) => `SegmentationClass/${n}.png`),
        palettePng(4, 2, [0, 0, 1, 1, 2, 1, 0, 1], [[0, 0, 0], [128, 0, 0], [224, 224, 192]]),
      ),
      "labelmap.txt": "background:0,0,0::\nhead:128,0,0::\n",
    },
    { layout: EXPORT, classes: ["background", "head"], counts: [4, 0, 1, 0] },
  ],
  [
    "66: lists of paths with endings",
    {
      ...named(
        EIGHT.map((n) => `JPEGImages/${n}.jpg`),
        EIGHT.map((n) => `SegmentationClass/${n}.png`),
        PALETTE,
      ),
      "ImageSets/Segmentation/train.txt": "JPEGImages/p0.jpg SegmentationClass/p0.png\nJPEGImages/p1.jpg\n",
      "ImageSets/Segmentation/val.txt": "p2.jpg\n",
    },
    { layout: EXPORT, classes: TWO, counts: [2, 0, 1, 0], note: /5 images with masks outside of train/ },
  ],
  [
    "66: only a list of train",
    {
      ...named(
        EIGHT.map((n) => `JPEGImages/${n}.jpg`),
        FIVE.map((n) => `SegmentationClass/${n}.png`),
        PALETTE,
      ),
      "ImageSets/Segmentation/train.txt": FIVE.join("\n"),
    },
    { layout: EXPORT, classes: TWO, counts: [4, 3, 1, 0] },
  ],
  [
    "05: Roboflow without parts",
    {
      ...named(FIVE.map((n) => `${n}_jpg.rf.1a.jpg`), FIVE.map((n) => `${n}_jpg.rf.1a_mask.png`)),
      "_classes.csv": "Pixel Value, Class\r\n0, unlabeled\r\n1, crack, deep\r\n",
    },
    { layout: /Roboflow/, classes: ["unlabeled", "crack, deep"], counts: [4, 0, 1, 0], note: /"\*_mask"/ },
  ],
  [
    "05: Roboflow with numbers that have gaps",
    {
      ...named(
        ["train/a.jpg", "valid/b.jpg"],
        ["train/a_mask.png", "valid/b_mask.png"],
        greyPng(4, 2, [1, 1, 4, 4, 1, 1, 4, 4]),
      ),
      "train/_classes.csv": "Pixel Value, Class\n1, soil\n4, root\n",
      "valid/_classes.csv": "Pixel Value, Class\n1, soil\n4, root\n",
    },
    { layout: /Roboflow/, classes: ["soil", "root"], counts: [1, 0, 1, 0], note: /"\*_mask"/ },
  ],
  [
    "38: Supervisely's masks with all titles, in two data sets of parts",
    {
      ...named(["train/img/a.jpg", "train/img/free.jpg", "val/img/b.png"], [
        "train/masks_machine/a.jpg.png",
        "val/masks_machine/b.png.png",
      ]),
      "meta.json": '{"classes": [{"title": "boat", "color": "#0a0B0c"}, {"title": "buoy"}]}',
    },
    {
      layout: /Supervisely/,
      classes: ["background", "boat", "buoy"],
      counts: [1, 1, 1, 0],
      note: /"photo\.jpg\.png"/,
    },
  ],
  [
    "39: Label Studio with its JSON, which tells the photos in another order",
    {
      ...named(["images/b.jpg", "images/a.jpg", "images/free.jpg"], [
        "task-7-annotation-1-by-me-tag-Road-0.png",
        "task-9-annotation-2-by-me-tag-Tree-0.png",
      ]),
      "export.json": JSON.stringify([
        { id: 7, data: { image: "/data/upload/1/b.jpg" } },
        { id: 9, data: { image: "http://host/get?file=images%2Fa.jpg" } },
      ]),
    },
    { layout: /Label Studio/, classes: ["background", "Road", "Tree"], counts: [1, 1, 1, 0] },
  ],
  [
    "38: Supervisely with one data set inside of the project",
    {
      ...named(EIGHT.map((n) => `ds0/img/${n}.jpg`), FIVE.map((n) => `ds0/masks_machine/${n}.png`)),
      "meta.json": '{"classes": [{"title": "crack", "color": "#ff0000"}]}',
    },
    { layout: /Supervisely/, classes: ["background", "crack"], counts: [4, 3, 1, 0] },
  ],
  [
    "39: Label Studio's masks of one label, in a folder of their own",
    named(["images/x-a.jpg", "images/y-b.jpg", "images/z-c.jpg"], [
      "masks/task-1-annotation-1-by-1-tag-Crack-0.png",
      "masks/task-2-annotation-2-by-1-tag-Crack-0.png",
      "masks/task-3-annotation-3-by-1-tag-Crack-0.png",
    ]),
    {
      layout: /Label Studio/,
      classes: ["background", "Crack"],
      counts: [2, 0, 1, 0],
      note: /masks name tasks and no photos/,
    },
  ],
  [
    "39: a task of Label Studio that two people labeled",
    named(["images/x-a.jpg", "images/y-b.jpg"], [
      "masks/task-1-annotation-1-by-1-tag-Crack-0.png",
      "masks/task-1-annotation-4-by-2-tag-Crack-0.png",
      "masks/task-2-annotation-2-by-1-tag-Crack-0.png",
    ]),
    {
      layout: /Label Studio/,
      classes: ["background", "Crack"],
      counts: [1, 0, 1, 0],
      note: /1 tasks have several annotations, of which the newest counts, first task 1/,
    },
  ],
  [
    "G3: lists with endings, which name some of labelme's photos",
    {
      ...named(
        EIGHT.map((n) => `JPEGImages/${n}.jpg`),
        EIGHT.map((n) => `SegmentationClass/${n}.png`),
        PALETTE,
      ),
      "class_names.txt": "_background_\nweed\n",
      "ImageSets/Segmentation/train.txt": "p0.jpg\np1.jpg\np2.jpg\n",
      "ImageSets/Segmentation/val.txt": "p3.jpg\n",
    },
    { layout: EXPORT, classes: ["_background_", "weed"], counts: [3, 0, 1, 0], note: /4 images with masks/ },
  ],
  [
    "G3: lists that somebody wrote on Windows",
    {
      ...named(
        EIGHT.map((n) => `JPEGImages/${n}.jpg`),
        FIVE.map((n) => `SegmentationClass/${n}.png`),
        PALETTE,
      ),
      "class_names.txt": "_background_\r\nweed\r\n",
      "ImageSets/Segmentation/train.txt": "p0\r\np1\r\np2\r\np5\r\n",
      "ImageSets/Segmentation/val.txt": "p3\r\np4\r\n",
    },
    { layout: EXPORT, classes: ["_background_", "weed"], counts: [3, 3, 2, 0] },
  ],
  [
    "40: mmseg's ending of label maps",
    named(["img_dir/train/a.png", "img_dir/val/b.png"], [
      "ann_dir/train/a_labelTrainIds.png",
      "ann_dir/val/b_labelTrainIds.png",
    ]),
    { layout: /mmseg/, classes: TWO, counts: [1, 0, 1, 0], note: /"\*_labelTrainIds"/ },
  ],
  [
    "40: mmseg without parts, with names of classes",
    {
      ...named(EIGHT.map((n) => `img_dir/${n}.jpg`), FIVE.map((n) => `ann_dir/${n}.png`)),
      "classes.txt": "sea\nland\n",
    },
    { layout: /mmseg/, classes: ["sea", "land"], counts: [4, 3, 1, 0] },
  ],
  [
    "40c: training and validation, image and label",
    named([
      "training/image/a.jpg",
      "training/image/free.jpg",
      "validation/image/a.jpg",
      "testing/image/a.jpg",
    ], [
      "training/label/a.png",
      "validation/label/a.png",
      "testing/label/a.png",
    ]),
    { layout: /folders train, val and test/, classes: TWO, counts: [1, 1, 1, 1] },
  ],
  [
    "40c: train beside trainannot, as CamVid is given away",
    named(["train/a.png", "val/b.png", "test/c.png"], [
      "trainannot/a.png",
      "valannot/b.png",
      "testannot/c.png",
    ]),
    { layout: /folders train, val and test/, classes: TWO, counts: [1, 0, 1, 1] },
  ],
  [
    "40c: train_images beside train_masks",
    named(["train_images/a.png", "train_images/free.png", "val_images/b.png"], [
      "train_masks/a.png",
      "val_masks/b.png",
    ]),
    { layout: /folders train, val and test/, classes: TWO, counts: [1, 1, 1, 0] },
  ],
  [
    "10: ADE20K as it is given away, 0 left out",
    {
      ...named(["images/training/a.jpg", "images/validation/b.jpg"], []),
      ...named(
        [],
        ["annotations/training/a.png", "annotations/validation/b.png"],
        greyPng(4, 2, [0, 1, 2, 1, 2, 1, 2, 1]),
      ),
      "objectInfo150.txt":
        "Idx\tRatio\tTrain\tVal\tName\n1\t0.2\t1\t1\twall\n2\t0.1\t1\t1\tbuilding, edifice\n",
    },
    {
      layout: /ADE20K/,
      classes: ["wall", "building"],
      counts: [1, 0, 1, 0],
      note: /0 is left out of the masks/,
    },
  ],
  [
    "10: images and annotations without a table",
    named(["images/training/a.jpg", "images/validation/b.jpg"], [
      "annotations/training/a.png",
      "annotations/validation/b.png",
    ]),
    { layout: FOLDERS, classes: TWO, counts: [1, 0, 1, 0] },
  ],
  [
    "A4: only train and test",
    named(
      FIVE.flatMap((n) => [`train/images/${n}.jpg`, `test/images/${n}.jpg`]),
      FIVE.flatMap((n) => [`train/masks/${n}.png`, `test/masks/${n}.png`]),
    ),
    { layout: /folders train, val and test/, classes: TWO, counts: [4, 0, 1, 5] },
  ],
  [
    "A4: val beside the photos and masks of train",
    named([...FIVE.map((n) => `images/${n}.jpg`), "val/images/a.jpg"], [
      ...FIVE.map((n) => `masks/${n}.png`),
      "val/masks/a.png",
    ]),
    { layout: /folders train, val and test/, classes: TWO, counts: [5, 0, 1, 0] },
  ],
  [
    "A4: train and eval",
    named(["train/images/a.jpg", "eval/images/b.jpg"], ["train/masks/a.png", "eval/masks/b.png"]),
    { layout: /folders train, val and test/, classes: TWO, counts: [1, 0, 1, 0] },
  ],
  [
    "A4: photos and masks beside train and val",
    named(["train/images/a.jpg", "val/images/a.jpg", "images/b.jpg"], [
      "train/masks/a.png",
      "val/masks/a.png",
      "masks/b.png",
    ]),
    {
      layout: /folders train, val and test/,
      classes: TWO,
      counts: [1, 0, 1, 0],
      note: /"images" and "masks" beside the parts' folders are not used/,
    },
  ],
  [
    "A4: parts below images and masks, and photos of no part",
    named(["images/train/a.jpg", "images/train/free.jpg", "images/val/a.jpg", "images/more.jpg"], [
      "masks/train/a.png",
      "masks/val/a.png",
    ]),
    { layout: FOLDERS, classes: TWO, counts: [1, 2, 1, 0] },
  ],
  [
    "09: a word before, another ending of photos",
    named(EIGHT.map((n) => `images/${n}_sat.jpg`), FIVE.map((n) => `masks/${n}_mask.png`)),
    {
      layout: FOLDERS,
      classes: TWO,
      counts: [4, 3, 1, 0],
      note: /"\*_mask" where photos are called "\*_sat"/,
    },
  ],
  [
    "09: mask_1 of img_1",
    named(EIGHT.map((n) => `images/img_${n}.jpg`), FIVE.map((n) => `masks/mask_${n}.png`)),
    {
      layout: FOLDERS,
      classes: TWO,
      counts: [4, 3, 1, 0],
      note: /"mask_\*" where photos are called "img_\*"/,
    },
  ],
  [
    "09b: photo.jpg_mask.png",
    named(EIGHT.map((n) => `images/${n}.jpg`), FIVE.map((n) => `masks/${n}.jpg_mask.png`)),
    { layout: FOLDERS, classes: TWO, counts: [4, 3, 1, 0], note: /"photo\.jpg_mask\.png"/ },
  ],
  [
    "09b: photo.jpeg.PNG in folders",
    named(EIGHT.map((n) => `images/a/${n}.jpeg`), FIVE.map((n) => `masks/a/${n}.jpeg.PNG`)),
    { layout: FOLDERS, classes: TWO, counts: [4, 3, 1, 0], note: /"photo\.jpg\.png"/ },
  ],
  [
    "51: letter case and a suffix",
    named(EIGHT.map((n) => `Images/${n.toUpperCase()}.JPG`), FIVE.map((n) => `Masks/${n}_Mask.png`)),
    {
      layout: FOLDERS,
      classes: TWO,
      counts: [4, 3, 1, 0],
      note: /"\*_mask" .*, and upper and lower case differ/,
    },
  ],
  [
    "51: letter case of folders below",
    named(EIGHT.map((n) => `images/Field/${n}.jpg`), FIVE.map((n) => `masks/field/${n}.png`)),
    { layout: FOLDERS, classes: TWO, counts: [4, 3, 1, 0], note: /upper and lower case differ/ },
  ],
  [
    "53: masks beside photos and no other folder",
    named(EIGHT.map((n) => `${n}.jpg`), FIVE.map((n) => `${n}_mask.png`)),
    { layout: /masks beside their photos/, classes: TWO, counts: [4, 3, 1, 0], note: /"\*_mask"/ },
  ],
  ...([
    ["53: a word for photos too", "*_sat.jpg", "*_mask.png"],
    ["53: a word before", "image_*.jpg", "mask_*.png"],
    ["53: a word before the number", "img*.jpg", "mask*.png"],
    ["53: words of other letter case", "Image_*.jpg", "Mask_*.png"],
  ] as const).map(([what, image, mask], i): Case => [
    what,
    named(
      EIGHT.map((_, n) => image.replace("*", String(n))),
      FIVE.map((_, n) => mask.replace("*", String(n))),
    ),
    {
      layout: /masks beside their photos/,
      classes: TWO,
      counts: [4, 3, 1, 0],
      note: i === 3 ? /"mask_\*" .*, and upper and lower case differ/ : /masks are called "\*?_?mask_?\*?"/,
    },
  ]),
  [
    "53: a folder of masks in that of photos",
    named(
      EIGHT.map((n) => `images/${n}.jpg`),
      FIVE.flatMap((n) => [`masks/${n}.png`, `images/masks/${n}.png`]),
    ),
    {
      layout: FOLDERS,
      classes: TWO,
      counts: [4, 3, 1, 0],
      note: /5 pictures of "images" are masks by their names and not used, first "masks\/p0\.png"/,
    },
  ],
];

/** H17's kind: what `eval --data` opens holds nothing out, whatever the layout. */
const WHOLE: readonly (readonly [what: string, files: Files, pairs: number])[] = [
  ["masks beside photos", named(EIGHT.map((n) => `${n}.jpg`), FIVE.map((n) => `${n}_mask.png`)), 5],
  [
    "labelme's export",
    named(EIGHT.map((n) => `JPEGImages/${n}.jpg`), EIGHT.map((n) => `SegmentationClass/${n}.png`), PALETTE),
    8,
  ],
];

for (const [what, files, pairs] of WHOLE) {
  Deno.test(`openDataset() holds nothing out of ${what} where all is to be evaluated`, async () => {
    await withFolder(files, async (root) => {
      const { train, val } = await openDataset(root, { holdOut: false });
      assert.deepEqual([train.length, val.length].sort((a, b) => a - b), [0, pairs]);
    });
  });
}

for (const [kind, files, expected] of MORE) {
  Deno.test(`openDataset() understands more of ${kind}`, async () => {
    await withFolder(files, async (root) => void await understood(root, expected));
  });
}

Deno.test("openDataset() leaves thumbnails and systems' own folders out", async () => {
  const files = named([
    ...FIVE.map((n) => `images/${n}.jpg`),
    "images/@eaDir/p0.jpg/SYNOPHOTO_THUMB_M.jpg",
    "images/__MACOSX/p0.jpg",
  ], FIVE.map((n) => `masks/${n}.png`));
  await withFolder(files, async (root) => {
    await understood(root, { layout: FOLDERS, classes: TWO, counts: [4, 0, 1, 0] });
  });
});

Deno.test("openDataset() refuses masks of Label Studio that cannot be told apart", async () => {
  const files = named(["images/a.jpg", "images/b.jpg", "images/c.jpg"], [
    "masks/task-1-annotation-1-by-1-tag-Road-0.png",
    "masks/task-4-annotation-2-by-1-tag-Road-0.png",
  ]);
  await withFolder(files, async (root) => {
    await assert.rejects(
      openDataset(root),
      /name tasks \(2, first 1\) and no photos \(3\), expected its JSON export/,
    );
  });
});

Deno.test("openDataset() takes no rule of names where two fit or none fits all", async () => {
  const two = named(["images/a.jpg", "images/a_mask2.jpg", "images/b.jpg"], [
    "masks/a_x_mask.png",
    "masks/b_seg.png",
  ]);
  await withFolder(two, async (root) => {
    await assert.rejects(openDataset(root), /"masks\/a_x_mask\.png" has no image/);
  });
});

Deno.test("openDataset() shows the lines of a dataset.toml where nothing fits", async () => {
  await withFolder({ "notes/a.txt": "", "inner/images/a.jpg": photo() }, async (root) => {
    await assert.rejects(openDataset(join(root, "notes")), (error: Error) => {
      assert.match(error.message, /nothing in it tells its layout, expected a "dataset\.toml"; /);
      assert.match(error.message, /"img_dir" and "ann_dir" \(mmseg\)/);
      assert.match(error.message, /\n {2}train = "train\.txt"/);
      return true;
    });
  });
});

Deno.test("openDataset() says what an export lacks, and which folder inside would be taken", async () => {
  const bare = {
    ...named([], FIVE.map((n) => `SegmentationClass/${n}.png`)),
    "labelmap.txt": "a:0,0,0::\nb:1,1,1::",
  };
  await withFolder(bare, async (root) => {
    await assert.rejects(
      openDataset(root),
      /it has masks as VOC and no "JPEGImages", expected the photos there/,
    );
  });
  await withFolder({ "one/dataset.toml": "", "two/dataset.toml": "" }, async (root) => {
    await assert.rejects(
      openDataset(root),
      /\/one" or "[^"]*\/two" would be taken; a "dataset\.toml" holds such lines/,
    );
  });
});

Deno.test("openDataset() takes the only folder in a folder, as archives hold it", async () => {
  const files = {
    ...named(EIGHT.map((n) => `my set/images/${n}.jpg`), FIVE.map((n) => `my set/masks/${n}.png`)),
    "readme.txt": "",
  };
  await withFolder(files, async (root) => {
    await understood(root, {
      layout: FOLDERS,
      classes: TWO,
      counts: [4, 3, 1, 0],
      note: /lies in "my set", the only/,
    });
  });
});
