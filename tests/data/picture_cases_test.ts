/** Small inputs that people had trouble with: those of ../shared/cases, and two more of each kind. */
import assert from "node:assert/strict";
import { encode } from "fast-png";
import { checkDataset } from "../../src/data/check_dataset.ts";
import type { CheckReport } from "../../src/data/check_report.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { withoutMaskPhotos } from "../../src/data/masks/mask_among_photos.ts";
import { openDataset } from "../../src/data/open_dataset.ts";
import { readImage, readLabeled } from "../../src/data/read_item.ts";
import { encodeRgbJpeg } from "../../src/formats/jpeg_decoder.ts";
import { readFileSync } from "node:fs";
import { projectPath, sharedPath } from "../support.ts";
import { type Files, greyPng, rgbPng, withFolder } from "./made_folders.ts";

const [WIDTH, HEIGHT] = [48, 40];
const PIXELS = WIDTH * HEIGHT;

/** A photo of many colours. */
function photo(width = WIDTH, height = HEIGHT): Uint8Array {
  return rgbPng(
    width,
    height,
    Array.from({ length: 211 }, (_, k) => [(k * 29) % 256, (k * 57) % 256, (k * 83) % 256]),
  );
}

/** A mask whose first pixels have other values than `rest`. */
function mask(rest: number, ...runs: readonly (readonly [value: number, pixels: number])[]): Uint8Array {
  const values = new Array<number>(PIXELS).fill(rest);
  let at = 0;
  for (const [value, pixels] of runs) {
    values.fill(value, at, at + pixels);
    at += pixels;
  }
  return greyPng(WIDTH, HEIGHT, values);
}

/** Photos for masks in turn, and one without. */
function folder(masks: readonly Uint8Array[], more: Files = {}): Files {
  return {
    ...Object.fromEntries(masks.map((_, i) => [`images/${i}.png`, photo()])),
    ...Object.fromEntries(masks.map((bytes, i) => [`masks/${i}.png`, bytes])),
    "images/free.png": photo(),
    ...more,
  };
}

interface Opened {
  readonly dataset: Dataset;
  readonly report: CheckReport;
}

async function open(path: string): Promise<Opened> {
  const dataset = await withoutMaskPhotos(await openDataset(path));
  return { dataset, report: await checkDataset(dataset) };
}

/** Tests a case of ../shared/cases and more of its kind. */
function kind(
  name: string,
  shared: string,
  made: readonly Files[],
  holds: (path: string, isShared: boolean, place: number) => Promise<void>,
): void {
  const path = sharedPath(`cases/data/${shared}`);
  Deno.test({
    name: `${name}: case ${shared}${path === undefined ? " [skipped: ../shared/cases is missing]" : ""}`,
    ignore: path === undefined,
    fn: () => holds(path!, true, -1),
  });
  made.forEach((files, i) => {
    Deno.test(`${name}: made ${i + 1}`, () => withFolder(files, (root) => holds(root, false, i)));
  });
}

function refused(...texts: readonly RegExp[]): (path: string) => Promise<void> {
  return async (path) => {
    await assert.rejects(open(path), (error: Error) => {
      assert.equal(error.name, "DatasetError", String(error.stack));
      for (const text of texts) assert.match(error.message, text);
      return true;
    });
  };
}

const BINARY = mask(0, [255, 500]);

kind("masks of 0 and 255 with a few stray pixels are refused", "74-0-255-plus-1px", [
  folder([BINARY, BINARY, BINARY, mask(0, [255, 500], [2, 1])]),
  folder(Array<Uint8Array>(5).fill(mask(0, [255, 700], [1, 3]))),
], refused(/values = \[0, 255\]/, /ignore = \[255\]/));

kind("a class that is 255 and was not described so is refused", "A1-toml-binary-255", [
  folder([BINARY, BINARY, BINARY], { "dataset.toml": 'classes = ["ground", "thing"]\n' }),
  folder([mask(0, [255, 90]), BINARY, BINARY], { "classes.txt": "ground\nthing\n" }),
], refused(/no mask holds a pixel of "(crack|thing)", while 255/, /values = \[0, 255\]/));

kind("masks of two exports are refused", "A7-some-1bit", [
  folder([BINARY, BINARY, mask(0, [1, 500]), mask(0, [1, 400])]),
  folder([BINARY, mask(0, [1, 500]), mask(0, [1, 400], [2, 100]), mask(0, [2, 9])]),
], refused(/hold 255 and no other value besides 0/, /values = \[0, 255\]/));

kind("two exports that a description names are refused", "A7-some-1bit", [
  folder([BINARY, BINARY, mask(0, [1, 500])], { "dataset.toml": 'classes = ["ground", "thing"]\n' }),
], refused(/values = \[0, 255\]/));

Deno.test("255 beside class numbers is no label", async () => {
  const border = mask(0, [1, 300], [2, 100], [255, 50]);
  await withFolder(folder([border, border, border, mask(0, [255, 40])]), async (root) => {
    const { dataset } = await open(root);
    assert.deepEqual([dataset.classes.length, dataset.maskRule.ignore], [3, [255]]);
  });
});

kind("scribbles are classes beside 255", "17-scribbles", [
  folder(Array<Uint8Array>(4).fill(mask(255, [0, 6], [1, 6]))),
  folder(Array<Uint8Array>(4).fill(mask(255, [0, 20], [1, 5], [2, 8]))),
], async (path, _, place) => {
  const { dataset, report } = await open(path);
  assert.equal(dataset.classes.length, place === 1 ? 3 : 2);
  assert.deepEqual(dataset.maskRule.ignore, [255]);
  assert.ok(report.ignoredShare > 0.9);
});

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(projectPath(`fixtures/formats/others/${name}`)));
}

/** Photos of 45 × 37 in some format, with masks. */
function photosOf(...names: readonly string[]): Files {
  const values = Array.from({ length: 45 * 37 }, (_, i) => i % 45 < 20 ? 0 : 1);
  return {
    ...Object.fromEntries(
      names.map((name, i) => [`images/${i}${name.slice(name.lastIndexOf("."))}`, fixture(name)]),
    ),
    ...Object.fromEntries(names.map((_, i) => [`masks/${i}.png`, greyPng(45, 37, values)])),
  };
}

/** Levels of grey in a picture. */
async function levels({ train }: Dataset): Promise<number> {
  return new Set((await readImage(train[0]!)).data).size;
}

kind("TIFF photos are read", "08b-tif", [
  photosOf("rgb-lzw.tif", "rgb-deflate.tif", "rgb-tiled.tif"),
  photosOf("grey12.tif", "grey12-tiled-big-endian.tif", "rgb.bmp", "lossy.webp"),
], async (path) => {
  const { dataset, report } = await open(path);
  assert.ok(dataset.train.length >= 2);
  assert.equal(report.images, dataset.train.length + dataset.val.length);
  // NumPy counts 46 to 64 levels in values >> 4, and 4 to 6 in values >> 8
  assert.ok(await levels(dataset) >= 46);
});

/** A grey PNG of 16 bits with values up to one. */
function deepPng(most: number): Uint8Array {
  const data = Uint16Array.from({ length: PIXELS }, (_, i) => Math.floor(i * most / (PIXELS - 1)));
  return encode({ width: WIDTH, height: HEIGHT, data, channels: 1, depth: 16 });
}

function deepFolder(most: number): Files {
  const masks = Array<Uint8Array>(4).fill(mask(0, [1, 300]));
  return folder(masks, Object.fromEntries([0, 1, 2, 3].map((i) => [`images/${i}.png`, deepPng(most)])));
}

kind("16-bit photos keep their grey levels, and a note says by which rule", "08-16bit-png", [
  deepFolder(1023),
  deepFolder(65535),
], async (path, isShared) => {
  const { dataset, report } = await open(path);
  assert.ok(await levels(dataset) >= (isShared ? 46 : 250));
  assert.ok(
    report.warnings.some((text) => /pictures have 16 bits: each is read by the upper 8 of/.test(text)),
  );
});

kind("photos are read by content, whatever their names end with", "23c-png-as-jpg", [
  folder([mask(0, [1, 300]), mask(0, [1, 300])], { "images/0.jpeg": photo(), "images/1.webp": photo() }),
  {
    ...photosOf("rgb.bmp", "rgb.webp", "rgb.tif"),
    "images/0.png": fixture("rgb.tif"),
    "images/3.jpg": fixture("rgb.bmp"),
  },
], async (path, isShared, place) => {
  if (place === 0) {
    for (const name of ["0.png", "1.png"]) await Deno.remove(`${path}/images/${name}`);
  }
  const { dataset, report } = await open(path);
  for (const item of [...dataset.train, ...dataset.unlabeled]) await readImage(item);
  assert.ok(report.images >= (isShared ? 8 : 3));
});

/** A JPEG of 24 × 40 whose EXIF part asks for a turn. */
async function turnedJpeg(orientation: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 24 * 40 * 3 }, (_, i) => (i * 7) % 256);
  const bytes = await encodeRgbJpeg({ width: 24, height: 40, data });
  const exif = [
    0x45,
    0x78,
    0x69,
    0x66,
    0,
    0,
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
  ];
  const segment = [0xff, 0xe1, 0, exif.length + 2, ...exif];
  return Uint8Array.from([...bytes.subarray(0, 2), ...segment, ...bytes.subarray(2)]);
}

async function turnedFolder(orientation: number): Promise<Files> {
  const jpeg = await turnedJpeg(orientation);
  const raw = greyPng(24, 40, Array.from({ length: 24 * 40 }, (_, i) => i < 24 ? 1 : 0));
  const files = [0, 1, 2].map((i) => [[`images/${i}.jpg`, jpeg], [`masks/${i}.png`, raw]] as const).flat();
  return Object.fromEntries(files);
}

kind("masks that lie as their photos are stored are turned with them, with a note", "06b-exif-raw-mask", [
  await turnedFolder(6),
  await turnedFolder(8),
], async (path, _, place) => {
  const { dataset, report } = await open(path);
  assert.ok(
    report.warnings.some((text) =>
      /masks lie as their photos are stored, before the turn that EXIF/.test(text)
    ),
  );
  const { image, labels } = await readLabeled(dataset, dataset.train[0]!);
  assert.deepEqual([labels.width, labels.height], [image.width, image.height]);
  if (place < 0) return;
  // the stored upper row is seen at the right after a turn to the right, at the left after one to the left
  const column = place === 0 ? labels.width - 1 : 0;
  assert.deepEqual(
    Array.from({ length: labels.height }, (_, y) => labels.data[y * labels.width + column]),
    Array(labels.height).fill(1),
  );
  assert.equal(labels.data.reduce((sum, label) => sum + label, 0), labels.height);
});

Deno.test("checkDataset() tells of masks of which EXIF's turn keeps the size", async () => {
  await withFolder(await turnedFolder(3), async (root) => {
    const { report } = await open(root);
    assert.ok(
      report.warnings.some((text) =>
        /EXIF turns or mirrors 3 labeled photos whose masks would have the same size/.test(text)
      ),
      report.text,
    );
  });
});

const EMPTY = mask(255);

/** With lists; masks 0 and 1 are of train, 2 of val. */
function listed(masks: readonly Uint8Array[], ignore: string): Files {
  return folder(masks, {
    "dataset.toml": `classes = ["a", "b"]\ntrain = "t.txt"\nval = "v.txt"\n${ignore}\n`,
    "t.txt": "images/0.png masks/0.png\nimages/1.png masks/1.png\n",
    "v.txt": "images/2.png masks/2.png\n",
  });
}

const HALVES = mask(0, [1, 900]);

kind("val without a labeled pixel is refused before training", "62-val-ignore", [
  listed([HALVES, HALVES, EMPTY], "ignore = [255]"),
  listed([HALVES, HALVES, mask(7)], "ignore = [7]"),
], refused(/val has no labeled pixel/));

Deno.test("train without a labeled pixel is refused, and one empty mask is told", async () => {
  await withFolder(
    listed([EMPTY, EMPTY, HALVES], "ignore = [255]"),
    refused(/train has no labeled pixel/),
  );
  await withFolder(listed([EMPTY, HALVES, HALVES], "ignore = [255]"), async (root) => {
    const { warnings } = (await open(root)).report;
    assert.ok(
      warnings.some((text) => /1 labeled image has no labeled pixel, first ".*masks\/0\.png"/.test(text)),
    );
  });
});

Deno.test("a class that only val shows is told", async () => {
  await withFolder(listed([mask(0, [255, 3]), mask(0), HALVES], "ignore = [255]"), async (root) => {
    const { warnings } = (await open(root)).report;
    assert.ok(
      warnings.some((text) => /only val or test hold pixels of "b": it cannot be learned/.test(text)),
      warnings.join(),
    );
  });
});

/** 0 and a level with a fringe of levels between, as blurred edges have. */
function softMask(high: number, fringe: number): Uint8Array {
  const runs = Array.from({ length: 20 }, (_, i) => [i < 10 ? i + 1 : high - i + 9, fringe] as const);
  return mask(0, [high, 400], ...runs);
}

const SOFT = [/a binary mask with soft edges/, /threshold them/];

for (const shared of ["21-jpeg-then-png", "G6-grey-artefacts"]) {
  kind("grey masks with soft edges are named", shared, [
    folder([softMask(255, 3), softMask(255, 6)]),
    folder([softMask(200, 5), softMask(200, 2)]),
  ], refused(...SOFT));
}

const THREE = 'classes = ["ground", "a", "b"]\ncolors = [[0,0,0],[255,0,0],[0,255,0]]\nmasks = "color"\n';

/** A colour mask with a few pixels of many other colours. */
function softColors(step: number): Uint8Array {
  const edge = Array.from({ length: 30 }, (_, i) => [0, (i * step + 3) % 250 + 2, 0]);
  const even = (color: readonly number[], count: number) => Array<readonly number[]>(count).fill(color);
  const rest = PIXELS - 30 - 600;
  return rgbPng(WIDTH, HEIGHT, [
    ...even([0, 0, 0], rest),
    ...even([255, 0, 0], 300),
    ...even([0, 255, 0], 300),
    ...edge,
  ]);
}

kind("colour masks with soft edges are named", "35-antialias", [
  folder([softColors(7), softColors(11)], { "dataset.toml": THREE }),
  folder([softColors(13), softColors(5)], { "dataset.toml": THREE }),
], refused(/colours with soft edges/));

kind("masks among photos are left out, with a note", "53-mask-in-images", [
  folder([HALVES, HALVES, HALVES], { "images/x.png": HALVES }),
  folder([HALVES, HALVES, HALVES], {
    "images/y.png": rgbPng(WIDTH, HEIGHT, [[0, 0, 0], [200, 0, 0], [0, 0, 200]]),
  }),
], async (path, isShared) => {
  const { dataset, report } = await open(path);
  assert.equal(dataset.unlabeled.length, isShared ? 3 : 1);
  assert.ok(
    report.warnings.some((text) =>
      /(is a mask|are masks) (\(no more than 32 colours\), left out|by their names and not used)/.test(text)
    ),
  );
});
