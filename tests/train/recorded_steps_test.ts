import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import type { ModelOptions } from "../../src/config/model_options.ts";
import { type Recipe, RECIPE_NAMES, RECIPES } from "../../src/config/recipe.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { guidedMixStep, type StepContext } from "../../src/method/guided_mix_step.ts";
import { Network } from "../../src/model/network.ts";
import { RecordedSteps } from "../../src/train/recorded_steps.ts";
import { Sgd, type SgdOptions } from "../../src/train/sgd.ts";
import { assertClose, bfloat16Test, normal, numericTest } from "../numeric.ts";
import {
  BLENDED,
  CONTEXT,
  disposeBatch,
  ONE_OF_EACH,
  recipeWith,
  SMALL,
  smallBatch,
  trainedModel,
  withViews,
} from "../method/small_step.ts";

const OPTIONS = { ...SMALL, decoder: { ...SMALL.decoder, dropout: 0.2 } };
const RATES = [0.02, 0.01, 0.005];

interface Ran {
  readonly losses: Readonly<Record<string, number>>[];
  readonly pairs: unknown[];
  readonly parameters: Map<string, StoredTensor>;
  readonly momentum: Map<string, StoredTensor>;
}

function recordedTest(name: string, body: () => void | Promise<void>): void {
  numericTest(name, body, ["tensorflow"]);
}

/** What differs between runs besides engine and recipe. */
interface Settings {
  readonly context?: Partial<StepContext>;
  readonly sgd?: SgdOptions;
  readonly network?: ModelOptions;
  /** Moves each start value by one unit in its last place, up or down. */
  readonly shaken?: boolean;
}

function shake({ parameters }: Network): void {
  for (const name of parameters.trainableNames()) {
    const value = parameters.tensor(name);
    parameters.replace(
      name,
      tf.tidy(() => tf.mul(value, tf.add(1, tf.mul(2 ** -23, tf.sign(normal(value.shape, name)))))),
    );
  }
}

/** Some updates of a fresh network, each iteration with draws, ramp and rate of its own. */
async function updates(engine: "eager" | "function", recipe: Recipe, settings: Settings = {}): Promise<Ran> {
  const { context = {}, network: options = OPTIONS } = settings;
  const network = new Network(trainedModel(options, recipe), 7);
  if (settings.shaken) shake(network);
  const [sgd, batch] = [new Sgd(settings.sgd), withViews(smallBatch(), recipe)];
  const { precision, classWeights } = context;
  const recorded = engine === "function"
    ? new RecordedSteps(nativeBackend()!, network, recipe, { precision, classWeights })
    : undefined;
  const ran = { losses: [] as Ran["losses"], pairs: [] as unknown[] };
  for (const [i, learningRate] of RATES.entries()) {
    const now = { ...CONTEXT, ...context, iteration: CONTEXT.iteration + i };
    const update = sgd.canBeRecorded ? { sgd, learningRate } : undefined;
    const result = await (recorded?.step(batch, now, update) ?? guidedMixStep(network, batch, recipe, now));
    sgd.step(network.parameters, result.gradients, learningRate);
    ran.losses.push(result.losses);
    ran.pairs.push({ ...result.pairs, distances: undefined });
  }
  const [parameters, momentum] = [await network.export(), await sgd.export(network.parameters)];
  recorded?.dispose();
  // the network has them again
  assert.deepEqual(await network.export(), parameters);
  network.dispose();
  sgd.dispose();
  disposeBatch(batch);
  return { ...ran, parameters, momentum };
}

/**
 * How many times as far as a shaken start moves a tensor may a recorded one be. Rounding is other in a function, and the norm
 * after image pooling divides by what two images differ by: with cct's decoders it was 0.1 to 8 times as far on one kind of
 * processor from run to run, where a tensor was beyond 2e-5 of its maximum at all (5e-4 once), and official's 1.0 times
 * with oneDNN's AVX2 kernels.
 */
const NOISE = 16;

type Tensors = Ran["parameters"];

function valuesOf(tensors: Tensors, name: string): Float32Array {
  return tensors.get(name)!.data as Float32Array;
}

function assertNear(actual: Tensors, expected: Tensors, shaken: Tensors): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [name, { data, dtype }] of expected) {
    if (dtype === "int64") {
      assert.deepEqual(actual.get(name)!.data, data, name);
      continue;
    }
    const [values, moved] = [valuesOf(expected, name), valuesOf(shaken, name)];
    const noise = values.reduce((most, value, i) => Math.max(most, Math.abs(value - moved[i]!)), 0);
    assertClose(valuesOf(actual, name), values, {
      ofMaximum: 2e-5,
      absolute: Math.max(1e-9, NOISE * noise),
    }, name);
  }
}

/** Makes sure that recorded updates give what eager ones give. @returns The recorded ones */
async function assertRecorded(recipe: Recipe, settings: Settings = {}): Promise<Ran> {
  const [actual, expected] = [
    await updates("function", recipe, settings),
    await updates("eager", recipe, settings),
  ];
  const shaken = await updates("eager", recipe, { ...settings, shaken: true });
  for (const [i, losses] of expected.losses.entries()) {
    assert.deepEqual(Object.keys(actual.losses[i]!), Object.keys(losses));
    assertClose(Object.values(actual.losses[i]!), Object.values(losses), { ofMaximum: 1e-5 });
  }
  assert.deepEqual(actual.pairs, expected.pairs);
  assertNear(actual.parameters, expected.parameters, shaken.parameters);
  assertNear(actual.momentum, expected.momentum, shaken.momentum);
  return actual;
}

for (const name of RECIPE_NAMES) {
  recordedTest(
    `RecordedSteps of ${name} give iterations with other draws, ramps and rates what eager ones give`,
    async () => {
      await assertRecorded(name === "cct" ? ONE_OF_EACH : RECIPES[name]);
    },
  );
}

recordedTest("RecordedSteps draw: each iteration has a λ, pairs, boxes and dropout of its own", async () => {
  const { losses } = await updates("function", RECIPES.guidedmix);
  assert.equal(new Set(losses.map(({ mix }) => mix)).size, RATES.length);
});

recordedTest("RecordedSteps record the classifier's warm-up and what follows it", async () => {
  const recipe = recipeWith("paper", { classifier: { on: true, weight: 1, warmUp: 0.4 } });
  const { losses } = await assertRecorded(recipe);
  assert.deepEqual(losses.map((one) => Object.keys(one).length > 2), [false, true, true]);
});

recordedTest("RecordedSteps hand out gradients where the optimizer needs them all at once", async () => {
  await assertRecorded(RECIPES.official, { sgd: { clipNorm: 0.5 } });
});

recordedTest("RecordedSteps have class weights as eager steps have", async () => {
  await assertRecorded(RECIPES.guidedmix, { context: { classWeights: [0.5, 2, 1] } });
});

recordedTest("RecordedSteps leave frozen norms alone as eager steps do", async () => {
  const recipe: Recipe = { ...RECIPES.guidedmix, encoderNorms: "frozen" };
  const own = await assertRecorded(recipe);
  assert.equal(own.momentum.has("backbone.layer1.0.bn1.weight"), false);
});

/** Three classes that nobody has learned yet are as probable as each other: just above these thresholds. */
const OFF_BY_DEFAULT: Readonly<Record<string, Recipe>> = {
  "unimatch with adaptive thresholds": recipeWith("unimatch", {
    unsup: { threshold: 0.3, thresholds: "adaptive" },
  }),
  "guidedmix with thresholds by class": recipeWith("guidedmix", { unsup: { thresholds: "by-class" } }),
  "supervised with hard pixels": recipeWith("supervised", { hardPixels: { below: 0.3, least: 900 } }),
};

for (const [name, recipe] of Object.entries(OFF_BY_DEFAULT)) {
  recordedTest(`RecordedSteps of ${name} give what eager ones give`, async () => {
    const { losses } = await assertRecorded(recipe);
    assert.ok(losses.every(({ ce, usup = 1 }) => ce! > 0 && usup > 0));
  });
}

bfloat16Test("RecordedSteps multiply in bfloat16 where they are asked to", async () => {
  // wide enough to pay for casts
  const network = { ...OPTIONS, encoder: { ...OPTIONS.encoder, baseChannels: 32 } };
  const run = async (engine: "eager" | "function", precision: "bfloat16" | "float32") => {
    const { losses } = await updates(engine, BLENDED, { context: { precision }, network });
    return losses.map(({ total }) => total!);
  };
  const [own, eager] = [await run("function", "bfloat16"), await run("eager", "bfloat16")];
  assertClose(own, eager, { ofMaximum: 5e-3 });
  assert.notDeepEqual(own, await run("function", "float32"));
});

recordedTest("RecordedSteps launch one op a step, whatever the network", async () => {
  const [network, sgd, batch] = [new Network(OPTIONS, 7), new Sgd(), smallBatch()];
  const { binding } = nativeBackend()!;
  const recorded = new RecordedSteps(nativeBackend()!, network, RECIPES.official);
  const step = (iteration: number) =>
    recorded.step(batch, { ...CONTEXT, iteration }, { sgd, learningRate: 0.01 });
  await step(0);
  let ops = 0;
  binding.onOp = () => ops++;
  await step(1);
  binding.onOp = undefined;
  assert.equal(ops, 1);
  recorded.dispose();
  network.dispose();
  sgd.dispose();
  tf.dispose([batch.labeled, batch.labels, batch.unlabeled]);
});

for (const depth of [18, 50] as const) {
  // the function of ResNet-50 has so many inputs that a list of them would fill an error's text
  const encoder = { ...OPTIONS.encoder, depth };
  recordedTest(
    `RecordedSteps of ResNet-${depth} keep parameters where a loss is not finite, and name it`,
    async () => {
      const [network, sgd, batch] = [new Network({ ...OPTIONS, encoder }, 7), new Sgd(), smallBatch()];
      const recorded = new RecordedSteps(nativeBackend()!, network, RECIPES.supervised);
      const update = { sgd, learningRate: 0.01 };
      await recorded.step(batch, CONTEXT, update);
      const name = "decode_head.conv_seg.bias";
      network.parameters.replace(name, tf.fill(network.parameters.tensor(name).shape, NaN));
      const before = await network.export();
      await assert.rejects(recorded.step(batch, CONTEXT, update), {
        name: "TrainingError",
        message: /^Cannot go on at iteration 3: loss "\w+" is NaN/,
      });
      assert.deepEqual(await network.export(), before);
      recorded.dispose();
      network.dispose();
      sgd.dispose();
      tf.dispose([batch.labeled, batch.labels, batch.unlabeled]);
    },
  );
}

recordedTest("RecordedSteps record anew for another shape and keep four", async () => {
  const [network, sgd] = [new Network(OPTIONS, 7), new Sgd()];
  const recorded = new RecordedSteps(nativeBackend()!, network, RECIPES.supervised);
  const totals: number[] = [];
  for (const side of [33, 41, 49, 57, 65, 33]) {
    const batch = smallBatch(2, 2, side);
    const { losses } = await recorded.step(batch, CONTEXT, { sgd, learningRate: 0 });
    totals.push(losses.total!);
    tf.dispose([batch.labeled, batch.labels, batch.unlabeled]);
  }
  assert.equal(totals.at(-1), totals[0]);
  recorded.dispose();
  network.dispose();
  sgd.dispose();
});
