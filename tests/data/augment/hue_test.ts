import assert from "node:assert/strict";
import { turnHue } from "../../../src/data/augment/hue.ts";
import { digestOf } from "./digest.ts";
import { changed } from "./noise.ts";

function everyColor(): Uint8Array {
  const pixels = new Uint8Array(3 << 24);
  for (let number = 0, at = 0; number < 1 << 24; number++) {
    pixels[at++] = number >> 16;
    pixels[at++] = (number >> 8) & 255;
    pixels[at++] = number & 255;
  }
  return pixels;
}

/** From `pillow_digests.py`. */
const TORCHVISION: readonly (readonly [turn: number, digest: string])[] = [
  [0, "117f7237e5d272e10db1172e862e82389e9329a68811e5b66d5cb576cd276c57"],
  [0.25, "04ee9f6157a392b7e5c4162360de27964552ad964d373e1debd2e9cd2b7ad4ef"],
  [-0.119, "aa8ef282aee299dfd70bbdfb61c1e20d4026f898fb2d1e055bf9b8a32dacef0a"],
];

for (const [turn, expected] of TORCHVISION) {
  Deno.test(`turnHue() gives the bytes of torchvision's adjust_hue for every colour and turn ${turn}`, () => {
    assert.equal(digestOf(changed(everyColor(), (pixels) => turnHue(pixels, turn))), expected);
  });
}

Deno.test("turnHue() leaves greys, and makes red the other colours", () => {
  const turned = (
    turn: number,
  ) => [...changed(Uint8Array.of(255, 0, 0, 9, 9, 9), (pixels) => turnHue(pixels, turn))];
  assert.deepEqual(turned(0), [255, 0, 0, 9, 9, 9]);
  assert.deepEqual(turned(1 / 3), [0, 255, 0, 9, 9, 9]);
  assert.deepEqual(turned(-1 / 3).slice(0, 3).map((level) => level > 128), [false, false, true]);
});
