import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { zlibSync } from "fflate";
import type { DrawnSource } from "../../../src/data/dataset.ts";
import { drawMask } from "../../../src/data/shapes/draw_mask.ts";
import type { Shape } from "../../../src/data/shapes/shape.ts";
import { greyPng, withFolder } from "../made_folders.ts";

function source(...shapes: Shape[]): DrawnSource {
  return { kind: "drawn", name: "a.json", width: 4, height: 2, shapes };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

async function drawn(...shapes: Shape[]): Promise<number[]> {
  return [...(await drawMask(source(...shapes))).data];
}

const LEFT: Shape = { kind: "polygon", label: 1, rings: [[0, 0, 2, 0, 2, 2, 0, 2]] };

Deno.test("drawMask() lays later shapes over earlier ones, on 0", async () => {
  const middle: Shape = { kind: "polygon", label: 2, rings: [[1, 0, 3, 0, 3, 1, 1, 1]] };
  assert.deepEqual(await drawn(LEFT, middle), [1, 2, 2, 0, 1, 1, 0, 0]);
  assert.deepEqual(await drawn(middle, LEFT), [1, 1, 2, 0, 1, 1, 0, 0]);
  assert.deepEqual(await drawn(), [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("drawMask() puts bitmaps at their places, cut at the borders", async () => {
  const png = greyPng(2, 2, [255, 0, 0, 1]);
  const plain: Shape = { kind: "bitmap", label: 7, x: 1, y: 0, png: base64(png), deflated: false };
  assert.deepEqual(await drawn(plain), [0, 7, 0, 0, 0, 0, 7, 0]);
  const packed: Shape = { ...plain, x: 3, y: 1, png: base64(zlibSync(png)), deflated: true };
  assert.deepEqual(await drawn(packed), [0, 0, 0, 0, 0, 0, 0, 7]);
  assert.deepEqual(await drawn({ ...plain, x: -1, y: -1 }), [7, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("drawMask() lays layers over each other and refuses one of another size", async () => {
  const files = {
    "a.png": greyPng(4, 2, [255, 255, 0, 0, 0, 0, 0, 0]),
    "b.png": greyPng(4, 2, [0, 255, 255, 0, 0, 0, 0, 0]),
    "small.png": greyPng(1, 1, [255]),
  };
  await withFolder(files, async (root) => {
    const layer = (name: string, label: number): Shape => ({ kind: "layer", label, path: join(root, name) });
    assert.deepEqual(await drawn(layer("a.png", 1), layer("b.png", 2)), [1, 2, 2, 0, 0, 0, 0, 0]);
    await assert.rejects(drawn(layer("small.png", 1)), /small\.png": it is 1 × 1, expected 4 × 2/);
    await assert.rejects(drawn(layer("gone.png", 1)), /gone\.png": the file does not exist/);
  });
});

Deno.test("drawMask() refuses sizes that are none, and data that is damaged or unpacks without end", async () => {
  await assert.rejects(drawMask({ ...source(), width: 0 }), /it is 0 × 2, expected a picture's size/);
  await assert.rejects(
    drawMask({ ...source(), width: 1e6, height: 1e6 }),
    /expected a picture's size of at most/,
  );
  const bitmap = { kind: "bitmap", label: 1, x: 0, y: 0 } as const;
  await assert.rejects(drawn({ ...bitmap, png: "§", deflated: false }), /it is no base64/);
  await assert.rejects(drawn({ ...bitmap, png: btoa("no zlib"), deflated: true }), /it cannot be unpacked/);
  const bomb = base64(zlibSync(new Uint8Array(2 ** 27)));
  await assert.rejects(drawn({ ...bitmap, png: bomb, deflated: true }), /it cannot be unpacked/);
});
