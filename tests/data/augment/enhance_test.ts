import assert from "node:assert/strict";
import {
  changeBrightness,
  changeContrast,
  changeSaturation,
  changeSharpness,
} from "../../../src/data/augment/enhance.ts";
import { digestOf } from "./digest.ts";
import { changed, noise } from "./noise.ts";

const SIZE = { height: 64, width: 64 };

/** From `pillow_digests.py`. */
const PILLOW = [
  {
    factor: 0.05,
    brightness: "b6cce5fbfdb3e987dde3e38dec75e9c75024f69226b4371d8511fb6a79b75e30",
    contrast: "04d80a3e1c9280cbcc7291f6fd18ea1660926980646b1ef921d703132b3e65bc",
    color: "665271340544e8781c858ce0592987a8d0791f8c3360af796228c553df20468c",
    sharpness: "712ab26c23fdd902b43e4842db654d05ad4e976cc0e1a21e83456c9a06550123",
  },
  {
    factor: 0.63,
    brightness: "a14ef7b5044d3212f65d7fd89b6c2075902d523d6de3ca4be6c6e0941b2eb2d7",
    contrast: "8472d816f5564589ae11770d8b56c54a47daaf80d1fc03eac0c26616479cb767",
    color: "4ceeee46b76b6dfd3291251574b9a33ec419b90cfffe560eb34572b43ba77da1",
    sharpness: "6f5995e31a5e4953ef842a19254263c50e772ac124789f94e2c89e42f764b0c8",
  },
  {
    factor: 1.37,
    brightness: "3263067178f2a91a7b9adf58fd76886e1668824d3b958686e5bc6715238a4f75",
    contrast: "dee5d941871d42217aecd10f9af6478b4c1198a5112d1a2ed8b6aa03e6e0688f",
    color: "06cd7c8d520e606e3bd6073959d9af7dde4396f5957cfd2bb5ff0a81f94b5965",
    sharpness: "2e5068d32b420aae2ef331e506236741a0784309dced0648579291d1b3851df1",
  },
];

for (const { factor, ...expected } of PILLOW) {
  Deno.test(`brightness, contrast, saturation and sharpness give Pillow's bytes for factor ${factor}`, () => {
    const digest = (change: (pixels: Uint8Array) => void) => digestOf(changed(noise(), change));
    assert.deepEqual({
      brightness: digest((pixels) => changeBrightness(pixels, factor)),
      contrast: digest((pixels) => changeContrast(pixels, factor)),
      color: digest((pixels) => changeSaturation(pixels, factor)),
      sharpness: digest((pixels) => changeSharpness(pixels, SIZE, factor)),
    }, expected);
  });
}

Deno.test("factor 1 changes nothing", () => {
  for (const change of [changeBrightness, changeContrast, changeSaturation]) {
    assert.deepEqual(changed(noise(), (pixels) => change(pixels, 1)), noise());
  }
  assert.deepEqual(changed(noise(), (pixels) => changeSharpness(pixels, SIZE, 1)), noise());
});

Deno.test("changeSaturation() with factor 0 gives Pillow's grey", () => {
  assert.equal(
    digestOf(changed(noise(), (pixels) => changeSaturation(pixels, 0))),
    "97c15b8fb816430e3756e7d76e4c3b82b4037a214aeae308c48459102cfa4e59",
  );
});

Deno.test("changeContrast() with factor 0 gives the mean grey", () => {
  const pixels = changed(Uint8Array.of(0, 0, 0, 255, 255, 255), (bytes) => changeContrast(bytes, 0));
  assert.deepEqual([...pixels], Array(6).fill(128));
});

Deno.test("changeSharpness() leaves the outermost pixels and pictures of less than 3 × 3", () => {
  const pixels = changed(noise(3, 3), (bytes) => changeSharpness(bytes, { height: 3, width: 3 }, 0));
  const kept = (bytes: Uint8Array) => [...bytes.subarray(0, 12), ...bytes.subarray(15)];
  assert.deepEqual(kept(pixels), kept(noise(3, 3)));
  assert.notDeepEqual(pixels, noise(3, 3));
  const small = { height: 2, width: 5 };
  assert.deepEqual(changed(noise(2, 5), (bytes) => changeSharpness(bytes, small, 0)), noise(2, 5));
});
