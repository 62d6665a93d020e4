import assert from "node:assert/strict";
import { join } from "node:path";
import type { Item } from "../../../src/data/dataset.ts";
import { openDescribed } from "../../../src/data/layouts/described.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { missingData, sharedPath, testUnless } from "../../support.ts";
import { describedFiles, MASK, photo, rgbPng, toml, withFolder } from "../made_folders.ts";

function ids(items: readonly Item[]): string[] {
  return items.map(({ id }) => id);
}

Deno.test("openDescribed() makes items of lists; lines without a mask are unlabeled", async () => {
  await withFolder(describedFiles(), async (root) => {
    const dataset = await openDescribed(join(root, "dataset.toml"));
    assert.deepEqual([dataset.name, dataset.root], ["Tiny", root]);
    assert.deepEqual(ids(dataset.train), ["images/a.png", "images/b.png", "images/c.png"]);
    assert.deepEqual(ids(dataset.unlabeled), ["images/free.png"]);
    assert.equal(dataset.unlabeled[0]!.mask, undefined);
    assert.deepEqual(dataset.val[0]!.mask, { kind: "file", path: join(root, "masks/v.png") });
  });
});

Deno.test("openDescribed() adds a folder of unlabeled pictures, without those of its lists", async () => {
  const files = describedFiles({
    "dataset.toml": toml('unlabeled = "images"', 'test = "test.txt"'),
    "test.txt": "images/more.png\n",
    "images/more.png": photo(),
    "images/extra.png": photo(),
  });
  await withFolder(files, async (root) => {
    const dataset = await openDescribed(join(root, "dataset.toml"));
    assert.deepEqual(ids(dataset.unlabeled), ["images/free.png", "images/extra.png"]);
    assert.deepEqual(ids(dataset.test), ["images/more.png"]);
  });
});

Deno.test("openDescribed() collects paths that leave the folder", async () => {
  const files = describedFiles({
    "dataset.toml": toml('test = "../test.txt"'),
    "train.txt": "../a.png masks/a.png\nimages/b.png ../../b.png\n",
  });
  await withFolder(files, async (root) => {
    await assert.rejects(openDescribed(join(root, "dataset.toml")), (error: Error) => {
      assert.equal(error.name, "DatasetError");
      assert.match(error.message, /3 problems/);
      assert.ok(
        error.message.includes(
          `"../a.png" in line 1 of "train.txt" leaves the folder, expected a path inside "${root}"`,
        ),
      );
      assert.match(error.message, /"\.\.\/\.\.\/b\.png" in line 2/);
      assert.match(error.message, /test is "\.\.\/test\.txt", which leaves the folder/);
      return true;
    });
  });
});

Deno.test("openDescribed() wants a mask for each image of val", async () => {
  await withFolder(describedFiles({ "val.txt": "images/v.png\n" }), async (root) => {
    await assert.rejects(
      openDescribed(join(root, "dataset.toml")),
      /"images\/v\.png" in "val\.txt" has no mask, expected one/,
    );
  });
});

testUnless(
  missingData("data/camvid/dataset.toml"),
  "openDescribed() opens CamVid and reads its labels",
  async () => {
    const dataset = await openDescribed(sharedPath("data/camvid/dataset.toml")!);
    assert.deepEqual([dataset.train.length, dataset.val.length, dataset.test.length], [367, 101, 233]);
    assert.equal(dataset.train[0]!.id, "train/0001TP_006690.jpg");
    const labels = await readLabelMap(dataset, dataset.train[0]!);
    assert.deepEqual([labels.width, labels.height], [480, 360]);
    assert.ok(labels.data.every((label) => label < 11 || label === 255));
    assert.ok(labels.data.includes(255), "void is 11 in the file, 255 here");
  },
);

Deno.test("openDescribed() without lists matches the folders images and masks, with its own classes", async () => {
  const mask = rgbPng(4, 2, [[9, 0, 0], [0, 9, 0]]);
  const files = {
    "dataset.toml":
      'classes = ["a", "b"]\nmasks = "color"\ncolors = [[9, 0, 0], [0, 9, 0]]\nunlabeled = "/images"',
    "images/1.png": photo(),
    "images/2.png": photo(),
    "images/3.png": photo(),
    "masks/1.png": mask,
    "masks/2.png": mask,
  };
  await withFolder(files, async (root) => {
    const dataset = await openDescribed(join(root, "dataset.toml"));
    assert.deepEqual([dataset.train.length, dataset.val.length], [1, 1]);
    assert.deepEqual(ids(dataset.unlabeled), ["images/3.png"]);
    assert.deepEqual([...(await readLabelMap(dataset, dataset.train[0]!)).data], [0, 1, 0, 1, 0, 1, 0, 1]);
  });
  await withFolder({ "dataset.toml": 'classes = ["a", "b"]' }, async (root) => {
    await assert.rejects(
      openDescribed(join(root, "dataset.toml")),
      /train and val are missing, expected lists/,
    );
  });
});

Deno.test("openDescribed() refuses a path of another place, and notes a mask that two images have", async () => {
  const elsewhere = describedFiles({ "dataset.toml": toml('unlabeled = "/no/such/folder"') });
  await withFolder(elsewhere, async (root) => {
    const rule = /unlabeled is "\/no\/such\/folder", which leaves the folder, expected a path inside/;
    await assert.rejects(openDescribed(join(root, "dataset.toml")), rule);
  });
  const twice = describedFiles({ "train.txt": "images/a.png masks/a.png\nimages/b.png masks/a.png\n" });
  await withFolder(twice, async (root) => {
    const { notes } = await openDescribed(join(root, "dataset.toml"));
    assert.match(notes!.join(), /^1 images of train have the mask of another one, first ".*a\.png"$/);
  });
});

Deno.test("openDescribed() takes absolute paths of its lists and keys elsewhere, and backslashes", async () => {
  await withFolder(
    { "photos/x.png": photo(), "photos/more/y.png": photo(), "masks/x.png": MASK },
    async (other) => {
      const files = describedFiles({
        "dataset.toml": toml(`unlabeled = "${other}/photos/more"`),
        "train.txt": `images\\a.png masks\\a.png\n${other}/photos/x.png ${other}/masks/x.png\n`,
      });
      await withFolder(files, async (root) => {
        const dataset = await openDescribed(join(root, "dataset.toml"));
        assert.deepEqual(ids(dataset.train), ["images/a.png", `${other}/photos/x.png`]);
        assert.deepEqual(ids(dataset.unlabeled), [`${other}/photos/more/y.png`]);
        assert.equal((await readLabelMap(dataset, dataset.train[1]!)).data.length, 8);
        const [outside, turned] = dataset.notes!;
        assert.match(
          outside!,
          /2 paths of "train\.txt" lie outside of the dataset's folder, first ".*x\.png"/,
        );
        assert.match(turned!, /backslashes in 2 paths of "train\.txt" are read as slashes/);
      });
    },
  );
});
