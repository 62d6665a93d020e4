import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { photoFiles } from "../../src/cli/photo_files.ts";
import { leftOutNotes } from "../../src/data/image_files.ts";
import { projectPath, sharedPath } from "../support.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

const PHOTOS = sharedPath("cases/data/33-predict-tif");

Deno.test({
  name: `deno task predict reads TIFF and WebP of a folder, and says what it left out${
    PHOTOS === undefined ? " [skipped: ../shared/cases is missing]" : ""
  }`,
  ignore: PHOTOS === undefined,
  fn: async () => {
    await inTemporary(async (folder) => {
      const run = join(folder, "run");
      await succeed(
        "train",
        "--preset",
        "demo",
        "--recipe",
        "supervised",
        "--iterations",
        "2",
        ...SMALL_RUN,
        "--out",
        run,
      );
      const photos = join(folder, "photos");
      await Deno.mkdir(photos);
      for (const { name } of Deno.readDirSync(PHOTOS!)) {
        await Deno.copyFile(join(PHOTOS!, name), join(photos, name));
      }
      await Deno.writeTextFile(join(photos, "d.heic"), "....ftypheic");
      const out = join(folder, "predictions");
      const { code, stderr, stdout } = await runCommand([
        "predict",
        "--run",
        run,
        photos,
        "--out",
        out,
        "--json",
      ]);
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /note\s+1 picture of .* left out, being no JPEG, PNG, TIFF, WebP or BMP, first "d\.heic"/,
      );
      const { predicted } = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
        predicted: { photo: string }[];
      };
      assert.deepEqual(predicted.map(({ photo }) => photo.slice(-6).replace(/^.*\//, "")), [
        "a.jpg",
        "b.tif",
        "c.webp",
      ]);
    });
  },
});

/** Folders of the same kind: what is read, and what is said of the rest. */
const MORE: readonly (readonly [what: string, files: readonly string[], read: number, note: RegExp])[] = [
  [
    "BMP, TIFF of 16 bits and a GIF",
    ["rgb.bmp", "rgb.tif", "anim.gif"],
    2,
    /1 picture of .* first "anim\.gif"/,
  ],
  [
    "WebP, HEIC and AVIF in folders",
    ["one/rgb.webp", "two/a.heic", "two/b.avif"],
    1,
    /2 pictures of .*first "two\/a\.heic"/,
  ],
];

for (const [what, files, read, note] of MORE) {
  Deno.test(`photoFiles() of ${what} names those that are read, and leftOutNotes() the rest`, async () => {
    await inTemporary(async (folder) => {
      for (const file of files) {
        const path = join(folder, file);
        await Deno.mkdir(dirname(path), { recursive: true });
        const fixture = projectPath(`fixtures/formats/others/${basename(file)}`);
        if (existsSync(fixture)) await Deno.copyFile(fixture, path);
        else await Deno.writeTextFile(path, "no picture that is read");
      }
      assert.equal((await photoFiles([folder])).length, read);
      assert.match((await leftOutNotes(folder)).join("; "), note);
    });
  });
}
