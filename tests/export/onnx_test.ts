import assert from "node:assert/strict";
import fc from "fast-check";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { exportOnnx, resizeFactor } from "../../src/export/onnx.ts";
import { missingData, testUnless } from "../support.ts";
import { agreement, worstDifference } from "./compare.ts";
import { readOnnx } from "./onnx_reader.ts";
import {
  drawnImage,
  drawnTensors,
  REFERENCE_CASES,
  referenceModel,
  smallLite,
  smallModel,
} from "./reference_model.ts";
import { runOnnx } from "./run_onnx.ts";

/** What the kits of edge chips take. */
const PLAIN_OPS = ["Add", "Concat", "Conv", "GlobalAveragePool", "MaxPool", "Mul", "Relu", "Resize"];

const version = "test";

function floats(result: { readonly data: Float32Array | BigInt64Array }): Float32Array {
  assert.ok(result.data instanceof Float32Array);
  return result.data;
}

function uniqueOps(bytes: Uint8Array): string[] {
  return [...new Set(readOnnx(bytes).ops)].sort();
}

for (const name of REFERENCE_CASES) {
  for (const foldBatchNorm of [true, false]) {
    testUnless(
      missingData("reference/seed1234"),
      `exportOnnx() gives the official logits of ${name} when batch norm is ${
        foldBatchNorm ? "folded" : "kept"
      }`,
      async () => {
        const { model, tensors, image, logits } = referenceModel(name);
        const graph = buildInferenceGraph(model, tensors, { foldBatchNorm });
        for (const size of [[65, 65], "any"] as const) {
          const result = await runOnnx(exportOnnx(graph, { size, version }), image, [1, 3, 65, 65]);
          assert.deepEqual([...result.dims], [1, 5, 65, 65]);
          const worst = worstDifference(floats(result), logits);
          assert.ok(worst.ofMaximum < 1e-4, worst.text);
        }
      },
    );
  }
}

for (
  const encoder of [
    {},
    { stem: "v1", outputStride: 16 },
    { depth: 50, contractDilation: false },
    smallLite(16),
    smallLite(8),
  ] as const
) {
  Deno.test(
    `exportOnnx() gives the same logits for free and fixed sizes when the encoder is ${
      JSON.stringify(encoder)
    }`,
    async () => {
      const model = smallModel(encoder);
      const graph = buildInferenceGraph(model, drawnTensors(model));
      const free = exportOnnx(graph, { size: "multiple", version });
      const any = exportOnnx(graph, { size: "any", version });
      for (const [height, width] of [[48, 64], [32, 80], [64, 64]] as const) {
        const image = drawnImage(height, width);
        const shape = [1, 3, height, width];
        const fixed = await runOnnx(exportOnnx(graph, { size: [height, width], version }), image, shape);
        assert.deepEqual([...fixed.dims], [1, 5, height, width]);
        for (const bytes of [free, any]) {
          const result = await runOnnx(bytes, image, shape);
          assert.deepEqual(result.dims, fixed.dims);
          const worst = worstDifference(floats(result), floats(fixed));
          assert.ok(worst.ofMaximum < 1e-5, worst.text);
        }
      }
    },
  );
}

Deno.test("exportOnnx() treats each picture of a batch alone", async () => {
  const model = smallModel();
  const bytes = exportOnnx(buildInferenceGraph(model, drawnTensors(model)), { size: "multiple", version });
  const images = [drawnImage(40, 48, 1), drawnImage(40, 48, 2)];
  const both = floats(await runOnnx(bytes, Float32Array.from(images.flatMap((x) => [...x])), [2, 3, 40, 48]));
  const alone = floats(await runOnnx(bytes, images[1]!, [1, 3, 40, 48]));
  const worst = worstDifference(both.subarray(both.length / 2), alone);
  assert.ok(worst.ofMaximum < 1e-5, worst.text);
});

Deno.test("exportOnnx() gives the class of the greatest logit when asked for a mask of uint8 pixels", async () => {
  const model = smallModel();
  const tensors = drawnTensors(model);
  const image = drawnImage(41, 50);
  const size = [41, 50] as const;
  const logits = floats(
    await runOnnx(exportOnnx(buildInferenceGraph(model, tensors), { size, version }), image, [1, 3, ...size]),
  );
  const graph = buildInferenceGraph(model, tensors, { output: "mask" });
  const pixels = Uint8Array.from(image, (_, at) => image[(at % 3) * 41 * 50 + Math.floor(at / 3)]!);
  const mask = await runOnnx(exportOnnx(graph, { size, input: "uint8", version }), pixels, [1, ...size, 3]);
  const expected = Array.from({ length: 41 * 50 }, (_, at) => {
    const scores = Array.from({ length: 5 }, (_, k) => logits[k * 41 * 50 + at]!);
    return scores.indexOf(Math.max(...scores));
  });
  assert.deepEqual([...mask.dims], [1, 41, 50]);
  assert.ok(agreement(mask.data, expected) > 0.999);
  assert.ok(new Set(expected).size > 1);
});

Deno.test("exportOnnx() writes only the plain operators when nothing else is asked for", () => {
  const model = smallModel();
  const tensors = drawnTensors(model);
  const folded = buildInferenceGraph(model, tensors);
  assert.deepEqual(uniqueOps(exportOnnx(folded, { size: "multiple", version })), PLAIN_OPS);
  assert.deepEqual(uniqueOps(exportOnnx(folded, { size: [65, 33], version })), PLAIN_OPS);
  const mask = buildInferenceGraph(model, tensors, { output: "mask" });
  assert.deepEqual(uniqueOps(exportOnnx(mask, { size: [64, 64], version })), [
    "Add",
    "ArgMax",
    ...PLAIN_OPS.slice(1),
  ]);
  const kept = buildInferenceGraph(model, tensors, { foldBatchNorm: false });
  const withNorm = ["Add", "BatchNormalization", ...PLAIN_OPS.slice(1)];
  assert.deepEqual(uniqueOps(exportOnnx(kept, { size: "multiple", version })), withNorm);
});

testUnless(
  missingData("reference/seed1234"),
  "exportOnnx() leaves out MITrans, mix decoder and classifier when the state_dict has them",
  () => {
    const { model, tensors } = referenceModel("focal-mitrans");
    const all = [...tensors.keys()];
    assert.ok(all.some((name) => name.startsWith("mitrans.")));
    const metadata = { classes: '["a","b"]' };
    const contents = readOnnx(
      exportOnnx(buildInferenceGraph(model, tensors), { size: "multiple", version, metadata }),
    );
    const trainingOnly = contents.names.filter((name) => /mitrans|mix|classifier|num_batches/i.test(name));
    assert.deepEqual(trainingOnly, []);
    assert.equal(contents.opset, 13);
    assert.deepEqual(contents.metadata, metadata);
    const inference = all.filter((name) => /^(backbone|decode_head)\./.test(name));
    const parameters = inference.filter((name) => !/running_|num_batches/.test(name));
    const count = parameters.reduce((sum, name) => sum + tensors.get(name)!.data.length, 0);
    // Folding drops one vector of each norm; normalization, the map of zeros and the resize factors are new.
    assert.ok(contents.weights < count && contents.weights > 0.9 * count, `${contents.weights} of ${count}`);
  },
);

Deno.test("exportOnnx() refuses sizes that cannot be had", () => {
  const model = { ...smallModel(), decoder: { ...smallModel().decoder, alignCorners: true } };
  const graph = buildInferenceGraph(model, drawnTensors(model));
  assert.throws(() => exportOnnx(graph, { size: "multiple", version }), /alignCorners is true/);
  assert.throws(() => exportOnnx(graph, { size: [64, 0.5], version }), {
    name: "RangeError",
    message: /\[64, 0.5\]/,
  });
});

Deno.test("resizeFactor() gives exactly the wanted size when a runtime rounds down", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 8000 }), (from, to) => {
    const factor = resizeFactor(from, to);
    assert.equal(factor, Math.fround(factor));
    assert.equal(Math.floor(factor * from), to);
    assert.equal(Math.floor(Math.fround(factor * from)), to);
    assert.ok(Math.abs(factor - to / from) <= 3e-7 * factor);
  }));
});

Deno.test("exportOnnx() of an EfficientNet-Lite has no other operators than ResNet's, but Clip in place of Relu", () => {
  const model = smallModel(smallLite());
  const graph = buildInferenceGraph(model, drawnTensors(model));
  const ops = ["Add", "Clip", ...PLAIN_OPS.slice(1).filter((op) => op !== "MaxPool")];
  assert.deepEqual(uniqueOps(exportOnnx(graph, { size: "multiple", version })), ops);
  assert.deepEqual(uniqueOps(exportOnnx(graph, { size: [65, 33], version })), ops);
});
