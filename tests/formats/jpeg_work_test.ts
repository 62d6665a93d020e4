import assert from "node:assert/strict";
import { FormatError } from "../../src/core/errors.ts";
import { readJpegHeader } from "../../src/formats/jpeg_header.ts";
import { checkJpegWork } from "../../src/formats/jpeg_work.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { imageBytes } from "./image_files.ts";

function refused(bytes: Uint8Array, text: RegExp): void {
  assert.throws(() => checkJpegWork(bytes, readJpegHeader(bytes, "a.jpg"), "a.jpg"), (error) => {
    assert.ok(error instanceof FormatError);
    assert.match(error.message, /^Cannot decode "a\.jpg": .*, expected /);
    assert.match(error.message, text);
    return true;
  });
}

/** A JPEG with another size in its header. */
function resized(file: string, width: number, height: number): Uint8Array {
  const bytes = imageBytes(file);
  const view = new DataView(bytes.buffer);
  const frame = readJpegHeader(bytes, file).end - 17; // three components: a frame header of 17 bytes
  view.setUint16(frame + 3, height);
  view.setUint16(frame + 5, width);
  return bytes;
}

/** A progressive JPEG whose last scan stands in it many times. */
function withManyScans(count: number): Uint8Array {
  const bytes = imageBytes("progressive.jpg");
  const scan = bytes.lastIndexOf(0xda) - 1;
  const end = bytes.length - 2;
  const repeated = Array.from({ length: count }, () => [...bytes.subarray(scan, end)]).flat();
  return Uint8Array.of(...bytes.subarray(0, end), ...repeated, 0xff, 0xd9);
}

Deno.test("checkJpegWork() passes the pictures of usual writers", () => {
  for (const file of ["baseline.jpg", "progressive.jpg", "grey.jpg"]) {
    const bytes = imageBytes(file);
    checkJpegWork(bytes, readJpegHeader(bytes, file), file);
  }
});

Deno.test("checkJpegWork() refuses a header beyond the limit, and one that the file cannot fill", () => {
  refused(
    resized("baseline.jpg", 20_000, 20_000),
    /says 20000 × 20000, 400 megapixels, expected at most 250/,
  );
  refused(
    resized("baseline.jpg", 12_000, 12_000),
    /says 12000 × 12000 but it has \d+ bytes, expected at least \d+/,
  );
});

Deno.test("checkJpegWork() refuses a progressive picture that the decoder's memory cannot hold", () => {
  const bytes = resized("progressive.jpg", 15_000, 15_000);
  bytes[readJpegHeader(bytes, "a.jpg").end - 8] = 0x11; // as many blocks of colour as of brightness
  const padded = new Uint8Array(2e6); // as many bytes as such a picture has at least
  padded.set(bytes);
  refused(
    padded,
    /says 15000 × 15000, which takes \d+ MB to decode, expected at most 1900; save it as baseline/,
  );
});

Deno.test("checkJpegWork() refuses scans that go over the picture hundreds of times", async () => {
  const few = withManyScans(3);
  checkJpegWork(few, readJpegHeader(few, "a.jpg"), "a.jpg");
  refused(withManyScans(500), /its scans go over the picture \d+ times, expected at most 32; save it again/);
  await assert.rejects(decodeRgb(withManyScans(500), "a.jpg"), FormatError);
});
