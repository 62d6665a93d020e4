import assert from "node:assert/strict";
import { randomStream } from "../../../src/core/random.ts";
import { blur } from "../../../src/data/augment/blur.ts";
import {
  changeBrightness,
  changeContrast,
  changeSaturation,
  changeSharpness,
} from "../../../src/data/augment/enhance.ts";
import { turnHue } from "../../../src/data/augment/hue.ts";
import { autocontrast, equalize, posterize, solarize } from "../../../src/data/augment/level_tables.ts";
import {
  drawOperations,
  operate,
  type Operation,
  type OperationName,
} from "../../../src/data/augment/operations.ts";
import { changed, noise } from "./noise.ts";

const SIZE = { height: 40, width: 64 };

function operated(operations: readonly Operation[], pixels = noise(40, 64)): Uint8Array {
  return changed(pixels, (bytes) => operate(bytes, SIZE, operations));
}

/** What each operation does, those of a strength with 0.4, 5 bits or threshold 99. */
const EXPECTED: Readonly<Record<OperationName, readonly [number, (pixels: Uint8Array) => void]>> = {
  identity: [0, () => {}],
  autocontrast: [0, autocontrast],
  equalize: [0, equalize],
  blur: [0.4, (pixels) => blur(pixels, SIZE, 0.4)],
  contrast: [0.4, (pixels) => changeContrast(pixels, 0.4)],
  brightness: [0.4, (pixels) => changeBrightness(pixels, 0.4)],
  color: [0.4, (pixels) => changeSaturation(pixels, 0.4)],
  sharpness: [0.4, (pixels) => changeSharpness(pixels, SIZE, 0.4)],
  posterize: [5, (pixels) => posterize(pixels, 5)],
  solarize: [99, (pixels) => solarize(pixels, 99)],
  hue: [0.4, (pixels) => turnHue(pixels, 0.4)],
};

for (const [name, [strength, change]] of Object.entries(EXPECTED)) {
  Deno.test(`operate() applies ${name} with its strength`, () => {
    assert.deepEqual(operated([{ name: name as OperationName, strength }]), changed(noise(40, 64), change));
  });
}

Deno.test("operate() applies operations one after the other", () => {
  const first: Operation = { name: "solarize", strength: 99 };
  const second: Operation = { name: "brightness", strength: 0.3 };
  assert.deepEqual(operated([first, second]), operated([second], operated([first])));
  assert.notDeepEqual(operated([first, second]), operated([second, first]));
});

/** Ranges of strengths, of AugSeg's code. */
const RANGES: Readonly<Record<OperationName, readonly [number, number]>> = {
  identity: [0, 0],
  autocontrast: [0, 0],
  equalize: [0, 0],
  blur: [0.1, 2],
  contrast: [0.05, 0.95],
  brightness: [0.05, 0.95],
  color: [0.05, 0.95],
  sharpness: [0.05, 0.95],
  posterize: [4, 7],
  solarize: [1, 255],
  hue: [-0.5, 0.5],
};

Deno.test("drawOperations() draws one to three, each kind as often, strengths over their ranges", () => {
  const drawn = Array.from({ length: 6000 }, (_, i) => drawOperations(randomStream(9, "operations", i)));
  for (const count of [1, 2, 3]) {
    const many = drawn.filter(({ length }) => length === count).length;
    // 5 standard deviations
    assert.ok(Math.abs(many - 2000) < 5 * Math.sqrt(6000 * 2 / 9), `${many} of ${count}`);
  }
  const all = drawn.flat();
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const strengths = all.filter((one) => one.name === name).map(({ strength }) => strength);
    assert.ok(Math.abs(strengths.length - all.length / 11) < 5 * Math.sqrt(all.length * 10 / 121), name);
    const [least, most] = [Math.min(...strengths), Math.max(...strengths)];
    assert.ok(
      least >= low && most <= high && most - least >= 0.98 * (high - low),
      `${name} ${least} ${most}`,
    );
  }
});
