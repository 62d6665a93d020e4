import assert from "node:assert/strict";
import { openBackend } from "../../src/backends/open_backend.ts";
import { softwareAdapter } from "../../src/backends/portable_backends.ts";
import { describeEnd, runScript } from "../limited_process.ts";
import { testUnless } from "../support.ts";
import type { CaseReport, OpenReport } from "./webgpu_ops.ts";

const SCRIPT = "tests/backends/webgpu_ops.ts";

/** Runs all cases; a process that crashes or hangs is stopped and told of. */
const result = await runScript(SCRIPT, [], { limitMs: 120_000 });
const lines = result.stdout.split("\n").filter((line) => line.startsWith("{"));
const opened = JSON.parse(lines[0] ?? "{}") as OpenReport;

Deno.test("openBackend() of webgpu opens it, or says why not", () => {
  assert.ok(opened.device !== undefined || opened.why !== undefined, describeEnd(result));
  if (opened.why !== undefined) assert.match(opened.why, /^Cannot open backend "webgpu": /);
});

testUnless(
  opened.why,
  `differentiable ops and their gradients on webgpu (${opened.device}) equal those on wasm`,
  () => {
    const cases = lines.slice(1).map((line) => JSON.parse(line) as CaseReport);
    const problems = cases.filter(({ problem }) => problem !== undefined);
    assert.deepEqual(problems.map(({ name, problem }) => `${name}: ${problem}`), []);
    assert.ok(result.code === 0 && cases.length >= 15, describeEnd(result));
  },
);

Deno.test("softwareAdapter() tells adapters that compute on the CPU from GPUs", () => {
  const software = [
    { description: "llvmpipe (LLVM 15.0.6, 256 bits)" },
    { vendor: "mesa", device: "lavapipe" },
    { architecture: "swiftshader" },
    { description: "Microsoft Basic Render Driver (software)" },
  ];
  for (const info of software) assert.notEqual(softwareAdapter(info), undefined, JSON.stringify(info));
  for (const info of [{ description: "NVIDIA H100 PCIe", vendor: "nvidia" }, { vendor: "apple" }, {}]) {
    assert.equal(softwareAdapter(info), undefined);
  }
});

Deno.test("openBackend() refuses an unknown name with the known ones", async () => {
  await assert.rejects(openBackend("tensorflwo"), {
    name: "ConfigError",
    message: 'Cannot open backend "tensorflwo": expected one of "auto", "tensorflow", "webgpu", "wasm"; ' +
      'did you mean "tensorflow"?',
  });
});
