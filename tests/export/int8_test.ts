import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { measureRanges } from "../../src/export/calibrate.ts";
import type { ConvNode } from "../../src/export/graph.ts";
import { exportOnnx } from "../../src/export/onnx.ts";
import { int8Codes, quantizeConv } from "../../src/export/quantization.ts";
import type { RgbImage } from "../../src/formats/rgb_image.ts";
import { worstDifference } from "./compare.ts";
import { readOnnx } from "./onnx_reader.ts";
import { encoderName } from "../../src/config/encoder_facts.ts";
import { drawnImage, drawnTensors, smallLite, smallModel } from "./reference_model.ts";
import { nhwc } from "./run_tfjs.ts";
import { runOnnx } from "./run_onnx.ts";

const version = "test";

function picture(height: number, width: number, seed: number): RgbImage {
  return { height, width, data: Uint8Array.from(nhwc(drawnImage(height, width, seed), 3)) };
}

function convOf(weights: number[], bias: number[]): ConvNode {
  const channels = bias.length;
  return {
    op: "conv",
    name: "conv",
    inputs: ["x"],
    channels,
    weight: {
      name: "w",
      shape: [channels, weights.length / channels, 1, 1],
      data: Float32Array.from(weights),
    },
    bias: { name: "b", shape: [channels], data: Float32Array.from(bias) },
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: 1,
  };
}

Deno.test("quantizeConv() scales each output channel by its greatest weight", () => {
  const { codes, scales, bias } = quantizeConv(convOf([1, -0.5, 254, 2], [3, 0]), 0.5);
  assert.deepEqual([...codes], [127, -64, 127, 1]);
  assert.ok(Math.abs(scales[0]! - 1 / 127) < 1e-9);
  assert.equal(scales[1], 2);
  assert.deepEqual([...bias!], [762, 0]);
});

Deno.test("quantizeConv() keeps a bias within int32 when its weights are nearly zero", () => {
  const { bias, scales } = quantizeConv(convOf([1e-12, 0], [5]), 0.01);
  assert.ok(Math.abs(bias![0]!) <= 2 ** 30);
  assert.ok(Math.abs(bias![0]! * scales[0]! * 0.01 - 5) < 1e-6);
});

Deno.test("int8Codes() has 0 exactly when the range lies on one side of it", () => {
  const model = smallModel();
  const graph = buildInferenceGraph(model, drawnTensors(model));
  const ranges = new Map(graph.nodes.map((node) => [node.name, [0.5, 2.5] as const]));
  const code = int8Codes(graph, ranges).get("backbone.stem.0.relu")!;
  assert.equal(code.zeroPoint, -128);
  assert.ok(Math.abs(code.scale - 2.5 / 255) < 1e-8);
  assert.deepEqual(int8Codes(graph, ranges).get("image"), { scale: 1, zeroPoint: -128 });
  assert.throws(() => int8Codes(graph, new Map()), /no range was measured/);
});

Deno.test("measureRanges() covers what the float network gives and leaves no tensor", async () => {
  await tf.setBackend("cpu");
  const model = smallModel();
  const graph = buildInferenceGraph(model, drawnTensors(model));
  const before = tf.memory().numTensors;
  const ranges = await measureRanges(graph, [picture(40, 48, 1)]);
  assert.equal(tf.memory().numTensors, before);
  const [low, high] = ranges.get("normalize")!;
  const pixels = picture(40, 48, 1).data;
  assert.ok(low >= -2.2 && high <= 2.7 && high > (Math.max(...pixels) - 124) / 58.4);
  const result = await runOnnx(exportOnnx(graph, { size: "multiple", version }), drawnImage(40, 48, 1), [
    1,
    3,
    40,
    48,
  ]);
  const logits = result.data as Float32Array;
  // Bilinear resize stays between the values at feature size.
  const [least, most] = ranges.get("decode_head.conv_seg")!;
  assert.ok(Math.min(...logits) >= least - 1e-4 && Math.max(...logits) <= most + 1e-4);
  assert.ok(Math.max(...logits) > 0.5 * most);
});

Deno.test("measureRanges() refuses when there is no picture", async () => {
  const model = smallModel();
  const graph = buildInferenceGraph(model, drawnTensors(model));
  await assert.rejects(measureRanges(graph, []), /there is no calibration picture/);
});

/** Root mean square of a difference as a share of the expected root mean square. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  const norm = (values: Float32Array) => Math.hypot(...values);
  return norm(actual.map((value, i) => value - expected[i]!)) / norm(expected);
}

/**
 * Drawn weights are no trained ones: in a Lite, depthwise kernels of 9 drawn weights a channel leave channels of very
 * different size to one range, and all logits are off by a fifth of their size. A trained one loses no mIoU (LOG.md).
 */
const ENCODERS = [
  { encoder: { stemChannels: 16, baseChannels: 16 }, worstShare: 0.1 },
  { encoder: { ...smallLite(), width: 0.5 }, worstShare: 0.4 },
];

for (const { encoder, worstShare } of ENCODERS) {
  Deno.test(`exportOnnx() gives nearly the float logits when int8 ranges of ${encoderName(smallModel(encoder).encoder)} are given`, async () => {
    await tf.setBackend("cpu");
    const model = smallModel(encoder);
    const graph = buildInferenceGraph(model, drawnTensors(model));
    const ranges = await measureRanges(graph, [1, 2, 3].map((seed) => picture(64, 64, seed)));
    const image = drawnImage(64, 64, 4);
    const float = exportOnnx(graph, { size: [64, 64], version });
    const int8 = exportOnnx(graph, { size: [64, 64], version, ranges });
    assert.ok(int8.length < 0.5 * float.length, `${int8.length} of ${float.length} bytes`);
    const extra = new Set(readOnnx(int8).ops).difference(new Set(readOnnx(float).ops));
    assert.deepEqual([...extra].sort(), ["DequantizeLinear", "QuantizeLinear"]);
    const [expected, actual] = [
      await runOnnx(float, image, [1, 3, 64, 64]),
      await runOnnx(int8, image, [1, 3, 64, 64]),
    ];
    const worst = worstDifference(actual.data as Float32Array, expected.data as Float32Array);
    assert.ok(worst.ofMaximum < worstShare, worst.text);
    assert.ok(worst.ofMaximum > 0);
    const error = relativeError(actual.data as Float32Array, expected.data as Float32Array);
    assert.ok(error < worstShare, `the logits are off by ${error} of their size`);
  });
}

Deno.test("exportOnnx() refuses int8 when batch norm is not folded", () => {
  const model = smallModel();
  const graph = buildInferenceGraph(model, drawnTensors(model), { foldBatchNorm: false });
  assert.throws(
    () => exportOnnx(graph, { size: "any", version, ranges: new Map() }),
    /batch norm is not folded/,
  );
});
