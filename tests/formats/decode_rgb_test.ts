import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { encode } from "fast-png";
import fc from "fast-check";
import { FormatError } from "../../src/core/errors.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { expectedPixels, imageBytes, imageNames } from "./image_files.ts";

async function refused(bytes: Uint8Array, text: RegExp): Promise<void> {
  await assert.rejects(decodeRgb(bytes, "a.jpg"), (error) => {
    assert.ok(error instanceof FormatError, `${error}`);
    assert.match(error.message, /^Cannot decode "a\.jpg": /);
    assert.match(error.message, text);
    return true;
  });
}

/** The checksum of IHDR made right again. */
function withHeaderSum(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(29, crc32(copy.subarray(12, 29)));
  return copy;
}

for (const [file, { shape, data }] of expectedPixels("rgb")) {
  Deno.test(`decodeRgb() gives the pixels of OpenCV and Pillow for ${file}`, async () => {
    const image = await decodeRgb(imageBytes(file), file);
    assert.deepEqual([image.height, image.width, 3], shape);
    assert.deepEqual(image.data, data);
  });
}

Deno.test("decodeRgb() reads an interlaced PNG of 8 and 16 bits", async () => {
  const values = Array.from({ length: 11 * 9 * 3 }, (_, i) => (i * 37) % 256);
  const size = { width: 11, height: 9, channels: 3 };
  const bytes = encode({ ...size, depth: 8, data: Uint8Array.from(values) }, { interlace: "Adam7" });
  assert.deepEqual([...(await decodeRgb(bytes, "x")).data], values);
  const words = Uint16Array.from(values, (value) => value * 256 + 200);
  const wide = encode({ ...size, depth: 16, data: words }, { interlace: "Adam7" });
  assert.deepEqual([...(await decodeRgb(wide, "x")).data], values);
});

Deno.test("decodeRgb() refuses every cut of every kind of file", async () => {
  for (const file of ["baseline.jpg", "progressive.jpg", "grey.jpg", "color8.png", "palette4.png"]) {
    const bytes = imageBytes(file);
    const step = Math.max(1, Math.floor(bytes.length / 40));
    for (let length = 0; length < bytes.length; length += step) {
      await refused(bytes.subarray(0, length), /expected/);
    }
    await refused(bytes.subarray(0, bytes.length - 1), /cut off/);
  }
});

Deno.test("decodeRgb() decodes by content when the name lies", async () => {
  assert.equal((await decodeRgb(imageBytes("color8.png"), "photo.jpg")).width, 7);
});

Deno.test("decodeRgb() refuses other formats and CMYK with the reason", async () => {
  await refused(new Uint8Array(), /file is empty/);
  await refused(new TextEncoder().encode("GIF89a"), /it is a GIF, expected a JPEG, PNG, TIFF, WebP or BMP/);
  await refused(imageBytes("cmyk.jpg"), /CMYK/);
});

Deno.test("decodeRgb() refuses a PNG whose header claims a huge picture before asking for memory", async () => {
  const bytes = imageBytes("grey8.png");
  const view = new DataView(bytes.buffer);
  view.setUint32(16, 12000);
  view.setUint32(20, 12000);
  await refused(withHeaderSum(bytes), /says 12000 × 12000 but it has \d+ bytes of pixels/);
  view.setUint32(16, 60000);
  await refused(withHeaderSum(bytes), /says 60000 × 12000, 720 megapixels, expected at most 250/);
});

Deno.test("decodeRgb() gives a picture or a FormatError for any changed file", async () => {
  const files = imageNames().map(imageBytes);
  const change = fc.tuple(fc.nat(), fc.nat(255));
  const property = fc.asyncProperty(
    fc.constantFrom(...files),
    fc.array(change, { minLength: 1, maxLength: 4 }),
    async (file, changes) => {
      const bytes = file.slice();
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      try {
        const { width, height, data } = await decodeRgb(bytes, "x");
        assert.equal(data.length, width * height * 3);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    },
  );
  await fc.assert(property, { numRuns: 300, seed: 1 });
});

Deno.test("decodeRgb() keeps calls that overlap apart", async () => {
  const whole = imageBytes("baseline.jpg");
  const cut = whole.subarray(0, whole.length - 2);
  const results = await Promise.allSettled([whole, cut, whole, cut].map((bytes) => decodeRgb(bytes, "x")));
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled", "rejected"]);
});
