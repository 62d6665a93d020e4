import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type PictureRegion, resizeBilinear, resizeNearest } from "../../src/formats/resize_image.ts";
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

/** A source, a target size and a region inside it. */
const regionCase = fc.record({ w: fc.integer({ min: 1, max: 9 }), h: fc.integer({ min: 1, max: 9 }) }).chain(
  (from) => {
    const side = fc.integer({ min: 1, max: 12 });
    return fc.tuple(fc.oneof(side, fc.constant(from.w), fc.constant(Math.ceil(from.w / 2))), side).chain(
      ([w, h]) => {
        return fc.tuple(fc.nat(w - 1), fc.nat(h - 1)).chain(([left, top]) => {
          const width = fc.integer({ min: 1, max: w - left });
          const height = fc.integer({ min: 1, max: h - top });
          return fc.record({ width, height }).map((size) => ({ from, w, h, region: { left, top, ...size } }));
        });
      },
    );
  },
);

function cut(data: Uint8Array, width: number, region: PictureRegion, channels: number): Uint8Array {
  const rows = Array.from({ length: region.height }, (_, y) => {
    const start = ((region.top + y) * width + region.left) * channels;
    return [...data.subarray(start, start + region.width * channels)];
  });
  return Uint8Array.from(rows.flat());
}

Deno.test("resizeBilinear() and resizeNearest() give a region as it is cut from the whole", () => {
  fc.assert(fc.property(regionCase, fc.infiniteStream(fc.nat(255)), ({ from, w, h, region }, stream) => {
    const data = Uint8Array.from({ length: from.w * from.h * 3 }, () => stream.next().value);
    const image = { width: from.w, height: from.h, data };
    const whole = resizeBilinear(image, w, h).data;
    assert.deepEqual(resizeBilinear(image, w, h, region).data, cut(whole, w, region, 3));
    const channel = data.subarray(0, from.w * from.h);
    const nearest = resizeNearest(channel, from.w, from.h, w, h);
    assert.deepEqual(resizeNearest(channel, from.w, from.h, w, h, region), cut(nearest, w, region, 1));
  }));
});

Deno.test("resizeBilinear() refuses a region that leaves the result", () => {
  const image = { width: 4, height: 4, data: new Uint8Array(48) };
  const region = { left: 1, top: 0, width: 8, height: 8 };
  assert.throws(() => resizeBilinear(image, 8, 8, region), { name: "RangeError", message: /inside 8 × 8/ });
});
