import assert from "node:assert/strict";
import type { EncoderOptions } from "../../../src/config/model_options.ts";
import { sourceFor, WEIGHT_SOURCES } from "../../../src/interop/pretrained/weight_sources.ts";

const RESNET: EncoderOptions = {
  depth: 18,
  stem: "v1",
  stemChannels: 64,
  baseChannels: 64,
  outputStride: 16,
  contractDilation: true,
};

const LITE: EncoderOptions = { family: "efficientnet-lite", variant: "lite0", outputStride: 16 };

Deno.test("WEIGHT_SOURCES carry in their file names the first digits of their digests", () => {
  for (const { file, sha256 } of WEIGHT_SOURCES) {
    assert.match(file, /-[0-9a-f]{8}\.pth$/);
    assert.ok(file.includes(`-${sha256.slice(0, 8)}.`), file);
  }
  assert.equal(new Set(WEIGHT_SOURCES.map(({ name }) => name)).size, WEIGHT_SOURCES.length);
});

Deno.test("sourceFor() finds the file of an encoder by family, size and stem", () => {
  assert.equal(sourceFor(LITE).file, "efficientnet-lite0-57934424.pth");
  assert.equal(sourceFor(RESNET).file, "resnet18-f37072fd.pth");
  assert.equal(sourceFor({ ...RESNET, depth: 50, stem: "v1c" }).file, "resnet50_v1c-2cccc1ad.pth");
});

Deno.test("sourceFor() refuses encoders that no file is published for, with what is wrong", () => {
  assert.throws(() => sourceFor({ ...RESNET, baseChannels: 16 }), {
    name: "ConfigError",
    message: /encoder\.baseChannels is 16, expected 64; --weights none/,
  });
  assert.throws(() => sourceFor({ ...LITE, width: 0.5 }), { message: /encoder\.width is 0\.5, expected 1/ });
  assert.throws(() => sourceFor({ ...RESNET, depth: 34, stem: "v1c" }), {
    message: /none are known for ResNet-34 with stem "v1c", expected one of efficientnet-lite0/,
  });
});
