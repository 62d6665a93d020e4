import assert from "node:assert/strict";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import { checkDecodedSize, decodedBytes, decodeLimits } from "../../src/formats/decode_limits.ts";

/** Runs a test with the variables set. */
function withVariables(values: Record<string, string>, body: () => void): void {
  try {
    for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
    body();
  } finally {
    for (const name of Object.keys(values)) Deno.env.delete(name);
  }
}

const RGB = { channels: 3, bitDepth: 8 };

Deno.test("decodedBytes() counts RGBA of 16 bits eightfold", () => {
  assert.equal(decodedBytes({ width: 10, height: 5, channels: 4, bitDepth: 16 }), 50 * 8);
  assert.equal(decodedBytes({ width: 10, height: 5, channels: 1, bitDepth: 1 }), 50);
  assert.equal(decodedBytes({ width: 10, height: 5, channels: 1, bitDepth: 32 }), 50 * 4);
});

Deno.test("checkDecodedSize() passes a photo of 12,000 × 9,000", () => {
  checkDecodedSize({ width: 12_000, height: 9_000, ...RGB }, "photo.jpg");
});

Deno.test("checkDecodedSize() refuses pixels and bytes beyond the limits, naming the variable", () => {
  assert.throws(
    () => checkDecodedSize({ width: 50_000, height: 50_000, channels: 1, bitDepth: 1 }, "bomb.png"),
    new FormatError(
      'Cannot decode "bomb.png": its header says 50000 × 50000, 2,500 megapixels, expected at most 250; ' +
        "GUIDEDMIX_MAX_MEGAPIXELS sets another limit",
    ),
  );
  assert.throws(
    () => checkDecodedSize({ width: 13_000, height: 10_000, channels: 4, bitDepth: 16 }, "deep.png"),
    new FormatError(
      'Cannot decode "deep.png": its header says 13000 × 10000, 1,040 MB when decoded, expected at most 1,000; ' +
        "GUIDEDMIX_MAX_MEGABYTES sets another limit",
    ),
  );
});

Deno.test("decodeLimits() takes the variables", () => {
  withVariables({ GUIDEDMIX_MAX_MEGAPIXELS: "0.5", GUIDEDMIX_MAX_MEGABYTES: "3000" }, () => {
    assert.deepEqual(decodeLimits(), { pixels: 5e5, bytes: 3e9 });
    assert.throws(() => checkDecodedSize({ width: 1000, height: 501, ...RGB }, "a"), /0\.501 megapixels/);
  });
  for (const value of ["many", "-1", "0", "1e9"]) {
    withVariables({ GUIDEDMIX_MAX_MEGAPIXELS: value }, () => assert.throws(decodeLimits, ConfigError));
  }
});
