/** What the command line says of data as it lies, and does with it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodeMask } from "../../src/formats/decode_mask.ts";
import { readImageHeader } from "../../src/formats/image_header.ts";
import { greyPng, photo, withFolder } from "../data/made_folders.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

const SIZE = 40;

/** Half of each mask is 0, half 255. */
const HALVES = greyPng(
  SIZE,
  SIZE,
  Array.from({ length: SIZE * SIZE }, (_, i) => i % SIZE < SIZE / 2 ? 0 : 255),
);

/** Thirds of 0, 1 and 2. */
const STRIPES = greyPng(
  SIZE,
  SIZE,
  Array.from({ length: SIZE * SIZE }, (_, i) => Math.floor(3 * (i % SIZE) / SIZE)),
);

function pairs(count: number): Record<string, Uint8Array> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      [`images/p${i}.png`, photo(SIZE, SIZE)],
      [`masks/p${i}_mask.png`, HALVES],
    ]).flat() as [string, Uint8Array][],
  );
}

/** Without the options of generated pictures. */
const OPTIONS = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.") && !SMALL_RUN[i + 1]?.startsWith("data.")
);

Deno.test("deno task train --check tells layout, classes and counts, with a picture, and trains nothing", async () => {
  await withFolder({ ...pairs(5), "images/free.png": photo(SIZE, SIZE) }, async (root) => {
    await inTemporary(async (folder) => {
      const out = join(folder, "out");
      const { code, stdout, stderr } = await runCommand([
        "train",
        "--data",
        root,
        "--check",
        "--out",
        out,
        "--json",
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^layout {3}folders of photos and masks$/m);
      assert.match(stdout, /^class {6}1 {2}class 255 {2}\[225, 45, 60\] {2}50\.0 %$/m);
      assert.match(stdout, /^names .*"dataset\.toml" with classes = \[a name each\], values = \[0, 255\]/m);
      assert.match(stdout, /^ {9}1 of 5 pairs are held out for val$/m);
      assert.match(stdout, /^ {9}5 masks looked at; left out 0\.0 %$/m);
      assert.match(stdout, /2 classes, 4 labeled, 1 unlabeled, 1 val, 0 test/);
      assert.match(stdout, /note: names are matched by a rule that fits all: masks are called "\*_mask"/);
      const { counts, picture } = JSON.parse(stdout.trim().split("\n").at(-1)!);
      assert.deepEqual(counts, { train: 4, val: 1, test: 0, unlabeled: 1 });
      const header = readImageHeader(await Deno.readFile(picture), picture);
      assert.deepEqual([header.width, header.height], [3 * SIZE + 2 * 4, SIZE + 6 + 21]);
      assert.ok(!existsSync(join(out, "config.toml")));
    });
  });
});

Deno.test("deno task train --check tells where classes get names, until they have some", async () => {
  const masks = Object.fromEntries(
    Object.keys(pairs(5)).filter((path) => path.startsWith("masks/")).map((path) => [path, STRIPES]),
  );
  await withFolder({ ...pairs(5), ...masks }, async (root) => {
    await inTemporary(async (folder) => {
      const check = async () => {
        const { code, stdout, stderr } = await runCommand([
          "train",
          "--data",
          root,
          "--check",
          "--out",
          folder,
        ]);
        assert.equal(code, 0, stderr);
        return stdout;
      };
      const file = join(root, "classes.txt");
      assert.ok(
        (await check()).includes(`names    nothing names the classes; write them into "${file}", one a line`),
      );
      await Deno.writeTextFile(file, "wall\nfloor\nroof\n");
      const named = await check();
      assert.match(named, /^class {6}2 {2}roof /m);
      assert.doesNotMatch(named, /^names/m);
    });
  });
});

Deno.test("deno task train --check refuses what a run would, and says what was understood", async () => {
  await withFolder({ "a.png": photo(SIZE, SIZE) }, async (root) => {
    const { code, stdout, stderr } = await runCommand(["train", "--data", root, "--check"]);
    assert.equal(code, 2);
    assert.match(stdout, /^layout {3}photos without masks$/m);
    assert.match(stderr, /it has 1 photos and no masks, expected masks of some/);
  });
  await withFolder({ "images/a.png": photo(SIZE, SIZE), "masks/a.npy": new Uint8Array(9) }, async (root) => {
    const { code, stderr } = await runCommand(["train", "--data", root, "--check"]);
    assert.equal(code, 2);
    assert.match(stderr, /; "masks\/a\.npy" is of no format that is read: write masks as PNG/);
  });
});

Deno.test("deno task eval --data takes every pair of another folder, predict --values the masks' own numbers", async () => {
  await withFolder(pairs(6), async (root) => {
    await inTemporary(async (folder) => {
      const run = join(folder, "run");
      const how = ["--iterations", "2", "--recipe", "supervised", "--set", "data.crop=32x32", ...OPTIONS];
      await succeed("train", "--data", root, ...how, "--out", run);
      const images = async (...options: string[]) => {
        const { code, stdout, stderr } = await runCommand(["eval", "--run", run, ...options]);
        assert.equal(code, 0, stderr);
        return /mean class accuracy .*, (\d+) images/.exec(stdout)![1];
      };
      await withFolder(pairs(4), async (other) => assert.equal(await images("--data", other), "4"));
      // of its own folder only what it did not train on
      assert.equal(await images("--data", root), "1");
      assert.equal(await images(), "1");
      const out = join(folder, "out");
      await succeed("predict", "--run", run, "--values", join(root, "images/p0.png"), "--out", out);
      const mask = await decodeMask(await Deno.readFile(join(out, "p0.png")), "p0.png");
      assert.equal(mask.kind, "index");
      assert.ok(mask.data.every((value) => value === 0 || value === 255));
    });
  });
});
