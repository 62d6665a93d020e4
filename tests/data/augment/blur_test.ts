import assert from "node:assert/strict";
import { blur } from "../../../src/data/augment/blur.ts";
import { digestOf } from "./digest.ts";
import { changed, noise } from "./noise.ts";

const SIZE = { height: 40, width: 64 };

/** SciPy's `gaussian_filter` in float64, rounded, from `pillow_digests.py`: 0.51 of a level from the whole Gaussian at most. */
const SCIPY: readonly (readonly [sigma: number, digest: string])[] = [
  [0.1, "96da8e0869dc30ce8664e2a500a7149775859eaf79d637b8820954356ed3fc22"],
  [0.6, "e6bac48ab923579384bdfeef3d51ec8ecd14be9c6ed346fcb46116b562b23e06"],
  [1.3, "4fcf5bf939227aaaef57ca465f1efcfb894d24a4021c4a1294c373c45416a206"],
  [2, "8fbd2c84db5d8e8ca68219c90d24862e724e191477dc9a0d26708cd50e0d818d"],
];

for (const [sigma, expected] of SCIPY) {
  Deno.test(`blur() gives SciPy's bytes for sigma ${sigma}`, () => {
    assert.equal(digestOf(changed(noise(40, 64), (pixels) => blur(pixels, SIZE, sigma))), expected);
  });
}

Deno.test("blur() leaves one colour as it is, and a picture of one pixel", () => {
  const flat = new Uint8Array(40 * 64 * 3).fill(255);
  assert.deepEqual(changed(flat.slice(), (pixels) => blur(pixels, SIZE, 2)), flat);
  const pixel = Uint8Array.of(1, 2, 3);
  assert.deepEqual(changed(pixel.slice(), (bytes) => blur(bytes, { height: 1, width: 1 }, 2)), pixel);
});
