import assert from "node:assert/strict";
import { RECIPES } from "../../src/config/recipe.ts";
import type { RunConfig } from "../../src/config/run_config.ts";
import { randomStream } from "../../src/core/random.ts";
import { augmentPair } from "../../src/data/augment/augment.ts";
import { trainingAugment } from "../../src/data/augment/training_augment.ts";
import type { Item } from "../../src/data/dataset.ts";
import { readLabeled } from "../../src/data/read_item.ts";
import type { Network } from "../../src/model/network.ts";
import { compareStepMasks } from "../../src/train/step_masks.ts";
import { numericTest } from "../numeric.ts";
import { BLENDED, recipeWith } from "../method/small_step.ts";
import { tinyConfig, tinyDataset, tinyDiagnosis, tinyNetwork } from "./tiny_run.ts";

const DATASET = await tinyDataset();
const ITEMS = await tinyDiagnosis();

async function withNetwork(body: (network: Network) => Promise<void>): Promise<void> {
  const network = tinyNetwork();
  try {
    await body(network);
  } finally {
    network.dispose();
  }
}

function compare(network: Network, items: readonly Item[], changes: Partial<RunConfig> = {}) {
  return compareStepMasks({
    network,
    dataset: DATASET,
    config: tinyConfig(5, { recipe: BLENDED, ...changes }),
  }, items);
}

/** Lets a decoder say one class everywhere. */
async function alwaysSay(network: Network, decoder: string, label: number): Promise<void> {
  const bias = (await network.export()).get(`${decoder}.conv_seg.bias`)!;
  bias.data.fill(0 as never);
  bias.data[label] = 1000;
  assert.equal(network.parameters.load(new Map([[`${decoder}.conv_seg.bias`, bias]])).length, 1);
}

/** Share of a class in the pixels of the diagnosis's crops. */
async function shareOf(items: readonly Item[], label: number): Promise<number> {
  const config = tinyConfig(5);
  const { seed } = config;
  let [found, all] = [0, 0];
  for (const [position, item] of items.entries()) {
    const { image, labels } = await readLabeled(DATASET, item);
    const streams = (draw: string) => randomStream(seed, `${draw} of diagnosis`, position);
    for (const pixel of augmentPair(image, labels, streams, trainingAugment(config)).label) {
      if (pixel === 255) continue;
      all++;
      if (pixel === label) found++;
    }
  }
  return found / all;
}

numericTest("compareStepMasks() holds M_u and M_u_dec against the labels of the same crops", async () => {
  await withNetwork(async (network) => {
    await alwaysSay(network, "decode_head", 0);
    await alwaysSay(network, "decode_head_mix", 1);
    // three images in batches of two: the fourth place is filled and not counted
    for (const items of [ITEMS, ITEMS.slice(0, 3)]) {
      const { crops, plain, decoupled } = (await compare(network, items))!;
      assert.equal(crops, items.length);
      assert.equal(plain.accuracy, await shareOf(items, 0));
      assert.equal(decoupled.accuracy, await shareOf(items, 1));
      assert.notEqual(plain.accuracy, decoupled.accuracy);
    }
  });
});

numericTest("compareStepMasks() leaves the network as it was and repeats its numbers", async () => {
  await withNetwork(async (network) => {
    const before = await network.export();
    const first = await compare(network, ITEMS);
    assert.deepEqual(await compare(network, ITEMS), first);
    assert.deepEqual(await network.export(), before);
  });
});

for (const recipe of ["official", "paper"] as const) {
  numericTest(`compareStepMasks() works on recipe ${recipe}`, async () => {
    await withNetwork(async (network) => {
      const { crops, plain, decoupled } = (await compare(network, ITEMS, { recipe: RECIPES[recipe] }))!;
      assert.equal(crops, ITEMS.length);
      assert.ok([plain, decoupled].every(({ miou }) => miou > 0 && miou < 1));
    });
  }, ["tensorflow"]);
}

numericTest("compareStepMasks() has nothing to say where no unlabeled image is mixed", async () => {
  await withNetwork(async (network) => {
    const { guidedmix, supervised } = RECIPES;
    assert.equal(await compare(network, ITEMS, { recipe: guidedmix }), undefined, "boxes are not decoupled");
    assert.equal(await compare(network, ITEMS, { recipe: supervised }), undefined);
    const without = recipeWith(BLENDED, { unsup: { weight: 0 } });
    assert.equal(await compare(network, ITEMS, { recipe: without }), undefined);
    assert.equal(await compare(network, []), undefined);
  });
}, ["wasm"]);
