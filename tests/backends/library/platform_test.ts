import assert from "node:assert/strict";
import { wantedBuild, wheelArchitecture } from "../../../src/backends/library/platform.ts";

Deno.test("wheelArchitecture() knows the two processors of Linux and refuses other machines with a hint", () => {
  assert.equal(wheelArchitecture({ os: "linux", arch: "x86_64" }), "x86_64");
  assert.equal(wheelArchitecture({ os: "linux", arch: "aarch64" }), "aarch64");
  for (const [os, arch] of [["darwin", "aarch64"], ["windows", "x86_64"], ["linux", "riscv64"]] as const) {
    assert.throws(() => wheelArchitecture({ os, arch }), {
      name: "BackendUnavailable",
      message:
        `Cannot download libtensorflow 2.21.0: this is ${os} on ${arch}, expected linux on x86_64 or aarch64; ` +
        "set GUIDEDMIX_LIBTENSORFLOW to the folder of a libtensorflow of your own, or take the webgpu or wasm backend",
    });
  }
});

Deno.test("wantedBuild() takes what is asked for, and refuses CUDA where no wheel has it", async () => {
  assert.equal(await wantedBuild("cpu", { os: "linux", arch: "x86_64" }), "cpu");
  assert.equal(await wantedBuild("cuda", { os: "linux", arch: "x86_64" }), "cuda");
  assert.equal(await wantedBuild("auto", { os: "linux", arch: "aarch64" }), "cpu");
  await assert.rejects(
    wantedBuild("cuda", { os: "linux", arch: "aarch64" }),
    /for CUDA: this is linux on aarch64/,
  );
});
