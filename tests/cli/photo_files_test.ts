import assert from "node:assert/strict";
import { join } from "node:path";
import { photoFiles } from "../../src/cli/photo_files.ts";

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
    await assert.rejects(photoFiles([join(folder, "x/a.jpg"), join(folder, "y/a.jpg")]), /named "a-jpg" too/);
    await assert.rejects(photoFiles([join(folder, "z")]), /holds no picture/);
  });
  await assert.rejects(photoFiles([]), /no photo is named/);
});
