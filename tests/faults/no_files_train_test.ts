import assert from "node:assert/strict";
import { runCommand } from "../cli/run_command.ts";
import { inTemporary } from "../cli/small_runs.ts";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";

/** Photos and masks of two classes; every fifth is for validation. */
async function ownImages(folder: string): Promise<void> {
  for (const part of ["images", "masks"]) await Deno.mkdir(`${folder}/${part}`, { recursive: true });
  for (let i = 0; i < 8; i++) {
    const labels = new Uint8Array(48 * 48).map((_, at) => at % 48 < 20 + i ? 0 : 1);
    const data = new Uint8Array(48 * 48 * 3).map((_, at) => labels[Math.floor(at / 3)]! * 150 + i);
    await Deno.writeFile(`${folder}/images/${i}.png`, encodeRgbPng({ width: 48, height: 48, data }));
    const mask = encodeIndexedPng(48, 48, labels, [[0, 0, 0], [255, 0, 0]]);
    await Deno.writeFile(`${folder}/masks/${i}.png`, mask);
  }
}

for (
  const [part, make] of [["images", "mkfifo"], ["masks", "mkfifo"], ["images", "zero"], [
    "masks",
    "zero",
  ]] as const
) {
  Deno.test({
    name: `deno task train refuses a ${make === "zero" ? "link to /dev/zero" : "pipe"} among ${part} at once`,
    ignore: Deno.build.os !== "linux",
    fn: () =>
      inTemporary(async (folder) => {
        await ownImages(folder);
        const path = `${folder}/${part}/3.png`;
        await Deno.remove(path);
        if (make === "zero") await Deno.symlink("/dev/zero", path);
        else await new Deno.Command("mkfifo", { args: [path] }).output();
        const started = performance.now();
        const { code, stderr } = await runCommand(
          ["train", "--data", folder, "--backend", "wasm", "--iterations", "2", "--out", `${folder}/run`],
        );
        assert.equal(code, 2, stderr);
        assert.match(
          stderr,
          new RegExp(`${part}/3.png": it is a (named pipe|device), expected a readable file`),
        );
        assert.ok(performance.now() - started < 20_000);
      }),
  });
}
