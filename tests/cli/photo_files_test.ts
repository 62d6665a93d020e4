import assert from "node:assert/strict";
import { join } from "node:path";
import { photoFiles, refuseOverwriting } from "../../src/cli/photo_files.ts";

async function inFolder(names: readonly string[], body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of names) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeFile(join(folder, name), new Uint8Array());
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("photoFiles() finds the pictures of a folder and the folders in it, by their names below it", async () => {
  await inFolder(["a.jpg", "b/a.png", "note.txt"], async (folder) => {
    assert.deepEqual((await photoFiles([folder])).map(({ name }) => name), ["a", "b/a"]);
  });
});

Deno.test("photoFiles() keeps endings apart where two pictures have one name, and a file named twice once", async () => {
  await inFolder(["a.jpg", "a.png"], async (folder) => {
    const files = await photoFiles([folder, join(folder, "a.jpg")]);
    assert.deepEqual(files.map(({ name }) => name), ["a-jpg", "a-png"]);
  });
});

Deno.test("photoFiles() refuses two files of one name, no photo and a folder without one", async () => {
  await inFolder(["x/a.jpg", "y/a.jpg", "z/note.txt"], async (folder) => {
    await assert.rejects(
      photoFiles([join(folder, "x/a.jpg"), join(folder, "y/a.jpg")]),
      /its result "a-jpg\.png" is one of ".*x\/a\.jpg" too/,
    );
    await assert.rejects(photoFiles([join(folder, "z")]), /holds no picture/);
  });
  await assert.rejects(photoFiles([]), /no photo is named/);
});

Deno.test("photoFiles() refuses paths that all lead to nothing; a missing one among others is for later", async () => {
  await inFolder(["a.jpg"], async (folder) => {
    const gone = join(folder, "gone");
    await assert.rejects(
      photoFiles([gone]),
      /^ConfigError: Cannot predict: ".*gone" does not exist, expected photos/,
    );
    assert.equal((await photoFiles([gone, join(folder, "a.jpg")])).length, 2);
  });
});

Deno.test("photoFiles() refuses photos of which one has the name of another's result", async () => {
  await inFolder(["a.jpg", "a-color.jpg"], async (folder) => {
    await assert.rejects(photoFiles([folder]), /its result "a-color\.png" is one of/);
  });
});

Deno.test("refuseOverwriting() refuses results in place of a photo, or where photos are looked for", async () => {
  await inFolder(["in/a.png", "in/b.jpg", "other/c.png"], async (folder) => {
    const [photos, other] = [join(folder, "in"), join(folder, "other")];
    const tried = async (paths: string[], out: string) =>
      await refuseOverwriting(paths, await photoFiles(paths), out);
    await assert.rejects(tried([photos], photos), /lies in the folder of photos/);
    await assert.rejects(tried([photos], join(photos, "new/results")), /lies in the folder of photos/);
    await assert.rejects(tried([join(photos, "a.png")], photos), /would replace the photo ".*a\.png"/);
    await Deno.symlink(photos, join(folder, "link"));
    await assert.rejects(tried([join(photos, "a.png")], join(folder, "link")), /would replace the photo/);
    await tried([photos], other);
    await tried([join(photos, "b.jpg")], photos);
  });
});
