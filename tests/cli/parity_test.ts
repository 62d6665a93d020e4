import assert from "node:assert/strict";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { projectPath } from "../support.ts";
import { runCommand } from "./run_command.ts";

const FIXTURE = projectPath("fixtures/reference/official-seed7");
const WASM = ["--backend", "wasm"];

Deno.test("deno task parity --json ends in one object and exits with 0 where all is within", async () => {
  const args = ["--reference", FIXTURE, "--only", "fn-ce,fn-poly", "--json", ...WASM];
  const { code, stdout } = await runCommand(["parity", ...args]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /ce\/default .* 0 %/);
  assert.match(stdout, /PASSED: 4 cases/);
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
  assert.equal(last.ok, true);
  assert.equal(last.backend.name, "wasm");
  assert.deepEqual(last.reports[0].totals.compared, 6);
});

Deno.test("deno task parity exits with 1 and names the tensor that is beyond", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(`${FIXTURE}/manifest.json`, `${folder}/manifest.json`);
    const { tensors } = decodeSafetensors(await Deno.readFile(`${FIXTURE}/fn-ce.safetensors`));
    (tensors.get("ce/default/grad")!.data as Float32Array)[7]! += 1e-3;
    await Deno.writeFile(`${folder}/fn-ce.safetensors`, encodeSafetensors(tensors));
    const { code, stdout } = await runCommand(["parity", "--reference", folder, "--only", "fn-ce", ...WASM]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /ce\/default\/grad \(gradient\): at \[0, 0, 0, 7\] ours is/);
    assert.match(stdout, /FAILED: 2 cases/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno task parity exits with 2 for a wrong call or a folder that is none", async () => {
  const wrong: [string[], RegExp][] = [
    [["--refrence", FIXTURE], /--refrence.*did you mean --reference/i],
    [["--reference", projectPath("src"), ...WASM], /manifest\.json cannot be opened/],
    [["--backend", "wams"], /did you mean "wasm"/],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await runCommand(["parity", ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});
