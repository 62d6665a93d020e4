import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { chooseLabeled, labeledCount } from "../../src/data/choose_labeled.ts";
import type { RunConfig } from "../../src/config/run_config.ts";
import type { Dataset, Item } from "../../src/data/dataset.ts";
import { readList, tidyPath } from "../../src/data/list_file.ts";
import { openDataset } from "../../src/data/open_dataset.ts";
import { splitTexts } from "../../src/data/split_lists.ts";
import { chosenDataset } from "../../src/run/prepare_dataset.ts";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { MASK, photo, withFolder } from "./made_folders.ts";

function withTrain(ids: readonly string[]): Dataset {
  const train = ids.map((id): Item => ({
    id,
    image: { kind: "file", path: `/set/${id}` },
    mask: { kind: "file", path: `/set/masks/${basename(id)}` },
  }));
  const rule = { masks: "index", values: [0, 1], colors: [], ignore: [], ignoreColors: [] } as const;
  const lists = { train, val: [], test: [], unlabeled: [{ id: "free.png", image: train[0]!.image }] };
  return {
    name: "set",
    root: "/set",
    classes: ["a", "b"],
    colors: [],
    ignoreLabel: 255,
    maskRule: rule,
    ...lists,
  };
}

const TEN = withTrain(Array.from({ length: 10 }, (_, i) => `photos/p${i}.jpg`));

function ids(items: readonly Item[]): string[] {
  return items.map(({ id }) => id);
}

function count(fraction: string, total: number): number {
  return labeledCount(fraction, withTrain(Array.from({ length: total }, (_, i) => `p${i}.jpg`)));
}

Deno.test("labeledCount() reads shares and numbers of images", () => {
  assert.equal(count("1/8", 367), 46);
  assert.equal(count("0.125", 367), 46);
  assert.equal(count("1/1000", 10), 1);
  assert.equal(count("8", 200), 8);
  assert.equal(count("1/1", 10), 10);
  for (const wrong of ["", "x", "0", "-1/8", "3/2", "11", "1/0", "NaN"]) {
    assert.throws(() => count(wrong, 10), {
      name: "DatasetError",
      message: /^Cannot choose labeled images: fraction is/,
    });
  }
});

Deno.test("labeledCount() and chooseLabeled() name the option, and what is held out for val", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [[`images/${i}.jpg`, photo()], [`masks/${i}.png`, MASK]]).flat(),
  );
  const text = (option: string) =>
    `Cannot choose labeled images: ${option} is "20", expected at most 10, the images of train with a mask; ` +
    "2 of 12 pairs are held out for val";
  await withFolder(files, async (root) => {
    const dataset = await openDataset(root);
    assert.throws(() => labeledCount("20", dataset, "--labels"), { message: text("--labels") });
    await assert.rejects(chooseLabeled(dataset, { fraction: "20", seed: 0, option: "--labeled" }), {
      message: text("--labeled"),
    });
    const data = { source: root, labeled: "20" } as RunConfig["data"];
    await assert.rejects(chosenDataset({ data, seed: 0 }), { message: text("--labeled") });
  });
  await withFolder({ ...files, "val.txt": "3\n" }, async (root) => {
    const told = await openDataset(root);
    assert.throws(() => labeledCount("20", told), /at most 11, the images of train with a mask$/);
  });
});

Deno.test("chooseLabeled() by fraction splits train without loss; the rest has no mask", async () => {
  const property = fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 10 }), async (seed, count) => {
    const chosen = await chooseLabeled(TEN, { fraction: String(count), seed });
    assert.equal(chosen.train.length, count);
    assert.deepEqual(
      [...ids(chosen.train), ...ids(chosen.unlabeled)].sort(),
      [...ids(TEN.train), "free.png"].sort(),
    );
    assert.ok(chosen.train.every(({ mask }) => mask !== undefined));
    assert.ok(chosen.unlabeled.every((item) => !("mask" in item)));
    assert.deepEqual(await chooseLabeled(TEN, { fraction: String(count), seed }), chosen);
  });
  await fc.assert(property, { numRuns: 30 });
});

Deno.test("chooseLabeled() by fraction chooses others with another seed, and more as a superset", async () => {
  const choose = async (fraction: string, seed: number) =>
    ids((await chooseLabeled(TEN, { fraction, seed })).train);
  assert.notDeepEqual(await choose("4", 1), await choose("4", 2));
  const eight = await choose("8", 1);
  assert.ok((await choose("4", 1)).every((id) => eight.includes(id)));
});

Deno.test("chooseLabeled() without list and fraction leaves the dataset as it is", async () => {
  assert.equal(await chooseLabeled(TEN, { seed: 0 }), TEN);
});

Deno.test("chooseLabeled() by list takes paths, official lines and bare names", async () => {
  const list = "/photos/p7.jpg /masks//p7.png\np2\nphotos/p0.jpg\np4.jpg\n";
  await withFolder({ "l.txt": list }, async (root) => {
    const chosen = await chooseLabeled(TEN, { list: join(root, "l.txt"), seed: 0 });
    assert.deepEqual(ids(chosen.train), ["photos/p0.jpg", "photos/p2.jpg", "photos/p4.jpg", "photos/p7.jpg"]);
    assert.equal(chosen.unlabeled.length, 7);
  });
});

Deno.test("chooseLabeled() collects entries that are unknown, ambiguous or repeated in other words", async () => {
  const dataset = withTrain(["a/x.png", "b/x.png", "a/y.png"]);
  await withFolder({ "l.txt": "x\na/y.png\ny\nz.png\na/q.png\n" }, async (root) => {
    await assert.rejects(chooseLabeled(dataset, { list: join(root, "l.txt"), seed: 0 }), (error: Error) => {
      assert.equal(error.name, "DatasetError");
      assert.match(error.message, /4 problems, expected none/);
      assert.match(error.message, /line 1: "x" fits 2 images \("a\/x\.png", "b\/x\.png"\), expected one/);
      assert.match(error.message, /line 3: "y" is the image of "a\/y\.png" again, expected each once/);
      assert.match(error.message, /line 4: "z\.png" is not in train, expected one of its 3 images/);
      assert.match(error.message, /line 5: "a\/q\.png" is not in train.*did you mean "a\/x\.png"\?/);
      return true;
    });
  });
});

Deno.test("chooseLabeled() refuses list and fraction together, and an empty train", async () => {
  await assert.rejects(chooseLabeled(TEN, { list: "l.txt", fraction: "1/2", seed: 0 }), TypeError);
  await assert.rejects(
    chooseLabeled({ ...TEN, train: [] }, { fraction: "1/2", seed: 0 }),
    /train holds none, expected some/,
  );
});

Deno.test("splitTexts() records a choice that chooseLabeled() repeats", async () => {
  const chosen = await chooseLabeled(TEN, { fraction: "1/3", seed: 5 });
  const texts = splitTexts(chosen);
  assert.deepEqual(Object.keys(texts), ["train", "unlabeled"]);
  await withFolder({ "train.txt": texts.train! }, async (root) => {
    assert.deepEqual(await chooseLabeled(TEN, { list: join(root, "train.txt"), seed: 9 }), chosen);
  });
});

const OFFICIAL = ["voc_splits", "cityscapes_splits", "context_splits"];

testUnless(
  missingData("data/splits"),
  "chooseLabeled() finds every entry of the official lists",
  async () => {
    for (const folder of OFFICIAL) {
      const root = sharedPath(`data/splits/${folder}`)!;
      for (const name of readdirSync(root).filter((name) => /^\d+_train_supervised.*\.txt$/.test(name))) {
        const labeled = await readList(join(root, name));
        const unlabeled = await readList(join(root, name.replace("_supervised", "_unsupervised")));
        const prefix = folder === "cityscapes_splits" ? "leftImg8bit/train/" : "";
        const dataset = withTrain([...unlabeled, ...labeled].map(({ image }) => prefix + tidyPath(image)));
        const chosen = await chooseLabeled(dataset, { list: join(root, name), seed: 0 });
        assert.equal(chosen.train.length, labeled.length, name);
        assert.equal(chosen.unlabeled.length, unlabeled.length + 1, name);
      }
    }
  },
);

testUnless(
  missingData("data/splits"),
  "chooseLabeled() finds the bare names of the official lists",
  async () => {
    const root = sharedPath("data/splits/voc_splits")!;
    const paths = await readList(join(root, "500_train_supervised_v2.txt"));
    const dataset = withTrain(paths.map(({ image }) => tidyPath(image)));
    const chosen = await chooseLabeled(dataset, {
      list: join(root, "_500_train_supervised_v2.txt"),
      seed: 0,
    });
    assert.deepEqual(chosen.train, dataset.train);
  },
);

testUnless(missingData("data/camvid"), "chooseLabeled() gives 46 of CamVid's 367 for 1/8", async () => {
  const dataset = await openDataset(sharedPath("data/camvid")!);
  const chosen = await chooseLabeled(dataset, { fraction: "1/8", seed: 1 });
  assert.deepEqual([chosen.train.length, chosen.unlabeled.length], [46, 321]);
});
