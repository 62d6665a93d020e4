import assert from "node:assert/strict";
import { join } from "node:path";
import { openUnlabeled, unlabeledNotes } from "../../src/data/open_unlabeled.ts";
import { photo, withFolder } from "./made_folders.ts";

Deno.test("openUnlabeled() takes the pictures of a folder and of the folders in it", async () => {
  await withFolder({ "b.png": photo(), "in/a.JPG": photo(), "notes.txt": "" }, async (root) => {
    assert.deepEqual(await openUnlabeled(root), [
      { id: "b.png", image: { kind: "file", path: join(root, "b.png") } },
      { id: "in/a.JPG", image: { kind: "file", path: join(root, "in/a.JPG") } },
    ]);
  });
});

Deno.test("openUnlabeled() takes images of a list and leaves its masks alone", async () => {
  await withFolder({ "lists/u.txt": "/x/a.png /masks/never.png\nx/b.png\n" }, async (root) => {
    const items = await openUnlabeled(join(root, "lists/u.txt"), { root });
    assert.deepEqual(items.map(({ id, mask }) => [id, mask]), [["x/a.png", undefined], [
      "x/b.png",
      undefined,
    ]]);
  });
});

Deno.test("openUnlabeled() names pictures outside the dataset's folder by their whole path", async () => {
  await withFolder({ "more/a.png": photo() }, async (root) => {
    const items = await openUnlabeled(join(root, "more"), { root: join(root, "set") });
    assert.deepEqual(items.map(({ id }) => id), [join(root, "more/a.png")]);
  });
});

Deno.test("openUnlabeled() refuses a folder without pictures, a missing list and entries that leave", async () => {
  await withFolder({ "empty/notes.txt": "", "u.txt": "../a.png\n" }, async (root) => {
    await assert.rejects(openUnlabeled(join(root, "empty")), {
      name: "DatasetError",
      message: /it holds no picture, expected/,
    });
    await assert.rejects(openUnlabeled(join(root, "missing.txt")), /the file does not exist/);
    await assert.rejects(openUnlabeled(join(root, "u.txt")), /"\.\.\/a\.png" in line 1 leaves the folder/);
  });
});

Deno.test("openUnlabeled() takes no masks for photos, and lists may name absolute paths", async () => {
  const files = {
    "images/a.jpg": photo(),
    "images/a_mask.png": photo(),
    "masks/a.png": photo(),
    "masks/theatre.jpg": photo(),
    "SegmentationClass/a.png": photo(),
  };
  await withFolder(files, async (root) => {
    const items = await openUnlabeled(root);
    assert.deepEqual(items.map(({ id }) => id), ["images/a.jpg", "masks/theatre.jpg"]);
    assert.match(
      (await unlabeledNotes(root))[0]!,
      /^3 pictures of .* left out, being masks by their names or folders, first "images\/a_mask\.png"$/,
    );
    await withFolder({ "u.txt": `${root}/images/a.jpg\n` }, async (other) => {
      const listed = await openUnlabeled(join(other, "u.txt"));
      assert.deepEqual(listed.map(({ id }) => id), [join(root, "images/a.jpg")]);
    });
  });
});
