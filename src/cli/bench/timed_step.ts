/** Our side of the benchmark: one GuidedMix step with its update on noise, again and again. */
import * as tf from "@tensorflow/tfjs-core";
import { RECIPES } from "../../config/recipe.ts";
import type { RunConfig } from "../../config/run_config.ts";
import type { StepBatch } from "../../method/step_batch.ts";
import { Network } from "../../model/network.ts";
import type { ConvolutionPrecision } from "../../nn/precision.ts";
import { Sgd } from "../../train/sgd.ts";
import { StepEngine } from "../../train/step_engine.ts";
import type { BenchCase } from "./bench_case.ts";

const LEARNING_RATE = 0.01;

/** A network in training on one batch of noise. */
export class TimedStep {
  readonly #network: Network;
  readonly #precision: ConvolutionPrecision;
  readonly #engine: StepEngine;
  readonly #sgd = new Sgd();
  readonly #batch: StepBatch;
  #iteration = 0;

  /** A new network and its batch, on the current backend. */
  constructor(
    { model, crop, batch }: BenchCase,
    precision: ConvolutionPrecision,
    engine: RunConfig["engine"] = "auto",
  ) {
    this.#precision = precision;
    this.#network = new Network(model, 0);
    const config = { engine, recompute: "none", recipe: RECIPES.official, precision } as const;
    this.#network.recordInference(engine !== "eager");
    this.#engine = new StepEngine({ network: this.#network, config, workers: 1 });
    const noise = () => tf.randomNormal<tf.Rank.R4>([batch, crop, crop, 3], 0, 1, "float32", 1);
    const labels = Int32Array.from({ length: batch * crop * crop }, (_, i) => (i * 7919) % model.classes);
    this.#batch = {
      labeled: noise(),
      unlabeled: noise(),
      labels: tf.tensor3d(labels, [batch, crop, crop], "int32"),
    };
  }

  /** Number of trained values. */
  get size(): number {
    return this.#network.parameters.size();
  }

  /** Forward, backward and update by the official recipe. @returns The total loss */
  async step(): Promise<number> {
    const update = { sgd: this.#sgd, learningRate: LEARNING_RATE };
    const { losses } = await this.#engine.step(this.#batch, {
      seed: 0,
      iteration: this.#iteration++,
      iterations: 1000,
      precision: this.#precision,
    }, update);
    return losses.total!;
  }

  /** Prediction logits of the labeled images at their own size. */
  forward(): void {
    this.#network.logits(this.#batch.labeled, this.#precision).dispose();
  }
}
