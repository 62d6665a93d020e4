import assert from "node:assert/strict";
import { CheckpointMismatch, ConfigError, FormatError } from "../../src/core/errors.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { writeTorchFile } from "../../src/formats/torch_write.ts";
import { importWeights } from "../../src/interop/import_weights.ts";
import { describeMatch } from "../../src/interop/match_report.ts";
import {
  expectedShapes,
  matchWeights,
  requireFullMatch,
  requireSomeMatch,
} from "../../src/interop/match_weights.ts";
import { readWeights } from "../../src/interop/weight_file.ts";
import { parameterSpecs } from "../../src/model/parameter_specs.ts";
import { modelOptions, modelTensors, renamed } from "./encoder_names.ts";

const MODEL = modelOptions("v1");
const SHAPES = expectedShapes(parameterSpecs(MODEL));
const TENSORS = modelTensors(MODEL);

const bare = (name: string) => name.startsWith("backbone.") ? name.slice("backbone.".length) : undefined;
const encoderNames = [...TENSORS.keys()].filter((name) => name.startsWith("backbone."));

const counters = encoderNames.filter((name) => name.endsWith(".num_batches_tracked")).length;

function matchOf(tensors: ReadonlyMap<string, StoredTensor>, shapes = SHAPES) {
  const file = readWeights(writeTorchFile(tensors));
  return { file, match: matchWeights(file, shapes) };
}

Deno.test("matchWeights() matches everything of a file with the official names, from both formats", () => {
  for (const bytes of [writeTorchFile(TENSORS), encodeSafetensors(TENSORS)]) {
    const file = readWeights(bytes);
    const match = matchWeights(file, SHAPES);
    assert.deepEqual([...match.matched].sort(), [...TENSORS].sort());
    requireFullMatch(file, match);
  }
});

Deno.test("matchWeights() finds the encoder under every usual prefix", () => {
  const prefixes = [
    "",
    "module.",
    "state_dict.",
    "state_dict.module.",
    "model.",
    "state_dict.backbone.",
    "encoder.",
    "module.encoder_q.",
    "state_dict.module.backbone.",
  ];
  for (const prefix of prefixes) {
    const { match } = matchOf(renamed(TENSORS, (name) => bare(name) && `${prefix}${bare(name)}`));
    assert.deepEqual([...match.matched.keys()], encoderNames, prefix);
    assert.equal(match.unexpected.length, 0, prefix);
    assert.ok(match.missing.every((name) => name.startsWith("decode_head.")), prefix);
  }
});

Deno.test("matchWeights() takes wrappers off the whole network", () => {
  for (const prefix of ["state_dict.", "module.", "model.module."]) {
    const { file, match } = matchOf(renamed(TENSORS, (name) => prefix + name));
    assert.equal(file.removedPrefix, prefix);
    requireFullMatch(file, match);
  }
});

Deno.test("readWeights() leaves what lies beside a wrapped network aside", () => {
  const tensors = renamed(TENSORS, (name) => `state_dict.${name}`);
  tensors.set("optimizer.state.0.momentum_buffer", TENSORS.get("backbone.bn1.bias")!);
  const { file, match } = matchOf(tensors);
  assert.deepEqual(file.besides, ["optimizer.state.0.momentum_buffer"]);
  requireFullMatch(file, match);
});

Deno.test("readWeights() recognises the stem", () => {
  assert.equal(readWeights(writeTorchFile(TENSORS)).stem, "v1");
  assert.equal(readWeights(writeTorchFile(modelTensors(modelOptions("v1c")))).stem, "v1c");
  assert.equal(readWeights(writeTorchFile(new Map())).stem, undefined);
});

Deno.test("readWeights() reads a deep stem that is written as a sequence named conv1", () => {
  const options = modelOptions("v1c");
  const tensors = modelTensors(options);
  const sequence = renamed(
    tensors,
    (name) => bare(name)?.replace("stem.7.", "bn1.").replace(/^stem\.([01346])\./, "conv1.$1."),
  );
  const { file, match } = matchOf(sequence, expectedShapes(parameterSpecs(options)));
  assert.equal(file.stem, "v1c");
  const expected = [...tensors].filter(([name]) => name.startsWith("backbone."));
  assert.deepEqual([...match.matched].sort(), expected.sort());
});

Deno.test("matchWeights() tells missing, unexpected, unused and unfit apart", () => {
  const tensors = new Map(TENSORS);
  tensors.delete("backbone.bn1.weight");
  tensors.delete("backbone.bn1.num_batches_tracked");
  tensors.set("backbone.fc.weight", TENSORS.get("backbone.bn1.bias")!);
  tensors.set("decode_head_mix.aspp_modules.0.conv.weight", TENSORS.get("backbone.bn1.bias")!);
  tensors.set("pseudo_labels.threshold", TENSORS.get("backbone.bn1.bias")!);
  tensors.set("backbone.extra.weight", TENSORS.get("backbone.bn1.bias")!);
  tensors.set("decode_head.conv_seg.bias", { dtype: "float32", shape: [5], data: new Float32Array(5) });
  tensors.set("backbone.bn1.bias", { dtype: "int32", shape: [4], data: new Int32Array(4) });
  const { file, match } = matchOf(tensors);
  assert.deepEqual(match.missing, ["backbone.bn1.weight"]);
  assert.deepEqual(match.unexpected, ["backbone.extra.weight"]);
  assert.deepEqual(match.unused, [
    "backbone.fc.weight",
    "decode_head_mix.aspp_modules.0.conv.weight",
    "pseudo_labels.threshold",
  ]);
  assert.deepEqual([...match.wrongShape].sort((a, b) => (a.name < b.name ? -1 : 1)), [
    { name: "backbone.bn1.bias", file: "int32", model: "[4]" },
    { name: "decode_head.conv_seg.bias", file: "[5]", model: "[3]" },
  ]);
  const report = describeMatch(file, match);
  assert.match(report, /missing +1: backbone stem \(1\)/);
  assert.match(report, /do not fit +2: backbone stem \(1\), decode_head \(1\)/);
  assert.match(report, /decode_head.conv_seg.bias: file has \[5\], model \[3\]/);
  assert.match(report, /unused +3: backbone fc \(1\), decode_head_mix \(1\), pseudo_labels/);
  assert.throws(() => requireFullMatch(file, match), (error) => {
    assert.ok(error instanceof CheckpointMismatch);
    assert.match(
      error.message,
      /1 missing: backbone.bn1.weight; 1 unexpected: backbone.extra.weight; 2 that do/,
    );
    return true;
  });
});

Deno.test("requireFullMatch() lists the first ten and the count", () => {
  const { file, match } = matchOf(new Map());
  assert.throws(() => requireFullMatch(file, match), (error) => {
    assert.ok(error instanceof CheckpointMismatch);
    assert.match(error.message, new RegExp(`${match.missing.length} missing: backbone.conv1.weight, `));
    assert.match(
      error.message,
      new RegExp(`and ${match.missing.length - 10} more, expected every parameter`),
    );
    return true;
  });
});

Deno.test("requireSomeMatch() refuses a file of which nothing fits", () => {
  const other = new Map([["embed.weight", TENSORS.get("backbone.bn1.bias")!]]);
  const { file, match } = matchOf(other);
  assert.throws(() => requireSomeMatch(file, match), /none of its 1 tensors fits the model \(embed.weight\)/);
  assert.throws(() => requireSomeMatch(file, match), CheckpointMismatch);
});

Deno.test("requireSomeMatch() refuses a file whose decoder fits and whose encoder is another", () => {
  const tensors = renamed(
    TENSORS,
    (name) => bare(name) === undefined ? name : `backbone._${bare(name)}`,
  );
  const { file, match } = matchOf(tensors);
  assert.ok(match.matched.size > 0);
  assert.throws(() => requireSomeMatch(file, match), {
    name: "CheckpointMismatch",
    message: new RegExp(`none of its ${encoderNames.length - counters} encoder tensors fits the model`),
  });
});

Deno.test("requireSomeMatch() takes a file that holds a decoder alone", () => {
  const { file, match } = matchOf(renamed(TENSORS, (name) => bare(name) === undefined ? name : undefined));
  requireSomeMatch(file, match);
  assert.ok(match.missing.length > 0);
});

Deno.test("matchWeights() converts float64, float16 and bfloat16 to float32", () => {
  for (const dtype of ["float64", "float16", "bfloat16"] as const) {
    const Data = dtype === "float64" ? Float64Array : Float32Array;
    const tensors = new Map(TENSORS);
    tensors.set("backbone.bn1.bias", { dtype, shape: [4], data: Data.of(1, 2, 0.5, -3) });
    const { match } = matchOf(tensors);
    const expected = { dtype: "float32", shape: [4], data: Float32Array.of(1, 2, 0.5, -3) };
    assert.deepEqual(match.matched.get("backbone.bn1.bias"), expected);
  }
});

Deno.test("describeMatch() says that the stems differ", () => {
  const { file, match } = matchOf(modelTensors(modelOptions("v1c")));
  assert.match(
    describeMatch(file, match),
    /the file has v1c, the model v1: these layers keep their start values/,
  );
});

Deno.test("readWeights() turns folded batch norms into x + bias, and only where the weight is there", () => {
  const isNorm = /\.(bn\d|downsample\.1)\./;
  const folded = renamed(TENSORS, (name) => isNorm.test(name) ? undefined : bare(name));
  folded.set("conv1.bias", { dtype: "float32", shape: [4], data: Float32Array.of(1, 2, 3, 4) });
  folded.set("layer4.0.conv1.bias", { dtype: "float32", shape: [32], data: new Float32Array(32) });
  folded.delete("layer4.0.conv1.weight");
  const { file, match } = matchOf(folded);
  assert.equal(file.foldedNorms, 1);
  assert.deepEqual(match.unexpected, ["backbone.layer4.0.conv1.bias"]);
  const value = (name: string, channel: number) =>
    Number(match.matched.get(`backbone.bn1.${name}`)!.data[channel]);
  for (let channel = 0; channel < 4; channel++) {
    const scale = value("weight", channel) / Math.sqrt(value("running_var", channel) + 1e-5);
    const output = (x: number) => (x - value("running_mean", channel)) * scale + value("bias", channel);
    assert.ok(Math.abs(output(7) - (7 + channel + 1)) < 1e-6);
  }
  assert.match(describeMatch(file, match), /1 were folded into convolutions/);
});

Deno.test("readWeights() refuses two names that become one", () => {
  const twice = renamed(TENSORS, bare);
  twice.set("backbone.bn1.bias", TENSORS.get("backbone.bn1.bias")!);
  assert.throws(() => readWeights(writeTorchFile(twice)), CheckpointMismatch);
});

Deno.test("importWeights() gives what ParameterStore.load() takes, or refuses", () => {
  const specs = parameterSpecs(MODEL);
  const encoderOnly = writeTorchFile(renamed(TENSORS, bare));
  const { tensors, report } = importWeights(encoderOnly, specs);
  assert.deepEqual([...tensors.keys()], encoderNames);
  assert.match(report, /^Weights bytes: torch, stem v1\n/);
  assert.throws(() => importWeights(encoderOnly, specs, { strict: true }), CheckpointMismatch);
  assert.throws(() => importWeights(writeTorchFile(new Map()), specs), CheckpointMismatch);
  assert.throws(() => importWeights("/no/such/file.pth", specs), ConfigError);
});

Deno.test("importWeights() leaves thresholds of pseudo labels to the run, whatever the file has", () => {
  const specs = parameterSpecs({ ...MODEL, thresholds: { rule: "adaptive", start: 0.5 } });
  const state = { dtype: "float32", shape: [1], data: Float32Array.of(0.9) } as const;
  for (const file of [TENSORS, new Map([...TENSORS, ["pseudo_labels.threshold", state]])]) {
    const { tensors, match } = importWeights(writeTorchFile(file), specs, { strict: true });
    assert.deepEqual([tensors.size, match.missing], [TENSORS.size, []]);
  }
});

Deno.test("readWeights() names the file in errors", () => {
  const path = Deno.makeTempFileSync({ suffix: ".pth" });
  Deno.writeTextFileSync(path, "version https://git-lfs");
  assert.throws(() => readWeights(path), (error) => {
    assert.ok(error instanceof FormatError);
    assert.match(error.message, /begins with "version http", expected a file of torch.save/);
    assert.ok(error.message.includes(path));
    return true;
  });
  Deno.removeSync(path);
});
