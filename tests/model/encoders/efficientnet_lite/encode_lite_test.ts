import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { EfficientNetLiteOptions } from "../../../../src/config/model_options.ts";
import { decodeSafetensors } from "../../../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../../../src/formats/stored_tensor.ts";
import { readWeights } from "../../../../src/interop/weight_file.ts";
import { encode, encoderSpecs } from "../../../../src/model/encoder.ts";
import { ForwardPass } from "../../../../src/model/forward_pass.ts";
import { inFileLayout, ParameterStore } from "../../../../src/nn/parameters.ts";
import { Tape } from "../../../../src/nn/tape.ts";
import type { EdgeInput } from "../../../../src/parity/edge_input.ts";
import { ReferenceDecisions } from "../../../../src/parity/reference_decisions.ts";
import { type TensorKind, TOLERANCES } from "../../../../src/parity/tolerances.ts";
import { assertClose, type Bounds, numericTest, take, whyNot } from "../../../numeric.ts";
import { channelsLast } from "../../../reference.ts";
import { projectPath, testUnless } from "../../../support.ts";
import { cachedWeights, WHOLE_WEIGHTS } from "./cached_weights.ts";

type Tensors = ReadonlyMap<string, StoredTensor>;

/** Names a folder that `tools/export_lite --weights` made of the whole network. */
const WHOLE_VARIABLE = "GUIDEDMIX_LITE_REFERENCE";

type Mode = "eval" | "train";

interface Reference {
  readonly options: EfficientNetLiteOptions;
  /** Rectifiers as the lists of their inputs at a bound number them. */
  readonly rectifiers: readonly string[];
  readonly tensors: Tensors;
  /** Of each tensor, the largest difference to the same run in float64. */
  readonly differences: Readonly<Record<string, number>>;
}

/** Bounds of the one table for a tensor: what float32 costs PyTorch's port itself, ten times, where that is more. */
function boundsOf({ differences }: Reference, kind: TensorKind, key: string, more = 0): Bounds {
  const { relative, absolute } = TOLERANCES[kind];
  return { ofMaximum: relative, absolute: Math.max(absolute + more, 10 * (differences[key] ?? 0) + 1e-6) };
}

function readReference(path: string): Reference {
  const { tensors, metadata } = decodeSafetensors(Deno.readFileSync(path));
  const { variant, width, outputStride, rectifiers, f64_diff: differences } = JSON.parse(metadata.json!);
  const options = { family: "efficientnet-lite", variant, width, outputStride } as const;
  return { tensors, differences, rectifiers, options };
}

/** What the port listed of ReLU6's inputs at 0 and 6. */
function decisionsOf({ tensors, rectifiers }: Reference, mode: Mode): ReferenceDecisions {
  const list = (name: string) => tensors.get(`lite/${mode}/edges/${name}`)!.data;
  const rows = list("rectifiers");
  const listed = Array.from(list("rectifier_inputs") as Float32Array, (value, i): EdgeInput => {
    const [number, call, index] = [0, 1, 2].map((column) => Number(rows[3 * i + column]));
    return { module: rectifiers[number!]!, call: call!, index: index!, value };
  });
  return new ReferenceDecisions(1, listed);
}

function part(tensors: Tensors, prefix: string): Map<string, StoredTensor> {
  return new Map(
    [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [
      name.slice(prefix.length),
      tensor,
    ]),
  );
}

function storeOf({ options }: Reference, state: Tensors): ParameterStore {
  const store = new ParameterStore(encoderSpecs(options), 0);
  const missing = new Set(store.names());
  store.load(state).forEach((name) => missing.delete(name));
  assert.deepEqual([...missing], [], "the state has every parameter");
  return store;
}

/** Values as the file has them, `[N, C, H, W]`. */
function channelsSecond(tensor: tf.Tensor): Float32Array {
  return take(tf.transpose(tensor, [0, 3, 1, 2]));
}

function checkStages(tape: Tape, reference: Reference, mode: Mode): void {
  const { tensors } = reference;
  const names = [...tape.observations.keys()];
  assert.deepEqual(names, [1, 2, 3, 4, 5, 6, 7].map((stage) => `feat_layer${stage}`));
  for (const [name, { value }] of tape.observations) {
    const key = `lite/${mode}/${name.replace("feat_layer", "stage")}`;
    const { data, shape } = tensors.get(key)!;
    const [n, c, h, w] = shape as [number, number, number, number];
    assert.deepEqual(value.tensor.shape, [n, h, w, c], key);
    const bounds = boundsOf(reference, "forward", key);
    assertClose(channelsSecond(value.tensor), data as Float32Array, bounds, key);
  }
}

/**
 * What a shift between two norms, zero by analysis, may be: a projection's shift is taken away again by the norm behind
 * the next expansion. Held to the gradient of the scale beside it.
 */
function shiftBound(key: string, expected: Tensors): number {
  if (!key.endsWith("._bn2.bias") || key.startsWith("_blocks.15.")) return 0;
  const scale = expected.get(key.replace(/bias$/, "weight"))!.data as Float32Array;
  return TOLERANCES.cancelling.ofWeights! * scale.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Gradients that have come, and no others, equal the port's. */
function checkGradients(
  reference: Reference,
  store: ParameterStore,
  mode: Mode,
  gradients: ReadonlyMap<tf.Tensor, tf.Tensor>,
): void {
  const expected = part(reference.tensors, `lite/${mode}/grad/`);
  const taken = store.specs().filter(({ name }) => gradients.has(store.tensor(name)));
  const keyOf = (name: string) => name.replace("backbone.", "");
  assert.deepEqual(taken.map(({ name }) => keyOf(name)).sort(), [...expected.keys()].sort());
  for (const spec of taken) {
    const key = keyOf(spec.name);
    const actual = take(inFileLayout(spec, gradients.get(store.tensor(spec.name))!));
    const shift = mode === "train" ? shiftBound(key, expected) : 0;
    const bounds = boundsOf(reference, "gradient", `lite/${mode}/grad/${key}`, shift);
    assertClose(actual, expected.get(key)!.data as Float32Array, bounds, `${mode}: gradient of ${key}`);
  }
}

/** Stages and gradients of one mode, decided at the bounds of ReLU6 as the port did. */
async function checkMode(
  reference: Reference,
  store: ParameterStore,
  x: tf.Tensor,
  mode: Mode,
): Promise<void> {
  const decisions = decisionsOf(reference, mode);
  const tape = new Tape({ observing: true, decisions });
  const pass = new ForwardPass(tape, store, { training: mode === "train" });
  const output = encode(pass, tape.constant(x), reference.options);
  checkStages(tape, reference, mode);
  const cotangent = channelsLast(reference.tensors.get("lite/cotangent")!);
  const gradients = tape.backwardFrom([[output, cotangent]]);
  const { listed, complaints } = await decisions.findings();
  assert.deepEqual(complaints, [], mode);
  assert.ok(listed > 0, `${mode}: some inputs lie at a bound`);
  checkGradients(reference, store, mode, gradients);
  tf.dispose([...gradients.values()]);
  tape.dispose();
  decisions.dispose();
}

function checkMoved(reference: Reference, store: ParameterStore): void {
  const { tensors } = reference;
  for (const [key, moved] of part(tensors, "lite/moved/")) {
    const actual = store.tensor(`backbone.${key}`).dataSync() as Float32Array;
    assertClose(
      actual,
      moved.data as Float32Array,
      boundsOf(reference, "statistic1", `lite/moved/${key}`),
      key,
    );
  }
}

async function checkReference(reference: Reference, state: Tensors): Promise<void> {
  const store = storeOf(reference, state);
  const x = channelsLast(reference.tensors.get("lite/in")!);
  try {
    await checkMode(reference, store, x, "eval");
    await checkMode(reference, store, x, "train");
    checkMoved(reference, store);
  } finally {
    store.dispose();
    x.dispose();
  }
}

function backboneOf(tensors: Tensors): Map<string, StoredTensor> {
  return new Map([...part(tensors, "lite/state/")].map(([name, tensor]) => [`backbone.${name}`, tensor]));
}

for (const outputStride of [32, 16, 8]) {
  numericTest(
    `encode() of a narrow Lite0 equals PyTorch's port in all stages, gradients and statistics, stride ${outputStride}`,
    async () => {
      const reference = readReference(projectPath(`fixtures/lite/lite0-os${outputStride}.safetensors`));
      await checkReference(reference, backboneOf(reference.tensors));
    },
  );
}

const whole = Deno.env.get(WHOLE_VARIABLE);
const missing = whyNot("tensorflow") ??
  (whole === undefined ? `${WHOLE_VARIABLE} names no folder` : undefined) ??
  (cachedWeights() === undefined ? `no ${WHOLE_WEIGHTS} in the cache` : undefined);

for (const outputStride of [32, 16, 8]) {
  testUnless(
    missing,
    `encode() of the whole Lite0 with ImageNet weights equals PyTorch's port, stride ${outputStride}`,
    async () => {
      await tf.setBackend("tensorflow");
      const { tensors } = readWeights(cachedWeights()!);
      await checkReference(readReference(join(whole!, `lite0-os${outputStride}.safetensors`)), tensors);
    },
  );
}
