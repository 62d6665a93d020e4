/** Steps whose encoder is computed again in the backward pass: nothing may differ. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { ResnetOptions } from "../../src/config/model_options.ts";
import { type RecipeName, RECIPES } from "../../src/config/recipe.ts";
import { guidedMixStep, type StepContext } from "../../src/method/guided_mix_step.ts";
import { Network } from "../../src/model/network.ts";
import { bfloat16Test, numericTest } from "../numeric.ts";
import { CONTEXT, SMALL, smallBatch, trainedModel } from "./small_step.ts";

/** Losses, gradients and all parameters with their statistics after one step. */
async function stepOf(recipe: RecipeName, context: Partial<StepContext>, changes: Partial<ResnetOptions>) {
  const network = new Network(
    trainedModel({ ...SMALL, encoder: { ...SMALL.encoder, ...changes } }, RECIPES[recipe]),
    7,
  );
  // residuals begin with a scale of zero, where nothing of them would be seen
  for (
    const name of network.parameters.trainableNames().filter((one) => /layer\d.*bn[23].weight/.test(one))
  ) {
    network.parameters.replace(name, tf.fill(network.parameters.tensor(name).shape, 0.7));
  }
  const batch = smallBatch();
  const taken: [string, ArrayLike<number>][] = [];
  const { losses, gradients } = await guidedMixStep(network, batch, RECIPES[recipe], {
    ...CONTEXT,
    ...context,
    takeGradient(name, gradient) {
      taken.push([name, gradient.dataSync()]);
      gradient.dispose();
      // as an update does: the parameter is another tensor from now on
      network.parameters.replace(name, tf.zerosLike(network.parameters.tensor(name)));
    },
  });
  assert.equal(gradients.size, 0);
  const parameters = [...await network.export()];
  network.dispose();
  tf.dispose([batch.labeled, batch.unlabeled, batch.labels]);
  return { losses, taken, statistics: parameters.filter(([name]) => /running|tracked/.test(name)) };
}

interface Case {
  readonly recipe: RecipeName;
  readonly encoder: Partial<ResnetOptions>;
  readonly precision?: StepContext["precision"];
}

const CASES: readonly Case[] = [
  { recipe: "guidedmix", encoder: {} },
  { recipe: "official", encoder: { stem: "v1", outputStride: 16 } },
  // the encoder runs twice
  { recipe: "paper", encoder: { depth: 50 } },
  { recipe: "supervised", encoder: { stem: "v1", contractDilation: false } },
  // wide enough to pay for casts
  { recipe: "official", encoder: { baseChannels: 32 }, precision: "bfloat16" },
];

for (const { recipe, encoder, precision } of CASES) {
  const test = precision === "bfloat16" ? bfloat16Test : numericTest;
  test(
    `guidedMixStep() with recompute gives the plain step bit for bit: ${recipe}, ${precision ?? "float32"}`,
    async () => {
      const plain = await stepOf(recipe, { precision }, encoder);
      const again = await stepOf(recipe, { precision, recompute: "encoder" }, encoder);
      assert.ok(plain.taken.some(([name, values]) => name.startsWith("backbone.layer1") && values[0] !== 0));
      assert.deepEqual(again.losses, plain.losses);
      assert.deepEqual(again.taken.map(([name]) => name), plain.taken.map(([name]) => name));
      for (const [i, [name, values]] of plain.taken.entries()) {
        assert.deepEqual(again.taken[i]![1], values, `gradient of "${name}"`);
      }
      assert.deepEqual(again.statistics, plain.statistics);
    },
  );
}
