import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { resizeBilinear, resizeNearest } from "../../src/formats/resize_image.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { projectPath } from "../support.ts";

const { tensors } = decodeSafetensors(
  new Uint8Array(readFileSync(projectPath("fixtures/formats/resize.safetensors"))),
);

function sizesOf(name: string): [number, number, Uint8Array] {
  const { shape, data } = tensors.get(name)!;
  return [shape[1]!, shape[0]!, data as Uint8Array];
}

Deno.test("resizeBilinear() gives every byte of cv2.resize with INTER_LINEAR", () => {
  for (let i = 0; i < 7; i++) {
    const [width, height, data] = sizesOf(`${i}/in`);
    const [toWidth, toHeight, expected] = sizesOf(`${i}/linear`);
    const resized = resizeBilinear({ width, height, data }, toWidth, toHeight);
    assert.deepEqual([resized.width, resized.height], [toWidth, toHeight]);
    assert.deepEqual(resized.data, expected, `case ${i}`);
  }
});

Deno.test("resizeNearest() gives every byte of cv2.resize with INTER_NEAREST", () => {
  for (let i = 0; i < 7; i++) {
    const [width, height, data] = sizesOf(`${i}/in`);
    const [toWidth, toHeight, expected] = sizesOf(`${i}/nearest`);
    const channel = data.filter((_, at) => at % 3 === 0);
    assert.deepEqual(resizeNearest(channel, width, height, toWidth, toHeight), expected, `case ${i}`);
  }
});

Deno.test("resizeBilinear() keeps one colour, and stays between least and greatest value", () => {
  const size = fc.integer({ min: 1, max: 12 });
  fc.assert(fc.property(size, size, size, size, fc.nat(255), fc.nat(255), (w, h, toW, toH, a, b) => {
    const data = Uint8Array.from({ length: w * h * 3 }, (_, i) => (i % 2 === 0 ? a : b));
    const [low, high] = [Math.min(...data), Math.max(...data)];
    const resized = resizeBilinear({ width: w, height: h, data }, toW, toH).data;
    // the fixed-point rule may lose one level, never gain one
    assert.ok(resized.every((value) => value >= low - 1 && value <= high));
  }));
});

Deno.test("resizeNearest() keeps 16-bit values", () => {
  assert.deepEqual(resizeNearest(Uint16Array.of(500, 7), 2, 1, 4, 1), Uint16Array.of(500, 500, 7, 7));
});

Deno.test("resizeBilinear() refuses sizes that are no integers from 1", () => {
  const image = { width: 1, height: 1, data: new Uint8Array(3) };
  assert.throws(() => resizeBilinear(image, 0, 1), RangeError);
  assert.throws(() => resizeBilinear(image, 1.5, 1), RangeError);
});
