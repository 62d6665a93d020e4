import assert from "node:assert/strict";
import { join } from "node:path";
import { greyPng, rgbPng, toml } from "../data/made_folders.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, sameParameters, SMALL_RUN, succeed } from "./small_runs.ts";

/** A network small enough for any backend, without options of generated pictures. */
const SMALL = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.") && !SMALL_RUN[i + 1]?.startsWith("data.")
);

const SIDE = 40;

const photoOf = (i: number) =>
  rgbPng(
    SIDE,
    SIDE,
    Array.from({ length: 97 }, (_, k) => [(k * 29 + i) % 256, (k * 57) % 256, (k * 83) % 256]),
  );

/** Two labeled photos, one of val, and five without masks, of which 4 has damaged pixels that no header shows. */
async function writePhotos(folder: string): Promise<void> {
  for (const part of ["images", "masks"]) await Deno.mkdir(join(folder, part), { recursive: true });
  const mask = greyPng(SIDE, SIDE, Array.from({ length: SIDE * SIDE }, (_, i) => i % SIDE < 20 ? 0 : 1));
  for (let i = 0; i < 8; i++) {
    const photo = photoOf(i);
    if (i === 4) photo.fill(255, photo.length / 2, photo.length / 2 + 40);
    await Deno.writeFile(join(folder, `images/${i}.png`), photo);
    await Deno.writeFile(join(folder, `masks/${i}.png`), mask);
  }
  const labeled = [0, 1].map((i) => `images/${i}.png masks/${i}.png\n`);
  const free = [3, 4, 5, 6, 7].map((i) => `images/${i}.png\n`);
  await Deno.writeTextFile(join(folder, "train.txt"), [...labeled, ...free].join(""));
  await Deno.writeTextFile(join(folder, "val.txt"), "images/2.png masks/2.png\n");
  await Deno.writeTextFile(join(folder, "dataset.toml"), toml());
}

const call = (data: string, out: string, ...more: string[]) => [
  "train",
  "--data",
  data,
  "--recipe",
  "guidedmix",
  "--iterations",
  "6",
  ...SMALL,
  "--set",
  "data.crop=33x33",
  "--out",
  out,
  ...more,
];

const SKIP = ["--set", "data.skipBroken=true"];

Deno.test("deno task train leaves out broken unlabeled photos where asked, and goes on bit for bit", async () => {
  await inTemporary(async (folder) => {
    const [data, straight, halves] = ["data", "straight", "halves"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writePhotos(data);
    await succeed(...call(data, straight, ...SKIP));
    assert.equal(await Deno.readTextFile(join(straight, "split/left_out.txt")), "images/4.png\n");
    assert.doesNotMatch(await Deno.readTextFile(join(straight, "split/unlabeled.txt")), /4\.png/);
    assert.match(
      await Deno.readTextFile(join(straight, "report.html")),
      /4 more without labels, left out 1 broken photo</,
    );

    // as if stopped after iteration 4, and the photo mended meanwhile: what was left out stays so
    for (const part of ["split", "checkpoints"]) await Deno.mkdir(join(halves, part), { recursive: true });
    const lists = [...Deno.readDirSync(join(straight, "split"))].map(({ name }) => `split/${name}`);
    for (const name of ["config.toml", "checkpoints/iteration-00000004.safetensors", ...lists]) {
      await Deno.copyFile(join(straight, name), join(halves, name));
    }
    await Deno.writeFile(join(data, "images/4.png"), photoOf(4));
    await succeed("train", "--resume", "--out", halves);
    await sameParameters(halves, straight);
  });
});

Deno.test("deno task train stopped by a broken unlabeled photo says how to go on without it", async () => {
  await inTemporary(async (folder) => {
    const [data, out] = [join(folder, "data"), join(folder, "run")];
    await writePhotos(data);
    const broken = await runCommand(call(data, out));
    assert.equal(broken.code, 2, broken.stderr);
    const told =
      /^Cannot [^"]*"[^"]+\/4\.png".*; --resume with --set data\.skipBroken=true leaves out unlabeled/m;
    assert.match(broken.stderr, told);
    const { code, stderr } = await runCommand(["train", "--resume", "--out", out, ...SKIP]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /left out 1 broken photo: 1 of 5 unlabeled photos cannot be read, "[^"]+4\.png"/);
    assert.match(stderr, /1 broken photo less than before: unlabeled photos come in another order/);
  });
});
