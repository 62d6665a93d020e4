/** One step of each baseline against its restatement in PyTorch (`tools/export_baselines`). */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import type { ModelOptions } from "../../src/config/model_options.ts";
import type { Recipe } from "../../src/config/recipe.ts";
import type { RandomStream } from "../../src/core/random.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { guidedMixStep, type StepContext, type StepResult } from "../../src/method/guided_mix_step.ts";
import { Network } from "../../src/model/network.ts";
import { inFileLayout } from "../../src/nn/parameters.ts";
import { TOLERANCES } from "../../src/parity/tolerances.ts";
import { RecordedSteps } from "../../src/train/recorded_steps.ts";
import { Teacher } from "../../src/train/teacher.ts";
import { assertClose, numericTest, take } from "../numeric.ts";
import { disposeBatch, ONE_OF_EACH, recipeWith, trainedModel, type UnlabeledBatch } from "./small_step.ts";

type Tensors = ReadonlyMap<string, StoredTensor>;

function read(name: string): Tensors {
  const url = new URL(`../../fixtures/baselines/${name}.safetensors`, import.meta.url);
  return decodeSafetensors(Deno.readFileSync(url)).tensors;
}

/** Tensors below a prefix, by the rest of their names. */
function below(tensors: Tensors, prefix: string): Map<string, StoredTensor> {
  return new Map(
    [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, one]) => [
      name.slice(prefix.length),
      one,
    ]),
  );
}

const THRESHOLD = { unsup: { threshold: 0.6 } };

/** The recipes as the fixtures have them. */
const CASES: Readonly<Record<string, Recipe>> = {
  fixmatch: recipeWith("fixmatch", THRESHOLD),
  unimatch: recipeWith("unimatch", THRESHOLD),
  "cutmix-seg": recipeWith("cutmix-seg", THRESHOLD),
  cct: ONE_OF_EACH,
  // of 3069 labeled pixels 933 are below
  adaptive: recipeWith("fixmatch", {
    unsup: { threshold: 0.6, thresholds: "adaptive" },
    hardPixels: { below: 0.125, least: 1200 },
  }),
  // 2560 are below
  "by-class": recipeWith("fixmatch", {
    unsup: { threshold: 0.6, thresholds: "by-class" },
    hardPixels: { below: 0.5, least: 100 },
  }),
};

const MODEL: ModelOptions = {
  classes: 4,
  encoder: {
    depth: 18,
    stem: "v1",
    stemChannels: 8,
    baseChannels: 4,
    outputStride: 8,
    contractDilation: true,
    stages: 2,
  },
  decoder: { channels: 4, dilations: [1, 2], dropout: 0, alignCorners: false },
  mixDecoder: false,
  mitrans: false,
  classifier: false,
};

const INPUTS = read("inputs");

function image(name: string): tf.Tensor4D {
  const { data, shape } = INPUTS.get(`in/${name}`)!;
  return tf.tidy(() =>
    tf.transpose(tf.tensor4d(data as Float32Array, shape as [number, number, number, number]), [0, 2, 3, 1])
  ) as tf.Tensor4D;
}

function batchFor({ views }: Recipe): UnlabeledBatch {
  const { data, shape } = INPUTS.get("in/labels")!;
  const labels = Int32Array.from(data as BigInt64Array, Number);
  return {
    labeled: image("labeled"),
    unlabeled: image("unlabeled"),
    labels: tf.tensor3d(labels, shape as [number, number, number], "int32"),
    ...(views.plain && { unlabeledPlain: image("plain") }),
    ...(views.count > 1 && { unlabeledSecond: image("second") }),
  };
}

/** Gives stored numbers one after the other. */
function replay({ data }: StoredTensor): RandomStream {
  let next = 0;
  const uniform = () => {
    assert.ok(next < data.length, `all ${data.length} numbers are taken`);
    return data[next++] as number;
  };
  return { uniform } as RandomStream;
}

/** A step whose draws are a fixture's. */
function contextOf(fixture: Tensors): StepContext {
  const numbers = below(fixture, "draws/");
  const stream = (purpose: string) => {
    const found = numbers.get(purpose);
    assert.ok(found !== undefined, `the fixture draws nothing for "${purpose}"`);
    return replay(found);
  };
  const draws = { mixCoefficient: 0.1, dropout: { uniform: () => 0 } as RandomStream, stream };
  return { seed: 0, iteration: 3, iterations: 100, draws };
}

function compare(
  kind: keyof typeof TOLERANCES,
  actual: ArrayLike<number>,
  expected: StoredTensor,
  name: string,
) {
  const { relative: ofMaximum, absolute } = TOLERANCES[kind];
  assertClose(actual, expected.data as Float32Array, { ofMaximum, absolute }, name);
}

/** Losses, the gradient of every parameter, moved running statistics. */
async function compareStep(
  network: Network,
  { losses, gradients }: StepResult,
  fixture: Tensors,
): Promise<void> {
  for (const [name, loss] of below(fixture, "loss/")) compare("loss", [losses[name]!], loss, name);
  const expected = below(fixture, "grad/");
  assert.deepEqual([...gradients.keys()].sort(), [...expected.keys()].sort());
  const specs = new Map(network.parameters.specs().map((spec) => [spec.name, spec]));
  for (const [name, gradient] of gradients) {
    compare("gradient", take(inFileLayout(specs.get(name)!, gradient)), expected.get(name)!, name);
    gradient.dispose();
  }
  const after = await network.export();
  for (const [name, statistic] of below(fixture, "after/")) {
    compare("statistic1", after.get(name)!.data as Float32Array, statistic, name);
  }
}

async function run(name: string, engine: "eager" | "function"): Promise<void> {
  const recipe = CASES[name]!;
  const fixture = read(name);
  const network = new Network(trainedModel(MODEL, recipe), 1);
  network.parameters.load(below(INPUTS, "state/"));
  network.parameters.load(below(fixture, "before/"));
  const teacher = name === "cutmix-seg" ? new Teacher(network, recipe.teacher) : undefined;
  teacher?.load(below(INPUTS, "teacher/"));
  const [batch, context] = [batchFor(recipe), contextOf(fixture)];
  const recorded = engine === "function"
    ? new RecordedSteps(nativeBackend()!, network, recipe, { teacher })
    : undefined;
  const result = await (recorded?.step(batch, context) ??
    guidedMixStep(network, batch, recipe, { ...context, teacher: teacher?.network }));
  await compareStep(network, result, fixture);
  recorded?.dispose();
  teacher?.dispose();
  network.dispose();
  disposeBatch(batch);
}

for (const name of Object.keys(CASES)) {
  numericTest(
    `A step of ${name} has losses, gradients and statistics of its restatement`,
    () => run(name, "eager"),
  );
  numericTest(
    `A recorded step of ${name} has losses, gradients and statistics of its restatement`,
    () => run(name, "function"),
    ["tensorflow"],
  );
}
