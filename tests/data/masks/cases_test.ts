/** Masks as people have them: what must be said of each before a run. Cases beside the project, and more of each kind. */
import assert from "node:assert/strict";
import { checkDataset } from "../../../src/data/check_dataset.ts";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { missingData, sharedPath, testUnless } from "../../support.ts";
import { type Files, greyPng, photo, rgbPng, withFolder } from "../made_folders.ts";

/** The sentence of a folder's opening and check; the report's text where nothing is refused. */
async function said(folder: string): Promise<string> {
  try {
    return (await checkDataset(await openDataset(folder))).text;
  } catch (error) {
    assert.equal((error as Error).name, "DatasetError", String(error));
    return (error as Error).message;
  }
}

const SHARED: readonly (readonly [name: string, ...expected: RegExp[]])[] = [
  [
    "74-0-255-plus-1px",
    /hold 255 and no other value besides 0, and ".*1\.png" holds 1 \(4 pixels\)/,
    /values = \[0, 255\]/,
  ],
  ["A1-toml-binary-255", /no mask holds a pixel of "crack", while 255/, /write values = \[0, 255\]/],
  ["A7-some-1bit", /hold 255 and no other value besides 0, and ".*p001\.png" holds 1/, /values = \[0, 255\]/],
  ["62-val-ignore", /val has no labeled pixel/],
  ["21-jpeg-then-png", /a binary mask with soft edges .* 55 grey levels around 0, 255; threshold them/],
  ["35-antialias", /colours with soft edges .*3 of 689 colours hold 85\.1 %/],
  ["G6-grey-artefacts", /a binary mask with soft edges .* around 0, 255; threshold them/],
  [
    "17-scribbles",
    /4 labeled, 3 unlabeled, 1 val/,
    /left out 99\.9 %/,
    /1 labeled image has no labeled pixel/,
  ],
];

for (const [name, ...expected] of SHARED) {
  const path = `cases/data/${name}`;
  testUnless(missingData(path), `${name} is judged before a run`, async () => {
    const text = await said(sharedPath(path)!);
    for (const one of expected) assert.match(text, one);
  });
}

/** A folder of photos and masks of 10 × 10 pixels. */
function folder(masks: readonly (readonly number[])[], more: Files = {}): Files {
  return {
    ...Object.fromEntries(masks.map((_, i) => [`images/${i}.png`, photo(10, 10)])),
    ...Object.fromEntries(masks.map((values, i) => [`masks/${i}.png`, greyPng(10, 10, values)])),
    ...more,
  };
}

/** 100 pixels: the first `count` of them hold `value`, the others 0. */
const part = (value: number, count: number) => Array.from({ length: 100 }, (_, i) => i < count ? value : 0);

/** A disc whose edge is smooth. */
const smooth = (at: number) =>
  Array.from({ length: 100 }, (_, i) => {
    const far = Math.hypot(i % 10 - 4.5, Math.floor(i / 10) - 4.5) - at / 3;
    return Math.round(255 * Math.min(1, Math.max(0, 0.5 - far / 1.7)));
  });

const OWN: readonly (readonly [what: string, files: Files, expected: RegExp])[] = [
  [
    "one 0/1 mask among 0/255 masks",
    folder([part(255, 30), part(1, 30), part(255, 20), part(255, 40)]),
    /3 masks, .*hold 255.*holds 1 \(30 pixels\).*values = \[0, 255\]/,
  ],
  [
    "a stray 3 and 7 in 0/255 masks",
    folder([part(255, 30), part(255, 30), part(255, 20).with(99, 3).with(98, 7), part(255, 9)]),
    /3 masks, .*holds 3 \(1 pixel\), 7 \(1 pixel\)/,
  ],
  [
    "classes.txt with 0/255 masks",
    folder([part(255, 30), part(255, 30), part(255, 20)], { "classes.txt": "ground\ncrack\n" }),
    /no mask holds a pixel of "crack", while 255.*values = \[0, 255\]/,
  ],
  [
    "a toml of three classes, one of them stored as 255",
    folder([[...part(1, 30)].with(99, 255), part(255, 30), part(1, 20)], {
      "dataset.toml": 'classes = ["ground", "crack", "spall"]',
    }),
    /no mask holds a pixel of "spall", while 255.*among them/,
  ],
  [
    "smoothed binary masks",
    folder([smooth(6), smooth(8), smooth(10)]),
    /a binary mask with soft edges/,
  ],
  [
    "smoothed colours without a description",
    {
      ...folder([part(0, 0), part(0, 0)]),
      ...Object.fromEntries([0, 1].map((at) => {
        const edge = Array.from({ length: 30 }, (_, i) => [255 - 8 * i, 8 * i, 3 * i + at]);
        return [
          `masks/${at}.png`,
          rgbPng(10, 10, [...Array(35).fill([255, 0, 0]), ...Array(35).fill([0, 255, 0]), ...edge]),
        ];
      })),
    },
    /colours with soft edges .*\[0, 255, 0\]/,
  ],
  [
    "train masks that are all left out",
    folder([part(255, 100), part(255, 100), part(255, 100)], {
      "classes.txt": "ground\ncrack\n",
      "val.txt": "0\n",
    }),
    /train has no labeled pixel/,
  ],
  [
    "a number that only val holds",
    folder([part(1, 30), part(1, 30), part(2, 20)], { "val.txt": "2\n" }),
    /only val or test hold pixels of "class 2": it cannot be learned/,
  ],
];

for (const [what, files, expected] of OWN) {
  Deno.test(`checkDataset() and openDataset() judge ${what}`, async () => {
    await withFolder(files, async (root) => assert.match((await said(root)).replaceAll("\n", " "), expected));
  });
}
