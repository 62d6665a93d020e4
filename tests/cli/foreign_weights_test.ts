import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { WEIGHTS_VARIABLE } from "../../src/interop/pretrained/ensure_weights.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

/** The published file's name of Lite0's weights. */
const PUBLISHED = "efficientnet-lite0-57934424.pth";

/** A `.pth` of the encoder of a small ResNet alone. */
async function writeResnet(folder: string): Promise<string> {
  const [run, file] = [join(folder, "resnet"), join(folder, "resnet.pth")];
  await succeed("train", "--recipe", "supervised", "--iterations", "1", ...SMALL_RUN, "--out", run);
  await succeed("export", "--run", run, "--format", "torch", "--out", file);
  return file;
}

/** A run with EfficientNet-Lite0 of the same small pictures. */
function liteRun(out: string, weights: string): string[] {
  const settings = SMALL_RUN.filter((option, i) =>
    !/^encoder\./.test(option) && !/^encoder\./.test(SMALL_RUN[i + 1] ?? "")
  );
  const encoder = ["--set", "encoder.family=efficientnet-lite"];
  return [
    "train",
    "--recipe",
    "supervised",
    "--iterations",
    "1",
    ...settings,
    ...encoder,
    "--weights",
    weights,
    "--out",
    out,
  ];
}

Deno.test("deno task train refuses a .pth that is another network in a sentence, and begins no run", async () => {
  await inTemporary(async (folder) => {
    const resnet = await writeResnet(folder);
    const out = join(folder, "lite");
    const { code, stderr } = await runCommand(liteRun(out, resnet));
    assert.equal(code, 2, stderr);
    const said = stderr.trim().split("\n").at(-1)!;
    assert.match(said, /^Cannot load weights from ".*resnet\.pth": .*expected/);
    assert.ok(!existsSync(out), "no run folder");
  });
});

Deno.test(`a folder of one's own weights that holds another network under the published name is refused`, async () => {
  await inTemporary(async (folder) => {
    const resnet = await writeResnet(folder);
    await Deno.rename(resnet, join(folder, PUBLISHED));
    const out = join(folder, "lite");
    const { code, stderr } = await runCommand(liteRun(out, "imagenet"), { [WEIGHTS_VARIABLE]: folder });
    assert.equal(code, 1, stderr);
    const said = stderr.trim().split("\n").at(-1)!;
    assert.match(said, /^Cannot take weights "efficientnet-lite0" from GUIDEDMIX_WEIGHTS: .* has sha256 /);
    assert.ok(!existsSync(out), "no run folder");
  });
});
