import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { EncoderDepth, ModelOptions } from "../../src/config/model_options.ts";
import { Network } from "../../src/model/network.ts";
import type { FeatureMap } from "../../src/nn/tensors.ts";
import { nativeBackend } from "../../src/backends/native.ts";
import { assertClose, normal, numericTest, take } from "../numeric.ts";
import { SMALL } from "../method/small_step.ts";

numericTest("Network predicts the same bits without MITrans, mix decoder, classifier and thresholds", () => {
  const network = new Network({ ...SMALL, thresholds: { rule: "by-class", start: 0 } }, 7);
  const images = normal([2, 33, 41, 3], "images") as FeatureMap;
  const before = take(network.logits(images));
  const removed = network.removeTrainingParts();
  assert.ok(removed > 20);
  assert.deepEqual(
    network.parameters.names().filter((name) =>
      /^(mitrans|decode_head_mix|classifier|pseudo_labels)\./.test(name)
    ),
    [],
  );
  assert.deepEqual(take(network.logits(images)), before);
  const plain = new Network({ ...SMALL, mixDecoder: false, mitrans: false, classifier: false }, 7);
  assert.deepEqual(take(plain.logits(images)), before, "start values do not depend on the training parts");
  for (const part of [network, plain, images]) part.dispose();
});

numericTest(
  "Network.logits() have the images' size, featureLogits() that of the encoder's map, rounded up",
  () => {
    const images = normal([1, 33, 50, 3], "images") as FeatureMap;
    for (const [outputStride, size] of [[8, [5, 7]], [16, [3, 4]]] as const) {
      const network = new Network({ ...SMALL, encoder: { ...SMALL.encoder, outputStride } }, 7);
      const [whole, small] = [network.logits(images), network.featureLogits(images)];
      assert.deepEqual(whole.shape, [1, 33, 50, 3]);
      assert.deepEqual(small.shape, [1, ...size, 3]);
      tf.dispose([whole, small]);
      network.dispose();
    }
    images.dispose();
  },
);

const DEPTHS: readonly [EncoderDepth, "v1" | "v1c"][] = [
  [18, "v1"],
  [34, "v1c"],
  [50, "v1c"],
  [101, "v1"],
];

numericTest("Network of every depth and stem gives finite logits", () => {
  const images = normal([1, 17, 17, 3], "images") as FeatureMap;
  for (const [depth, stem] of DEPTHS) {
    const encoder = { ...SMALL.encoder, depth, stem, stemChannels: 4, baseChannels: 1 };
    const network = new Network({ ...SMALL, encoder, mitrans: false, mixDecoder: false }, 7);
    assert.ok(take(network.logits(images)).every(Number.isFinite), `${stem} ${depth}`);
    network.dispose();
  }
  images.dispose();
});

numericTest(
  "Network.export() can be loaded into another network, which then gives the same bits",
  async () => {
    const [network, other] = [new Network(SMALL, 7), new Network(SMALL, 8)];
    const images = normal([1, 33, 33, 3], "images") as FeatureMap;
    const expected = take(network.logits(images));
    assert.notDeepEqual(take(other.logits(images)), expected);
    const state = await network.export();
    assert.deepEqual(other.parameters.load(state).sort(), [...state.keys()].sort());
    assert.deepEqual(take(other.logits(images)), expected);
    assert.deepEqual(state.get("decode_head.conv_seg.weight")!.shape, [3, 4, 1, 1]);
    assert.deepEqual(state.get("classifier.weight")!.shape, [3, 32]);
    for (const part of [network, other, images]) part.dispose();
  },
);

numericTest("ParameterStore.load() refuses MITrans of another width, naming tensor and shapes", async () => {
  const [narrow, wide] = [
    new Network(SMALL, 7),
    new Network({ ...SMALL, mitrans: { channels: 12, norm: true, concatInput: true, subsample: false } }, 7),
  ];
  const before = take(tf.clone(narrow.parameters.tensor("decode_head.conv_seg.weight")));
  const state = await wide.export();
  assert.throws(() => narrow.parameters.load(state), {
    name: "CheckpointMismatch",
    message: /"mitrans\.convs\.0\.conv\.weight": file has \[12, 12, 3, 3\], model has \[6, 12, 3, 3\]/,
  });
  const after = take(tf.clone(narrow.parameters.tensor("decode_head.conv_seg.weight")));
  assert.deepEqual(after, before, "nothing was loaded");
  narrow.dispose();
  wide.dispose();
});

const refused: readonly [Partial<ModelOptions>, RegExp][] = [
  [{ classes: 1 }, /classes is 1, expected a whole number of at least 2/],
  [{ classes: 2.5 }, /classes is 2\.5/],
  [
    { mitrans: { channels: 1, norm: true, concatInput: true, subsample: false } },
    /MITrans channels is 1, expected/,
  ],
  [
    { mitrans: { channels: 6.5, norm: true, concatInput: true, subsample: false } },
    /MITrans channels is 6\.5/,
  ],
  [{ mixDecoder: false }, /MITrans is on without the mix decoder/],
  [{ encoder: { ...SMALL.encoder, stemChannels: 7 } }, /stemChannels is 7, expected an even number/],
  [{ encoder: { ...SMALL.encoder, depth: 20 as 18 } }, /depth 20.*expected a depth of 18, 34, 50, 101, 152/],
  [{ encoder: { ...SMALL.encoder, outputStride: 32 as 16 } }, /output stride 32/],
  [{ decoder: { ...SMALL.decoder, dropout: 1 } }, /dropout is 1, expected a number in \[0, 1\)/],
  [{ decoder: { ...SMALL.decoder, dilations: [1, 0] } }, /dilations are \[1,0\]/],
];

numericTest("Network refuses parts that do not fit each other, in one sentence with all of them", () => {
  for (const [change, message] of refused) {
    assert.throws(() => new Network({ ...SMALL, ...change }, 7), { name: "RangeError", message });
  }
  const both = { classes: 0, decoder: { ...SMALL.decoder, channels: 0 } };
  assert.throws(() => new Network({ ...SMALL, ...both }, 7), {
    message: /classes is 0.*; decoder channels is 0/,
  });
});

numericTest(
  "Network.logits() of a shape that comes again are those of the first time, with other weights too",
  () => {
    const network = new Network(SMALL, 3);
    const [one, two] = [
      normal([1, 33, 41, 3], "one") as tf.Tensor4D,
      normal([1, 33, 41, 3], "two") as tf.Tensor4D,
    ];
    const first = take(network.logits(one));
    const other = take(network.logits(two));
    const { binding } = nativeBackend()!;
    let ops = 0;
    binding.onOp = () => ops++;
    assertClose(take(network.logits(one)), first, { ofMaximum: 1e-5 });
    assert.equal(ops, 1);
    binding.onOp = undefined;
    assertClose(take(network.logits(two)), other, { ofMaximum: 1e-5 });
    const bias = "decode_head.conv_seg.bias";
    network.parameters.replace(bias, tf.add(network.parameters.tensor(bias), 5));
    assertClose(take(network.logits(one)), first.map((value) => value + 5), { ofMaximum: 1e-5 });
    network.recordInference(false);
    assertClose(take(network.logits(one)), first.map((value) => value + 5), { ofMaximum: 1e-5 });
    network.dispose();
    tf.dispose([one, two]);
  },
  ["tensorflow"],
);
