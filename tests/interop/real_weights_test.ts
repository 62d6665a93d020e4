import assert from "node:assert/strict";
import type { ModelOptions } from "../../src/config/model_options.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { writeTorchFile } from "../../src/formats/torch_write.ts";
import { expectedShapes, matchWeights, requireFullMatch } from "../../src/interop/match_weights.ts";
import { readWeights } from "../../src/interop/weight_file.ts";
import { parameterSpecs } from "../../src/model/parameter_specs.ts";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { modelOptions } from "./encoder_names.ts";

const FOLDER = "data/weights";

const RESNET18: ModelOptions = {
  ...modelOptions("v1"),
  encoder: {
    depth: 18,
    stem: "v1",
    stemChannels: 64,
    baseChannels: 64,
    outputStride: 16,
    contractDilation: true,
  },
};

/** Matches a real file with a ResNet-18 and counts names by kind. */
function counts(file: string) {
  const weights = readWeights(sharedPath(`${FOLDER}/${file}`)!);
  const { matched, missing, unexpected, unused, wrongShape } = matchWeights(
    weights,
    expectedShapes(parameterSpecs(RESNET18)),
  );
  const encoderMissing = missing.filter((name) => name.startsWith("backbone."));
  return { weights, matched, encoderMissing, unexpected, unused, wrongShape };
}

testUnless(missingData(FOLDER), "readWeights() takes all 90 tensors of the ResNet-18 with batch norm", () => {
  const { weights, matched, encoderMissing, unexpected, unused, wrongShape } = counts(
    "resnet18-imagenet-bn-to-layer3.pth",
  );
  assert.deepEqual([weights.format, weights.stem, weights.foldedNorms], ["torch", "v1", 0]);
  assert.equal(matched.size, 90);
  assert.ok(encoderMissing.length === 20 + 5 && encoderMissing.every((name) => /\.layer4\./.test(name)));
  assert.deepEqual([unexpected, unused, wrongShape], [[], [], []]);
});

testUnless(missingData(FOLDER), "readWeights() unfolds the ResNet-18 without batch norm", () => {
  const { weights, matched, encoderMissing, unexpected, unused } = counts(
    "resnet18-imagenet-bnfolded-partial.pth",
  );
  assert.equal(weights.foldedNorms, 16);
  assert.equal(matched.size, 16 * 5);
  assert.equal(encoderMissing.length, 4 * 5);
  assert.deepEqual(unexpected, [
    "backbone.layer4.0.conv1.bias",
    "backbone.layer4.0.conv2.bias",
    "backbone.layer4.1.conv1.bias",
    "backbone.layer4.1.conv2.bias",
  ]);
  assert.deepEqual(unused, ["backbone.fc.bias", "backbone.fc.weight"]);
});

for (
  const [file, best, tensors] of [
    ["resnet20-12fca82f.th", 91.78, 97],
    ["resnet56-4bfd9763.th", 93.62, 277],
  ] as const
) {
  testUnless(
    missingData(FOLDER),
    `readWeights() reads the old layout of ${file} and tells that it does not fit`,
    () => {
      const { weights, matched, wrongShape } = counts(file);
      assert.equal(weights.removedPrefix, "state_dict.module.");
      assert.ok(Math.abs(Number(weights.extras.get("best_prec1")) - best) < 1e-5);
      assert.equal(weights.tensors.size, tensors);
      assert.equal(matched.size, 0);
      assert.ok(wrongShape.length > 0);
      const own = new Map([...weights.tensors].map(([name, { shape }]) => [name, shape]));
      requireFullMatch(weights, matchWeights(weights, own));
    },
  );
}

const CASE = "reference/seed1234/train-focal-mitrans.safetensors";

testUnless(missingData(CASE), "matchWeights() matches a state dict of the official code strictly", () => {
  const { tensors } = decodeSafetensors(Deno.readFileSync(sharedPath(CASE)!));
  const state = new Map(
    [...tensors].filter(([name]) => name.startsWith("state0/")).map((
      [name, tensor],
    ) => [name.slice(7), tensor]),
  );
  const shape = (name: string) => state.get(name)!.shape;
  const options: ModelOptions = {
    classes: shape("decode_head.conv_seg.weight")[0]!,
    encoder: {
      depth: 50,
      stem: "v1c",
      stemChannels: 8,
      baseChannels: 2,
      outputStride: 8,
      contractDilation: true,
    },
    decoder: {
      channels: shape("decode_head.conv_seg.weight")[1]!,
      dilations: [1, 12, 24, 36],
      dropout: 0,
      alignCorners: false,
    },
    mixDecoder: true,
    mitrans: {
      channels: shape("mitrans.conv_cat.conv.weight")[0]!,
      norm: true,
      concatInput: true,
      subsample: false,
    },
    classifier: false,
  };
  const file = readWeights(writeTorchFile(new Map([...state].map(([name, t]) => [`state_dict.${name}`, t]))));
  const match = matchWeights(file, expectedShapes(parameterSpecs(options)));
  requireFullMatch(file, match);
  assert.equal(match.stem, "v1c");
  assert.ok(match.unused.every((name) => name.startsWith("decode_head_mix.")));
  assert.equal(match.matched.size + match.unused.length, state.size);
});
