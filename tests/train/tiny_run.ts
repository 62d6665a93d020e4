/** A run small enough for tests: generated pictures, a network of four channels. */
import type { ModelOptions, ResnetOptions } from "../../src/config/model_options.ts";
import { type Recipe, RECIPES, withLabeledBoxes } from "../../src/config/recipe.ts";
import type { RunConfig } from "../../src/config/run_config.ts";
import { chooseLabeled } from "../../src/data/choose_labeled.ts";
import type { Dataset, Item } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/open_dataset.ts";
import { withheldItems } from "../../src/data/withheld_items.ts";
import { trainedModel } from "../method/small_step.ts";
import { Network } from "../../src/model/network.ts";

const ENCODER = {
  depth: 18,
  stem: "v1c",
  stemChannels: 8,
  baseChannels: 4,
  outputStride: 8,
  contractDilation: true,
} as const;
const DECODER = { channels: 6, dilations: [1, 2], dropout: 0.1, alignCorners: false };
const MITRANS = { channels: 6, norm: true, concatInput: true, subsample: false };

/** The network of a tiny run. */
export const TINY_MODEL: ModelOptions & { readonly encoder: ResnetOptions } = {
  classes: 6,
  encoder: ENCODER,
  decoder: DECODER,
  mixDecoder: true,
  mitrans: MITRANS,
  classifier: true,
};

/** A configuration of so many iterations. */
export function tinyConfig(iterations: number, changes: Partial<RunConfig> = {}): RunConfig {
  return {
    preset: "demo",
    seed: 5,
    backend: "auto",
    precision: "float32",
    recompute: "none",
    engine: "auto",
    iterations,
    batch: { labeled: 2, unlabeled: 2 },
    checkpointEvery: 2,
    data: {
      source: "synthetic",
      crop: [33, 33],
      ratioRange: [0.5, 1],
      flip: true,
      photometric: true,
      workers: 0,
    },
    network: { encoder: ENCODER, decoder: DECODER, mitrans: MITRANS },
    recipe: withLabeledBoxes(RECIPES.guidedmix),
    optimizer: {
      learningRate: 0.05,
      minimumLearningRate: 1e-4,
      power: 0.9,
      momentum: 0.9,
      weightDecay: 5e-4,
      headFactor: 2,
      clipNorm: 0,
      accumulate: 1,
    },
    evaluation: { every: 3, mode: "whole", crop: [33, 33], stride: [22, 22], limit: 2 },
    ...changes,
  };
}

const GENERATED = { size: 48, train: 12, val: 4, test: 0, seed: 3 };

/** Twelve generated pictures, four of them labeled. */
export async function tinyDataset(): Promise<Dataset> {
  return await chooseLabeled(await openDataset("synthetic", { synthetic: GENERATED }), {
    fraction: "1/3",
    seed: 1,
  });
}

/** The unlabeled ones with their masks, for a diagnosis. */
export async function tinyDiagnosis(): Promise<Item[]> {
  return withheldItems(await openDataset("synthetic", { synthetic: GENERATED }), await tinyDataset());
}

/** A fresh network of the tiny run. */
export function tinyNetwork(recipe: Pick<Recipe, "objective"> = RECIPES.guidedmix): Network {
  return new Network(trainedModel(TINY_MODEL, recipe), 5);
}

/** Runs `body` with an empty folder, which is removed afterwards. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
