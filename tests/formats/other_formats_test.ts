import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { FormatError } from "../../src/core/errors.ts";
import { decodeMask } from "../../src/formats/decode_mask.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { readImageHeader } from "../../src/formats/image_header.ts";
import { measuredBits } from "../../src/formats/sixteen_bits.ts";
import { projectPath } from "../support.ts";

/** Size of the pictures in fixtures/formats/others, which Pillow and OpenCV wrote of the formulas below. */
const [WIDTH, HEIGHT] = [45, 37];

function file(name: string): Uint8Array {
  return new Uint8Array(readFileSync(projectPath(`fixtures/formats/others/${name}`)));
}

/** Red, green and blue of a pixel. */
function color(x: number, y: number): number[] {
  return [(x * 5) % 256, (y * 6) % 256, ((x + y) * 3) % 256];
}

function picture(width: number, height: number, pixel: (x: number, y: number) => number[]): number[] {
  return Array.from({ length: width * height }, (_, i) => pixel(i % width, Math.floor(i / width))).flat();
}

function grey(level: (x: number, y: number) => number): number[] {
  return picture(WIDTH, HEIGHT, (x, y) => Array<number>(3).fill(level(x, y)));
}

/** 12 bits, as a microscope's camera gives them. */
const twelveBits = (x: number, y: number) => x * 90 + y * 40;

async function decoded(name: string): Promise<number[]> {
  const bytes = file(name);
  const { width, height, data } = await decodeRgb(bytes, name);
  const header = readImageHeader(bytes, name);
  assert.deepEqual([header.width, header.height], [width, height], name);
  return [...data];
}

const COLORS = ["rgb.tif", "rgb-lzw.tif", "rgb-deflate.tif", "rgb-packbits.tif", "rgb-tiled.tif", "rgb.webp"];

Deno.test("decodeRgb() reads TIFF of each compression, tiles, WebP and BMP as they were written", async () => {
  for (const name of [...COLORS, "rgb.bmp", "rgba.bmp"]) {
    assert.deepEqual(await decoded(name), picture(WIDTH, HEIGHT, color), name);
  }
  const levels = grey((x, y) => (x * 3 + y * 2) % 256);
  for (const name of ["grey.tif", "grey.bmp"]) assert.deepEqual(await decoded(name), levels, name);
});

Deno.test("decodeRgb() turns TIFF, WebP and PNG as their EXIF part says", async () => {
  // orientation 6: turned right by 90°, so that the stored lower left becomes the upper left
  const turned = picture(HEIGHT, WIDTH, (x, y) => color(y, HEIGHT - 1 - x));
  for (const name of ["turned.tif", "turned.webp", "turned.png"]) {
    assert.deepEqual(await decoded(name), turned, name);
  }
});

Deno.test("decodeRgb() scales 16 bits by the bits that the picture uses, in either order of bytes", async () => {
  // the largest value, 90 · 44 + 40 · 36 = 5400, needs 14 bits
  const levels = grey((x, y) => twelveBits(x, y) >> 6);
  for (const name of ["grey12.tif", "grey12-tiled-big-endian.tif"]) {
    assert.deepEqual(await decoded(name), levels, name);
  }
  // the largest, 255 · 16 = 4080, needs 12
  assert.deepEqual(await decoded("rgb12.tif"), picture(WIDTH, HEIGHT, color));
});

Deno.test("measuredBits() is the fewest of 8, 10, 12, 14 and 16 that hold the largest value; alpha does not count", () => {
  const bits = (...values: number[]) => measuredBits(Uint16Array.from(values), 1);
  assert.deepEqual([bits(0), bits(255), bits(256), bits(1023), bits(4095), bits(4096), bits(65535)], [
    8,
    8,
    10,
    10,
    12,
    14,
    16,
  ]);
  assert.equal(measuredBits(Uint16Array.of(100, 65535, 200, 65535), 2, 1), 8);
});

Deno.test("decodeMask() gives stored values of TIFF, BMP and WebP without loss, and refuses WebP with loss", async () => {
  const stored = async (name: string) => await decodeMask(file(name), name);
  const twelve = await stored("grey12.tif");
  assert.deepEqual([twelve.kind, ...twelve.data.slice(0, 3)], ["index", 0, 90, 180]);
  const one = await stored("one-bit.tif");
  assert.deepEqual([one.kind, [...new Set(one.data)].sort()], ["index", [0, 1]]);
  assert.equal((await stored("palette.tif")).kind, "palette");
  assert.equal((await stored("one-bit.bmp")).kind, "palette");
  assert.equal((await stored("grey.bmp")).kind, "index");
  assert.equal((await stored("rgb.webp")).kind, "color");
  await assert.rejects(stored("lossy.webp"), /it is a WebP with loss, expected a PNG/);
});

Deno.test("decodeRgb() refuses by name what is not read", async () => {
  const state = async (bytes: Uint8Array) => {
    const error = await decodeRgb(bytes, "x").then(() => undefined, (error) => error);
    assert.ok(error instanceof FormatError, String(error));
    return error.message;
  };
  const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  assert.match(await state(file("cmyk.tif")), /its colours are CMYK/);
  assert.match(await state(file("animation.webp")), /it is an animation/);
  assert.match(await state(ascii("GIF89a")), /it is a GIF, expected a JPEG, PNG, TIFF, WebP or BMP file/);
  assert.match(await state(ascii("\0\0\0\x18ftypheic")), /it is a HEIC photo/);
  assert.match(await state(ascii("P5 2 2 255 abcd")), /portable pixmap/);
  assert.match(await state(ascii("version https://git-lfs.github.com/spec")), /Git LFS pointer/);
  assert.match(await state(new Uint8Array(100)), /zeros only/);
});

Deno.test("decodeRgb() never takes a part of a TIFF, WebP or BMP for a whole one", async () => {
  for (const name of [...COLORS, "rgb.bmp", "grey12-tiled-big-endian.tif", "turned.webp"]) {
    const bytes = file(name);
    for (const share of [0.1, 0.5, 0.9, 0.97]) {
      const part = bytes.slice(0, Math.floor(bytes.length * share));
      await assert.rejects(decodeRgb(part, name), FormatError, `${name} cut at ${share}`);
    }
  }
});

Deno.test("decodeRgb() refuses damaged TIFF, WebP and BMP by a FormatError alone, or reads a picture of their size", async () => {
  for (const name of [...COLORS, "rgb.bmp", "palette.tif", "one-bit.bmp", "grey12-tiled-big-endian.tif"]) {
    for (let at = 0; at < 220; at++) {
      const bytes = file(name);
      bytes[at % bytes.length] = (bytes[at % bytes.length]! + 37 + 91 * at) % 256;
      try {
        const { width, height, data } = await decodeRgb(bytes, name);
        assert.equal(data.length, width * height * 3);
      } catch (error) {
        assert.ok(error instanceof FormatError, `${name} byte ${at}: ${error}`);
      }
    }
  }
});
