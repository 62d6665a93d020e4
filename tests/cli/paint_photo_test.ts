import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { photoPainter } from "../../src/cli/paint_photo.ts";
import { decodeMask } from "../../src/formats/decode_mask.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import type { RgbColor } from "../../src/report/palette.ts";
import { colorize, overlay } from "../../src/report/pictures.ts";

const COLORS: readonly RgbColor[] = [[0, 0, 0], [200, 30, 10], [10, 90, 250]];

/** A photo and labels whose borders lie in every row. */
function picture(width: number, height: number) {
  const data = new Uint8Array(width * height * 3).map((_, i) => (i * 7 + (i >> 8)) % 256);
  const labels = new Uint8Array(width * height).map((_, i) =>
    ((i % width) + 3 * Math.floor(i / width)) % 97 % 3
  );
  return { photo: { width, height, data }, labels };
}

for (const [width, height, threads] of [[60, 40, "in this thread"], [2100, 2100, "by Workers"]] as const) {
  Deno.test(`paint() gives the pictures of the whole photo, ${threads}`, async () => {
    const { photo, labels } = picture(width, height);
    const painter = photoPainter(COLORS);
    try {
      const painted = await painter.paint(photo, labels);
      const mask = await decodeMask(painted.index, "index");
      assert.ok(Buffer.compare(mask.data as Uint8Array, labels) === 0, "index");
      const color = await decodeRgb(painted.color, "color");
      assert.ok(Buffer.compare(color.data, colorize(labels, width, height, COLORS).data) === 0, "color");
      const over = await decodeRgb(painted.overlay, "overlay");
      assert.ok(Buffer.compare(over.data, overlay(photo, labels, COLORS).data) === 0, "overlay");
    } finally {
      painter.close();
    }
  });
}

Deno.test("paint() refuses a class without a colour", async () => {
  const painter = photoPainter(COLORS);
  const { photo } = picture(4, 4);
  await assert.rejects(painter.paint(photo, new Uint8Array(16).fill(3)), RangeError);
  painter.close();
});
