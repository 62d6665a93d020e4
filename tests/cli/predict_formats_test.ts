import assert from "node:assert/strict";
import { join } from "node:path";
import { sharedPath } from "../support.ts";
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
