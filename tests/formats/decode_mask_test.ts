import assert from "node:assert/strict";
import { FormatError } from "../../src/core/errors.ts";
import { decodeMask } from "../../src/formats/decode_mask.ts";
import { expectedPixels, imageBytes } from "./image_files.ts";

for (const [file, { shape, data }] of expectedPixels("mask")) {
  Deno.test(`decodeMask() gives the stored values of ${file}`, async () => {
    const mask = await decodeMask(imageBytes(file), file);
    assert.deepEqual([mask.height, mask.width], shape.slice(0, 2));
    assert.deepEqual([...mask.data], [...data]);
    const kind = file.startsWith("palette") ? "palette" : file.startsWith("color") ? "color" : "index";
    assert.equal(mask.kind, kind);
    assert.equal(mask.data instanceof Uint16Array, file.includes("16"));
  });
}

Deno.test("decodeMask() gives the palette's colours", async () => {
  const mask = await decodeMask(imageBytes("palette2.png"), "m.png");
  assert.equal(mask.palette?.length, 4);
  assert.equal(mask.palette?.[0]?.length, 3);
});

Deno.test("decodeMask() refuses what cannot hold classes", async () => {
  const refused = (file: string, text: RegExp) =>
    assert.rejects(decodeMask(imageBytes(file), file), (error) => {
      assert.ok(error instanceof FormatError);
      assert.match(error.message, text);
      return true;
    });
  await refused("baseline.jpg", /"baseline.jpg": it is a JPEG, expected a PNG/);
  await refused("color16.png", /colour picture of 16 bits/);
});
