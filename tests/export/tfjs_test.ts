import assert from "node:assert/strict";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { exportTfjs } from "../../src/export/tfjs.ts";
import { missingData, testUnless } from "../support.ts";
import { agreement, worstDifference } from "./compare.ts";
import {
  drawnImage,
  drawnTensors,
  REFERENCE_CASES,
  referenceModel,
  smallLite,
  smallModel,
} from "./reference_model.ts";
import { runOnnx } from "./run_onnx.ts";
import { nhwc, runTfjs, TFJS_BACKENDS } from "./run_tfjs.ts";
import { exportOnnx } from "../../src/export/onnx.ts";

const version = "test";

interface ModelJson {
  readonly modelTopology: { readonly node: { readonly name: string; readonly op: string }[] };
  readonly weightsManifest: [{ readonly weights: { readonly name: string; readonly dtype: string }[] }];
}

function modelJson(files: ReadonlyMap<string, Uint8Array>): ModelJson {
  return JSON.parse(new TextDecoder().decode(files.get("model.json")!));
}

function weightBytes(files: ReadonlyMap<string, Uint8Array>): number {
  return [...files].filter(([name]) => name.endsWith(".bin")).reduce(
    (sum, [, bytes]) => sum + bytes.length,
    0,
  );
}

for (const backend of TFJS_BACKENDS) {
  for (const name of REFERENCE_CASES) {
    testUnless(
      missingData("reference/seed1234"),
      `exportTfjs() gives the official logits of ${name} on ${backend}`,
      async () => {
        const { model, tensors, image, logits } = referenceModel(name);
        for (const foldBatchNorm of [true, false]) {
          const graph = buildInferenceGraph(model, tensors, { foldBatchNorm });
          for (const size of [[65, 65], "any"] as const) {
            const files = exportTfjs(graph, { size, version });
            const result = await runTfjs(files, nhwc(image, 3), [1, 65, 65, 3], backend);
            assert.deepEqual([...result.dims], [1, 65, 65, 5]);
            const worst = worstDifference(result.data, nhwc(logits, 5));
            assert.ok(worst.ofMaximum < 1e-4, worst.text);
          }
        }
      },
    );
  }
}

for (
  const encoder of [
    { stem: "v1", outputStride: 16 },
    { depth: 50, contractDilation: false },
    smallLite(16),
    smallLite(8),
  ] as const
) {
  Deno.test(
    `exportTfjs() gives the logits and masks of exportOnnx() when the encoder is ${JSON.stringify(encoder)}`,
    async () => {
      const model = smallModel(encoder);
      const tensors = drawnTensors(model);
      for (const output of ["logits", "mask"] as const) {
        const graph = buildInferenceGraph(model, tensors, { output });
        const files = exportTfjs(graph, { size: "multiple", version });
        for (const [height, width] of [[47, 65], [64, 40]] as const) {
          const image = drawnImage(height, width);
          const expected = await runOnnx(exportOnnx(graph, { size: "any", version }), image, [
            1,
            3,
            height,
            width,
          ]);
          const actual = await runTfjs(files, nhwc(image, 3), [1, height, width, 3], "wasm");
          if (expected.data instanceof Float32Array) {
            const worst = worstDifference(actual.data, nhwc(expected.data, 5));
            assert.ok(worst.ofMaximum < 1e-4, worst.text);
          } else {
            assert.deepEqual([...actual.dims], [1, height, width]);
            assert.ok(agreement(actual.data, expected.data) > 0.999);
          }
        }
      }
    },
  );
}

for (const [weights, share, tolerance] of [["float16", 0.5, 2e-3], ["uint8", 0.25, 0.1]] as const) {
  Deno.test(`exportTfjs() stays near float32 when weights are ${weights}`, async () => {
    const model = smallModel({ stemChannels: 16, baseChannels: 16 });
    const graph = buildInferenceGraph(model, drawnTensors(model));
    const full = exportTfjs(graph, { size: [48, 48], version });
    const small = exportTfjs(graph, { size: [48, 48], version, weights });
    assert.ok(weightBytes(small) < (share + 0.02) * weightBytes(full), `${weightBytes(small)} bytes`);
    const image = nhwc(drawnImage(48, 48), 3);
    const [expected, actual] = [
      await runTfjs(full, image, [1, 48, 48, 3], "wasm"),
      await runTfjs(small, image, [1, 48, 48, 3], "wasm"),
    ];
    const worst = worstDifference(actual.data, expected.data);
    assert.ok(worst.ofMaximum < tolerance && worst.ofMaximum > 0, worst.text);
  });
}

Deno.test("exportTfjs() cuts weights into files of 4 MiB", async () => {
  const model = smallModel({ stemChannels: 24, baseChannels: 24 });
  const files = exportTfjs(buildInferenceGraph(model, drawnTensors(model)), { size: [32, 32], version });
  assert.deepEqual([...files.keys()], ["model.json", "group1-shard1of2.bin", "group1-shard2of2.bin"]);
  assert.equal(files.get("group1-shard1of2.bin")!.length, 4 * 1024 * 1024);
  const result = await runTfjs(files, nhwc(drawnImage(32, 32), 3), [1, 32, 32, 3], "wasm");
  assert.ok(result.data.every(Number.isFinite));
});

Deno.test("exportTfjs() refuses float16 when a weight is too large for it", () => {
  const model = smallModel();
  const tensors = drawnTensors(model);
  const stored = tensors.get("backbone.layer1.0.conv1.weight")!;
  tensors.set("backbone.layer1.0.conv1.weight", {
    ...stored,
    data: new Float32Array(stored.data.length).fill(1e6),
  });
  const graph = buildInferenceGraph(model, tensors);
  assert.throws(() => exportTfjs(graph, { size: "any", version, weights: "float16" }), {
    name: "RangeError",
    message: /"backbone.layer1.0.conv1.weight" as float16/,
  });
});

testUnless(
  missingData("reference/seed1234"),
  "exportTfjs() leaves out MITrans, mix decoder and classifier when the state_dict has them",
  () => {
    const { model, tensors } = referenceModel("focal-mitrans");
    const json = modelJson(exportTfjs(buildInferenceGraph(model, tensors), { size: "any", version }));
    const names = [...json.modelTopology.node, ...json.weightsManifest[0].weights].map((entry) => entry.name);
    assert.deepEqual(names.filter((name) => /mitrans|mix|classifier|num_batches/i.test(name)), []);
    assert.ok(names.includes("decode_head.conv_seg.weight"));
  },
);
