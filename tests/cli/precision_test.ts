import assert from "node:assert/strict";
import { join } from "node:path";
import { RunFolder } from "../../src/run/run_folder.ts";
import { whyNoBfloat16, whyNot } from "../numeric.ts";
import { testUnless } from "../support.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

Deno.test("deno task train --precision bfloat16 is refused on wasm before a folder is made", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const args = ["--recipe", "supervised", "--backend", "wasm", "--precision", "bfloat16", "--out", out];
    const { code, stderr } = await runCommand(["train", ...args]);
    assert.equal(code, 2);
    assert.match(stderr, /backend "wasm" convolves in float32 only, expected backend "tensorflow"/);
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  });
});

testUnless(
  whyNoBfloat16(),
  "deno task train --precision bfloat16 is recorded, and --resume keeps it",
  async () => {
    await inTemporary(async (folder) => {
      const out = join(folder, "run");
      const asked = ["--recipe", "supervised", "--iterations", "4", ...SMALL_RUN, "--out", out];
      await succeed("train", ...asked, "--precision", "bfloat16");
      assert.equal((await new RunFolder(out).readConfig()).precision, "bfloat16");
      assert.match(await Deno.readTextFile(join(out, "report.html")), /precision[\s\S]{0,80}bfloat16/);
      const { code, stderr } = await runCommand(["train", ...asked, "--precision", "float32", "--resume"]);
      assert.equal(code, 2);
      assert.match(stderr, /with other options: precision is "bfloat16", given "float32"/);
      await succeed("train", "--resume", "--out", out);
    });
  },
);

testUnless(
  whyNot("tensorflow"),
  "deno task train --precision bfloat16 is refused without oneDNN, before a folder or the library is looked for",
  async () => {
    await inTemporary(async (folder) => {
      const out = join(folder, "run");
      const args = ["train", "--recipe", "supervised", "--precision", "bfloat16", "--out", out];
      // a library that is looked for first would be missed first
      const env = { TF_ENABLE_ONEDNN_OPTS: "0", GUIDEDMIX_LIBTENSORFLOW: "/nowhere/at/all" };
      const { code, stderr } = await runCommand(args, env);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /^.*Cannot train with precision "bfloat16": oneDNN is switched off, expected [^\n]*$/m,
      );
      await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
    });
  },
);
