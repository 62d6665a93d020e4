import { withLabeledBoxes } from "../recipe.ts";
import type { Preset } from "./preset.ts";
import { OFFICIAL_SGD, type ResnetNetwork, SMALL_MITRANS, SMALL_NETWORK } from "./small_network.ts";

const DEMO_NETWORK: ResnetNetwork = {
  encoder: { ...SMALL_NETWORK.encoder, stemChannels: 16, baseChannels: 16, outputStride: 8 },
  decoder: { ...SMALL_NETWORK.decoder, channels: 32, dilations: [1, 2, 4, 6] },
  mitrans: false,
};

const DEMO_CONFIG: Preset["config"] = {
  iterations: 1200,
  batch: { labeled: 4, unlabeled: 4 },
  checkpointEvery: 200,
  data: {
    source: "synthetic",
    synthetic: { seed: 0, size: 96, train: 200, val: 60, test: 60 },
    labeled: "8",
    crop: [96, 96],
    ratioRange: [0.75, 1.5],
    flip: true,
    photometric: true,
    workers: 1,
  },
  network: DEMO_NETWORK,
  optimizer: { ...OFFICIAL_SGD, learningRate: 0.03 },
  evaluation: { every: 300, mode: "whole", crop: [96, 96], stride: [64, 64], limit: 0 },
};

/**
 * Generated pictures, 8 of 200 labeled: shows the method and fills a report without any data at hand. Without
 * `--recipe` it trains `supervised` and then `guidedmix` with as many iterations, and compares them.
 *
 *     deno task train
 *
 * Source: this project. Takes: 86 s supervised and 182 s guidedmix on a core with AVX-512, backend tensorflow, after its
 * downloads.
 */
export const DEMO: Preset = {
  name: "demo",
  summary: "generated pictures, 8 of 200 labeled; supervised against guidedmix (the default)",
  recipe: "guidedmix",
  mitrans: { ...SMALL_MITRANS, channels: 32 },
  adjust: withLabeledBoxes,
  config: DEMO_CONFIG,
};

/**
 * The demo in a size for the `wasm` backend; taken by itself where `demo` finds no other backend.
 *
 *     deno task train --preset demo-wasm --backend wasm
 *
 * Source: this project. Takes: 170 s supervised and 328 s guidedmix on two cores with AVX-512 that had other work beside.
 */
export const DEMO_WASM: Preset = {
  ...DEMO,
  name: "demo-wasm",
  summary: "the demo with a smaller network and fewer iterations, for the wasm backend",
  mitrans: { ...SMALL_MITRANS, channels: 16 },
  config: {
    ...DEMO_CONFIG,
    iterations: 800,
    batch: { labeled: 2, unlabeled: 2 },
    network: {
      encoder: { ...DEMO_NETWORK.encoder, stemChannels: 8, baseChannels: 8 },
      decoder: { ...DEMO_NETWORK.decoder, channels: 16 },
      mitrans: false,
    },
    evaluation: { ...DEMO_CONFIG.evaluation, every: 200, limit: 20 },
  },
};
