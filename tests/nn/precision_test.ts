import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Host } from "../../src/backends/library/host.ts";
import { checkPrecision, checkPrecisionHere } from "../../src/nn/precision.ts";
import { bfloat16Test, numericTest, whyNoBfloat16, whyNot } from "../numeric.ts";
import { testUnless } from "../support.ts";

bfloat16Test("checkPrecision() takes both types", () => {
  checkPrecision("float32");
  checkPrecision("bfloat16");
});

testUnless(
  whyNot("tensorflow") ?? (whyNoBfloat16() === undefined ? "bfloat16 is here" : undefined),
  "checkPrecision() refuses bfloat16 where the kernels lack it",
  async () => {
    await tf.setBackend("tensorflow");
    assert.throws(() => checkPrecision("bfloat16"), {
      name: "ConfigError",
      message: /^Cannot train with precision "bfloat16": libtensorflow's kernels refuse it here, or miss its/,
    });
  },
);

/** A processor with these flags. */
function processor(flags: string): Host {
  return {
    os: "linux",
    arch: "x86_64",
    libc: { name: "glibc", release: "2.36" },
    cpuinfo: `flags\t: ${flags}\n`,
  };
}

Deno.test("checkPrecisionHere() refuses bfloat16 on a processor without AVX-512, before a library is there", async () => {
  const host = processor("sse4_1 avx avx2 fma");
  await checkPrecisionHere("float32", "auto", { host, hasGpu: false });
  await checkPrecisionHere("bfloat16", "auto", { host, hasGpu: true });
  for (const backend of ["auto", "tensorflow"]) {
    await assert.rejects(checkPrecisionHere("bfloat16", backend, { host, hasGpu: false }), {
      name: "ConfigError",
      message:
        'Cannot train with precision "bfloat16": this processor has no instructions for it, expected backend ' +
        '"tensorflow" on a processor with AVX-512 or on a GPU, or precision "float32"',
    });
  }
});

Deno.test("checkPrecisionHere() refuses bfloat16 on the portable backends, whatever the processor", async () => {
  const host = processor("avx avx2 avx512f avx512bw");
  for (const backend of ["wasm", "webgpu"]) {
    const message = new RegExp(`backend "${backend}" convolves in float32 only`);
    await assert.rejects(checkPrecisionHere("bfloat16", backend, { host, hasGpu: true }), { message });
  }
});

numericTest("checkPrecision() refuses bfloat16 where convolutions are float32", () => {
  checkPrecision("float32");
  assert.throws(() => checkPrecision("bfloat16"), {
    name: "ConfigError",
    message:
      'Cannot train with precision "bfloat16": backend "wasm" convolves in float32 only, expected backend ' +
      '"tensorflow" on a processor with AVX-512 or on a GPU, or precision "float32"',
  });
}, ["wasm"]);
