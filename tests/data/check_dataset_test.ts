import assert from "node:assert/strict";
import { join } from "node:path";
import { checkDataset } from "../../src/data/check_dataset.ts";
import { chooseLabeled } from "../../src/data/choose_labeled.ts";
import { openDataset } from "../../src/data/open_dataset.ts";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { describedFiles, type Files, greyPng, MASK, photo, toml, withFolder } from "./made_folders.ts";

/** Opens and checks a described dataset with some files changed. */
async function checkWith(changes: Files, body?: (root: string) => RegExp[]): Promise<void> {
  await withFolder(describedFiles(changes), async (root) => {
    const dataset = await openDataset(root);
    await assert.rejects(checkDataset(dataset), (error: Error) => {
      assert.equal(error.name, "DatasetError");
      for (const part of body!(root)) assert.match(error.message, part);
      return true;
    });
  });
}

Deno.test("checkDataset() counts images, masks and classes of a good dataset", async () => {
  await withFolder(describedFiles(), async (root) => {
    const report = await checkDataset(await openDataset(root));
    assert.deepEqual([report.images, report.masks, report.classShares, report.ignoredShare], [5, 4, [
      0.5,
      0.5,
    ], 0]);
    assert.equal(
      report.text,
      "Tiny: 2 classes, 3 labeled, 1 unlabeled, 1 val, 0 test\nsizes: 4 × 2\n" +
        "4 masks looked at: ground 50.0 %, thing 50.0 %; left out 0.0 %",
    );
  });
});

Deno.test("checkDataset() tells how many pairs are held out for val where nothing says which", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [[`images/${i}.jpg`, photo()], [`masks/${i}.png`, MASK]]).flat(),
  );
  const held = /^2 of 12 pairs are held out for val$/m;
  await withFolder(files, async (root) => {
    assert.match((await checkDataset(await openDataset(root))).text, held);
    const few = await chooseLabeled(await openDataset(root), { fraction: "4", seed: 0 });
    assert.match((await checkDataset(few)).text, held);
    const { text } = await checkDataset(await openDataset(root, { holdOut: false }));
    assert.doesNotMatch(text, /held out/);
  });
  await withFolder({ ...files, "val.txt": "3\n5\n" }, async (root) => {
    assert.doesNotMatch((await checkDataset(await openDataset(root))).text, /held out/);
  });
});

Deno.test("checkDataset() notes absent classes and images of val that are trained with", async () => {
  const files = describedFiles({
    "val.txt": "images/a.png masks/a.png\n",
    ...Object.fromEntries(
      ["a", "b", "c"].map((name) => [`masks/${name}.png`, greyPng(4, 2, Array(8).fill(0))]),
    ),
  });
  await withFolder(files, async (root) => {
    assert.deepEqual((await checkDataset(await openDataset(root))).warnings, [
      'no pixel of "thing" in the masks looked at',
      '1 image of val also in train or unlabeled, first "images/a.png"',
      'val shows no "thing": mIoU is the mean of the other class, and of it as 0 where it is predicted',
    ]);
  });
});

Deno.test("checkDataset() collects missing files, damaged headers and other sizes", async () => {
  await checkWith({
    "train.txt": "images/a.png masks/a.png\nimages/gone.png masks/b.png\nimages/c.png masks/c.png\n",
    "masks/a.png": greyPng(2, 2, [0, 0, 1, 1]),
    "images/c.png": "no picture",
  }, (root) => [
    /^Cannot use dataset "Tiny": 3 problems, expected none\n/,
    new RegExp(`"${root}/masks/a\\.png" is 2 × 2, expected 4 × 2 as its image`),
    new RegExp(`"${root}/images/gone\\.png": the file does not exist`),
    new RegExp(`"${root}/images/c\\.png": file begins with`),
  ]);
});

Deno.test("checkDataset() tells first bad mask, value, histogram and mapping once", async () => {
  const bad = greyPng(4, 2, [0, 1, 9, 9, 0, 0, 0, 0]);
  await checkWith({ "masks/b.png": bad, "masks/c.png": bad }, (root) => [
    new RegExp(
      `^Cannot use dataset "Tiny": "${root}/masks/b\\.png" holds 9, expected a class's value \\(0, 1\\)`,
    ),
    /its values: 0: 56\.3 %, 1: 31\.3 %, 9 \(!\): 12\.5 %; /,
    /try ignore = \[9\] if 9 means "no label"$/,
  ]);
});

Deno.test("checkDataset() tells what to do about a broken file, and not about values", async () => {
  await checkWith({ "images/c.png": "no picture" }, () => [
    /images\/c\.png": .*; mend these files, or take them out of the dataset$/,
  ]);
  await checkWith({ "images/c.png": "no picture", "images/a.png": "neither" }, () => [
    /2 problems, expected none\n.*\n.*\nmend these files, or take them out of the dataset$/,
  ]);
});

Deno.test("checkDataset() tells of broken unlabeled photos in one sentence, with how to leave them out", async () => {
  const skip = "mend these files, or take them out of the dataset; --set data.skipBroken=true leaves out";
  await checkWith({ "images/free.png": "no picture" }, (root) => [
    new RegExp(
      `^Cannot use dataset "Tiny": 1 of 1 unlabeled photos cannot be read, "${root}/images/free\\.png": `,
    ),
    new RegExp(`; ${skip} unlabeled photos that cannot be read$`),
  ]);
  await checkWith({ "images/free.png": "no picture", "images/a.png": "neither" }, () => [
    new RegExp(`2 problems, expected none\\n.*/a\\.png": .*\\n.*1 of 1 unlabeled photos.*\\n${skip}`),
  ]);
});

Deno.test("checkDataset() tells its findings without the shares of classes too", async () => {
  await withFolder(describedFiles(), async (root) => {
    const { text, brief } = await checkDataset(await openDataset(root));
    assert.equal(brief, text.replace("looked at: ground 50.0 %, thing 50.0 %; left", "looked at; left"));
    assert.doesNotMatch(brief, /50\.0 %/);
  });
});

Deno.test("checkDataset() passes on what a mask of another kind is", async () => {
  await checkWith(
    { "masks/b.png": photo() },
    () => [/masks\/b\.png": it holds colours, expected one number a pixel/],
  );
});

Deno.test("checkDataset() shows ten problems and counts the others", async () => {
  const names = Array.from({ length: 14 }, (_, i) => `images/x${i}.png masks/a.png\n`);
  await checkWith(
    { "train.txt": names.join("") },
    () => [/14 problems.*(\n.*){10}\n {2}and 4 more\nmend these files, or take them out of the dataset$/],
  );
});

Deno.test("checkDataset() and chooseLabeled() never open masks of unlabeled images", async () => {
  await withFolder(describedFiles(), async (root) => {
    const chosen = await chooseLabeled(await openDataset(root), { fraction: "1", seed: 0 });
    const kept = chosen.train[0]!.id;
    const broken = ["a", "b", "c"].filter((name) => !kept.endsWith(`${name}.png`));
    for (const [i, name] of broken.entries()) {
      if (i === 0) await Deno.remove(join(root, `masks/${name}.png`));
      else await Deno.writeTextFile(join(root, `masks/${name}.png`), "garbage");
    }
    const report = await checkDataset(chosen);
    assert.deepEqual([report.images, report.masks], [5, 2]);
    await assert.rejects(checkDataset(await openDataset(root)), /2 problems/);
  });
});

Deno.test("checkDataset() looks at generated pictures and at photos without labels", async () => {
  const synthetic = await checkDataset(
    await openDataset("synthetic", { synthetic: { train: 4, val: 2, test: 0 } }),
  );
  assert.deepEqual([synthetic.images, synthetic.masks], [6, 6]);
  await withFolder({ "a.png": photo(), "b.png": photo(6, 6) }, async (root) => {
    const report = await checkDataset(await openDataset(root));
    assert.match(
      report.text,
      /: 0 classes, 0 labeled, 2 unlabeled, 0 val, 0 test\nsizes: 4 × 2 \(1\), 6 × 6 \(1\)$/,
    );
  });
});

testUnless(
  missingData("data/samples/loveda-style"),
  "checkDataset() sees LoveDA's classes that count from 1",
  async () => {
    const source = sharedPath("data/samples/loveda-style")!;
    const read = (path: string) => Deno.readFileSync(join(source, path));
    const files: Files = {
      "dataset.toml": toml().replace(/classes = .*/, 'classes = ["a", "b", "c", "d", "e", "f", "g"]'),
      "train.txt": "0.png m0.png\n1.png m1.png\n",
      "val.txt": "2.png m2.png\n",
      ...Object.fromEntries([0, 1, 2].flatMap((i) => [
        [`${i}.png`, read(`img_dir/${i}.png`)],
        [`m${i}.png`, read(`ann_dir/${i}.png`)],
      ])),
    };
    await withFolder(files, async (root) => {
      await assert.rejects(checkDataset(await openDataset(root)), (error: Error) => {
        assert.match(error.message, /m0\.png" holds 7, expected a class's value \(0, 1, 2, 3, 4, 5, 6\)/);
        assert.match(error.message, /try values = \[1, 2, 3, 4, 5, 6, 7\], ignore = \[0\]$/);
        return true;
      });
    });
  },
);

testUnless(missingData("data/camvid"), "checkDataset() finds CamVid in order", async () => {
  const report = await checkDataset(await openDataset(sharedPath("data/camvid")!), { masks: 8 });
  assert.deepEqual([report.images, report.masks, report.warnings], [701, 8, []]);
});
