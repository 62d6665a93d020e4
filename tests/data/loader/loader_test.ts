import assert from "node:assert/strict";
import { join } from "node:path";
import { OFFICIAL_VIEWS, type UnlabeledViews } from "../../../src/config/view_options.ts";
import { type AugmentOptions, augmentOptions } from "../../../src/data/augment/augment_options.ts";
import { chooseLabeled } from "../../../src/data/choose_labeled.ts";
import type { Dataset, Item } from "../../../src/data/dataset.ts";
import type { LoadedBatch } from "../../../src/data/loader/batch.ts";
import { createLoader, type LoaderOptions } from "../../../src/data/loader/loader.ts";
import { readImage } from "../../../src/data/read_item.ts";
import { encodeValuePng } from "../../../src/formats/encode_value_png.ts";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { openSynthetic } from "../../../src/data/synthetic/synthetic.ts";
import { missingData, sharedPath, testUnless } from "../../support.ts";
import { digestOf } from "../augment/digest.ts";
import { describedFiles, withFolder } from "../made_folders.ts";

const PLAIN: UnlabeledViews = { ...OFFICIAL_VIEWS, plain: true };
const AUGMENT: AugmentOptions = augmentOptions({ height: 24, width: 20 });
const OPTIONS: LoaderOptions = { batchLabeled: 2, batchUnlabeled: 3, augment: AUGMENT, seed: 7, workers: 0 };

/** Five labeled and eleven unlabeled pictures. */
async function small(): Promise<Dataset> {
  return await chooseLabeled(openSynthetic({ train: 16, val: 0, test: 0, size: 48 }), {
    fraction: "5",
    seed: 0,
  });
}

async function batches(
  dataset: Dataset,
  count: number,
  options: Partial<LoaderOptions> = {},
): Promise<LoadedBatch[]> {
  const loader = createLoader(dataset, { ...OPTIONS, ...options });
  try {
    const loaded: LoadedBatch[] = [];
    for (let i = 0; i < count; i++) loaded.push(await loader.next());
    return loaded;
  } finally {
    loader.close();
  }
}

Deno.test("createLoader() gives batches of the wanted shapes", async () => {
  const [batch] = await batches(await small(), 1);
  assert.deepEqual(
    [batch!.labeled.length, batch!.labels.length, batch!.unlabeled.length],
    [2 * 24 * 20 * 3, 2 * 24 * 20, 3 * 24 * 20 * 3],
  );
  assert.deepEqual([batch!.iteration, batch!.size, batch!.labeledIds.length, batch!.unlabeledIds.length], [
    0,
    { height: 24, width: 20 },
    2,
    3,
  ]);
  assert.ok(batch!.labels.every((label) => label >= 0 && (label < 6 || label === 255)));
  assert.ok(batch!.labels.some((label) => label !== 255));
});

Deno.test("createLoader() gives unlabeled pictures without distortion too where asked for, by workers and without", async () => {
  const dataset = await small();
  const [without] = await batches(dataset, 1);
  assert.equal(without!.unlabeledPlain, undefined);
  const both = await batches(dataset, 2, { views: PLAIN });
  assert.deepEqual(both[0]!.unlabeled, without!.unlabeled);
  const undistorted = await batches(dataset, 2, { augment: { ...AUGMENT, distort: false } });
  assert.deepEqual(both.map((batch) => batch.unlabeledPlain), undistorted.map((batch) => batch.unlabeled));
  assert.deepEqual(await batches(dataset, 2, { views: PLAIN, workers: 1 }), both);
});

/** Digests of four batches of {@link small}, labeled and labels, unlabeled, made before there were other views. */
const OFFICIAL_DIGESTS = [
  "01b8ad2a01816dd883f1749527acc42c2ec8b977366089b3a503d824ff057d9f",
  "79225929c4d79a5caf026d65f26f829b1f17459f228b864795ba67d5a2430c96",
];

Deno.test("createLoader() gives the batches of version 0.1 where no views are named", async () => {
  const loaded = await batches(await small(), 4);
  const joined = (values: (Float32Array | Int32Array)[]) => Float32Array.from(values.flatMap((v) => [...v]));
  assert.deepEqual([
    digestOf(joined(loaded.flatMap(({ labeled, labels }) => [labeled, labels]))),
    digestOf(joined(loaded.map(({ unlabeled }) => unlabeled))),
  ], OFFICIAL_DIGESTS);
});

for (const strong of ["official", "jitter", "operations"] as const) {
  const views: UnlabeledViews = { strong, count: 2, plain: true, warp: 0.1 };

  Deno.test(`createLoader() gives equal ${strong} views here, in workers and after a stop`, async () => {
    const dataset = await small();
    const expected = await batches(dataset, 4, { views });
    assert.deepEqual(await batches(dataset, 4, { views, workers: 2 }), expected);
    assert.deepEqual(await batches(dataset, 2, { views, startIteration: 2 }), expected.slice(2));
    const [{ unlabeled, unlabeledSecond, unlabeledPlain, unlabeledWarp }] = expected as [LoadedBatch];
    const pixels = 3 * 24 * 20;
    assert.deepEqual([unlabeledSecond!.length, unlabeledPlain!.length], [3 * pixels, 3 * pixels]);
    assert.deepEqual([unlabeledWarp!.length, unlabeledWarp!.constructor], [pixels, Int32Array]);
    assert.notDeepEqual(unlabeledSecond, unlabeled);
  });

  Deno.test(`createLoader() gives labeled pictures and plain views the same draws with ${strong} views`, async () => {
    const dataset = await small();
    const [expected] = await batches(dataset, 1, { views: PLAIN });
    const [batch] = await batches(dataset, 1, { views });
    assert.deepEqual(batch!.labeled, expected!.labeled);
    assert.deepEqual(batch!.labels, expected!.labels);
    assert.deepEqual(batch!.unlabeledPlain, expected!.unlabeledPlain);
  });
}

/** Pseudo labels that a picture itself tells, by the red of each pixel. */
async function redAsLabels(item: Item): Promise<Item> {
  const { width, height, data } = await readImage(item);
  const labels = Uint8Array.from({ length: width * height }, (_, i) => data[3 * i]! < 128 ? 0 : 1);
  labels.fill(255, 0, width);
  const png = encodeValuePng({ width, height }, labels, Array.from({ length: 256 }, (_, value) => value));
  return { ...item, mask: { kind: "kept", name: item.id, width, height, png } };
}

for (const workers of [0, 1]) {
  Deno.test(`createLoader() moves pseudo labels of unlabeled pictures with their crops, ${workers} workers`, async () => {
    const dataset = await small();
    const unlabeled = await Promise.all(dataset.unlabeled.map(redAsLabels));
    // of whatever masks of files are, these are numbers
    const maskRule = { ...dataset.maskRule, masks: "color" } as const;
    const augment = augmentOptions({ height: 24, width: 20 }, { ratioRange: [1, 1] });
    const loaded = await batches({ ...dataset, unlabeled }, 4, { views: PLAIN, augment, workers });
    const plain = await batches(dataset, 4, { views: PLAIN, augment });
    const { mean, std } = augment;
    const found = new Set<number>();
    loaded.forEach((batch, at) => {
      assert.deepEqual(batch.unlabeled, plain[at]!.unlabeled);
      assert.equal(plain[at]!.unlabeledLabels, undefined);
      batch.unlabeledLabels!.forEach((label, i) => {
        found.add(label);
        if (label === 255) return;
        const red = batch.unlabeledPlain![3 * i]! * std[0] + mean[0];
        assert.equal(label, red < 127.5 ? 0 : 1);
      });
    });
    assert.deepEqual([...found].sort(), [0, 1, 255]);
    await batches({ ...dataset, train: dataset.train, maskRule, unlabeled }, 1, { views: PLAIN, augment });
  });
}

Deno.test("createLoader() gives the same batches with 0, 1 and 2 workers and any prefetch", async () => {
  const dataset = await small();
  const expected = await batches(dataset, 6);
  assert.deepEqual(await batches(dataset, 6, { workers: 1, prefetch: 1 }), expected);
  assert.deepEqual(await batches(dataset, 6, { workers: 2, prefetch: 4, cacheBytes: 0 }), expected);
});

Deno.test("createLoader() goes on from any iteration as if it had not stopped", async () => {
  const dataset = await small();
  const expected = await batches(dataset, 9);
  for (const startIteration of [1, 5, 8]) {
    assert.deepEqual(
      await batches(dataset, 9 - startIteration, { startIteration }),
      expected.slice(startIteration),
    );
  }
});

Deno.test("createLoader() gives other batches with another seed", async () => {
  const dataset = await small();
  assert.notDeepEqual(
    (await batches(dataset, 1, { seed: 8 }))[0]!.labeled,
    (await batches(dataset, 1))[0]!.labeled,
  );
});

Deno.test("createLoader() shows each list's images once an epoch, each list by itself", async () => {
  const dataset = await small();
  const loaded = await batches(dataset, 11, { batchLabeled: 5, batchUnlabeled: 1 });
  for (const { labeledIds } of loaded) assert.equal(new Set(labeledIds).size, 5);
  assert.equal(new Set(loaded.flatMap(({ unlabeledIds }) => unlabeledIds)).size, 11);
});

Deno.test("createLoader() augments one image differently each time", async () => {
  const dataset = await small();
  const one = { ...dataset, train: dataset.train.slice(0, 1) };
  const [first, second] = await batches(one, 2, { batchLabeled: 1, batchUnlabeled: 0 });
  assert.deepEqual(first!.labeledIds, second!.labeledIds);
  assert.notDeepEqual(first!.labeled, second!.labeled);
  assert.equal(first!.unlabeled.length, 0);
});

Deno.test("createLoader() shares an epoch between processes", async () => {
  const dataset = await small();
  const options = { batchLabeled: 1, batchUnlabeled: 1 };
  const alone = await batches(dataset, 6, options);
  const shares = await Promise.all(
    [0, 1].map((index) => batches(dataset, 3, { ...options, share: { index, count: 2 } })),
  );
  const together = [0, 1, 2].flatMap((t) => [shares[0]![t]!, shares[1]![t]!]);
  assert.deepEqual(together.map(({ labeled }) => labeled), alone.map(({ labeled }) => labeled));
});

Deno.test("createLoader() takes the unlabeled places of the whole batch that it is told", async () => {
  const dataset = await small();
  const [alone] = await batches(dataset, 1, { batchUnlabeled: 4 });
  const order = [2, 0, 3, 1];
  const shares = await Promise.all([0, 1].map((index) =>
    batches(dataset, 1, {
      batchUnlabeled: 2,
      share: { index, count: 2 },
      unlabeledPlaces: () => order.slice(index * 2, index * 2 + 2),
    })
  ));
  const ids = shares.flatMap(([batch]) => batch!.unlabeledIds);
  assert.deepEqual(ids, order.map((place) => alone!.unlabeledIds[place]));
  const pixels = alone!.unlabeled.length / 4;
  assert.deepEqual(shares[0]![0]!.unlabeled.slice(0, pixels), alone!.unlabeled.slice(2 * pixels, 3 * pixels));
});

Deno.test("createLoader() never opens masks of unlabeled images", async () => {
  await withFolder(describedFiles(), async (root) => {
    const dataset = await chooseLabeled(await openDataset(root), { fraction: "1", seed: 0 });
    for (const { id } of dataset.unlabeled) {
      const mask = join(root, id.replace("images", "masks"));
      await Deno.writeTextFile(mask, "garbage");
    }
    const loaded = await batches(dataset, 4, { batchLabeled: 1 });
    assert.equal(new Set(loaded.flatMap(({ unlabeledIds }) => unlabeledIds)).size, 3);
  });
});

for (const workers of [0, 1]) {
  Deno.test(`createLoader() names a broken file, and does so again, with ${workers} workers`, async () => {
    await withFolder(describedFiles({ "images/free.png": "garbage" }), async (root) => {
      const loader = createLoader(await openDataset(root), { ...OPTIONS, workers, batchUnlabeled: 1 });
      try {
        const expected = {
          name: "DatasetError",
          message: new RegExp(`"${root}/images/free\\.png": file begins with`),
        };
        await assert.rejects(loader.next(), expected);
        await assert.rejects(loader.next(), expected);
      } finally {
        loader.close();
      }
    });
  });
}

Deno.test("createLoader() tells a mask with values outside while it loads", async () => {
  await withFolder(describedFiles({ "dataset.toml": "" }), async (root) => {
    const dataset = await small();
    const path = (name: string) => ({ kind: "file", path: join(root, name) } as const);
    const item = { id: "a", image: path("images/a.png"), mask: path("masks/a.png") };
    const maskRule = { ...dataset.maskRule, values: [0, 2, 3, 4, 5, 6] };
    await assert.rejects(
      batches({ ...dataset, maskRule, train: [item] }, 1),
      /masks\/a\.png" holds 1, expected/,
    );
  });
});

Deno.test("createLoader() refuses empty lists and options out of range", async () => {
  const dataset = await small();
  assert.throws(() => createLoader({ ...dataset, train: [] }, OPTIONS), {
    name: "DatasetError",
    message: /train holds no labeled image/,
  });
  assert.throws(
    () => createLoader({ ...dataset, unlabeled: [] }, OPTIONS),
    /it has no unlabeled image, expected some for 3 a batch/,
  );
  assert.throws(() => createLoader(dataset, { ...OPTIONS, batchLabeled: 0 }), RangeError);
  assert.throws(() => createLoader(dataset, { ...OPTIONS, startIteration: -1 }), RangeError);
  const warped = { ...OFFICIAL_VIEWS, warp: 0.6 };
  assert.throws(
    () => createLoader(dataset, { ...OPTIONS, views: warped }),
    /warp is 0\.6, expected a number in/,
  );
});

for (const workers of [0, 2]) {
  Deno.test(`close() ends a loader with ${workers} workers, batches under way too`, async () => {
    const loader = createLoader(await small(), { ...OPTIONS, workers });
    await loader.next();
    loader.close();
    await assert.rejects(loader.next(), { name: "TypeError", message: /the loader is closed/ });
  });
}

Deno.test("stats() counts batches, samples and kept pictures", async () => {
  const loader = createLoader(await small(), OPTIONS);
  for (let i = 0; i < 8; i++) await loader.next();
  const stats = loader.stats();
  assert.deepEqual([stats.batches, stats.samples], [8, 40]);
  assert.equal(stats.cachedSamples, 40 - 16);
  assert.ok(stats.waitedMs >= stats.waitedAfterFirstMs && stats.madeMs > 0);
});

testUnless(
  missingData("data/camvid"),
  "createLoader() gives the same batches of JPEG photos here and in workers",
  async () => {
    const dataset = await chooseLabeled(await openDataset(sharedPath("data/camvid")!), {
      fraction: "1/8",
      seed: 1,
    });
    const augment = augmentOptions({ height: 96, width: 96 });
    const expected = await batches(dataset, 2, { augment });
    assert.deepEqual(await batches(dataset, 2, { augment, workers: 2 }), expected);
  },
);

Deno.test("createLoader() tells pictures of one id apart", async () => {
  const dataset = await small();
  const [first, second] = dataset.unlabeled;
  const twins = { ...dataset, unlabeled: [first!, { ...second!, id: first!.id }] };
  const augment = augmentOptions({ height: 48, width: 48 }, { ratioRange: [1, 1], flip: 0, distort: false });
  const loaded = await batches(twins, 4, { augment, batchLabeled: 1, batchUnlabeled: 1 });
  assert.equal(new Set(loaded.map(({ unlabeled }) => unlabeled.join())).size, 2);
});
