import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

const SIZE = 40;

/** Photos and masks described by a TOML; the masks of photos 4 to 7 are no pictures. */
async function writeDataset(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "images"));
  await Deno.mkdir(join(folder, "masks"));
  const lines: string[] = [];
  for (let i = 0; i < 8; i++) {
    const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => (k * 7 + i * 31) % 256);
    const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, k) => k % SIZE < SIZE / 2 ? 0 : 1);
    await Deno.writeFile(join(folder, `images/${i}.png`), encodeRgbPng({ width: SIZE, height: SIZE, data }));
    const mask = i < 4
      ? encodeIndexedPng(SIZE, SIZE, labels, [[0, 0, 0], [255, 0, 0]])
      : new Uint8Array([1, 2, 3]);
    await Deno.writeFile(join(folder, `masks/${i}.png`), mask);
    lines.push(`images/${i}.png masks/${i}.png`);
  }
  await Deno.writeTextFile(join(folder, "train.txt"), lines.join("\n"));
  await Deno.writeTextFile(join(folder, "val.txt"), "images/2.png masks/2.png\nimages/3.png masks/3.png\n");
  await Deno.writeTextFile(join(folder, "labeled.txt"), "images/0.png\nimages/1.png\n");
  await Deno.writeTextFile(
    join(folder, "dataset.toml"),
    'name = "halves"\nclasses = ["left", "right"]\nmasks = "index"\ntrain = "train.txt"\nval = "val.txt"\n',
  );
}

/** Without the options of generated pictures. */
const OPTIONS = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.") && !SMALL_RUN[i + 1]?.startsWith("data.")
);

Deno.test("deno task train never opens a mask of an image that is not labeled", async () => {
  await inTemporary(async (folder) => {
    await writeDataset(folder);
    const call = ["train", "--data", folder, "--iterations", "3", "--set", "data.crop=32x32", ...OPTIONS];
    const labeled = ["--labeled", join(folder, "labeled.txt")];
    const answer = await succeed(...call, ...labeled, "--out", join(folder, "run"));
    assert.equal(answer.ok, true);
    const { code, stderr } = await runCommand([...call, "--out", join(folder, "all")]);
    assert.equal(code, 2, "all masks are used without --labeled, the broken ones too");
    assert.match(stderr, /masks\/4\.png/);
  });
});
