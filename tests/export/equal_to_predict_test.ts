import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { exportOnnx } from "../../src/export/onnx.ts";
import { exportTfjs } from "../../src/export/tfjs.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { resizeBilinear } from "../../src/formats/resize_image.ts";
import { encoderText } from "../../src/config/encoder_facts.ts";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { agreement, worstDifference } from "./compare.ts";
import { predicted } from "./predicted.ts";
import { drawnTensors, smallLite, smallModel } from "./reference_model.ts";
import { runOnnx } from "./run_onnx.ts";
import { nhwc, runTfjs } from "./run_tfjs.ts";

const PICTURE = "data/camvid/test/0001TP_008550.jpg";
type SmallEncoder = Parameters<typeof smallModel>[0] & object;

const CASES: readonly (readonly [number, number, SmallEncoder])[] = [
  [480, 360, {}],
  [320, 240, {}],
  [240, 176, {}],
  [240, 176, { stages: 3, outputStride: 16 }],
  [240, 176, smallLite()],
  [176, 240, { ...smallLite(8), stages: 6 }],
  [256, 160, smallLite(32)],
];
const version = "test";

function argmax(logits: Float32Array, classes: number): Uint8Array {
  return Uint8Array.from({ length: logits.length / classes }, (_, at) => {
    const scores = logits.subarray(at * classes, (at + 1) * classes);
    return scores.indexOf(Math.max(...scores));
  });
}

for (const [width, height, encoder] of CASES) {
  testUnless(
    missingData(PICTURE),
    `ONNX and TF.js give what predict gives on a CamVid picture of ${width} × ${height}, ${
      encoderText(smallModel(encoder).encoder)
    }`,
    async () => {
      const model = smallModel(encoder);
      const tensors = drawnTensors(model);
      const photo = await decodeRgb(readFileSync(sharedPath(PICTURE)!), PICTURE);
      const image = resizeBilinear(photo, width, height);
      const expected = await predicted(model, tensors, image);
      const graph = buildInferenceGraph(model, tensors);
      const pixels = Float32Array.from(image.data);
      const nchw = Float32Array.from(pixels, (_, at) => {
        return pixels[at % (height * width) * 3 + Math.floor(at / (height * width))]!;
      });
      const onnx = await runOnnx(exportOnnx(graph, { size: "multiple", version }), nchw, [
        1,
        3,
        height,
        width,
      ]);
      const files = exportTfjs(graph, { size: "any", version });
      const tfjs = await runTfjs(files, pixels, [1, height, width, 3], "wasm");
      for (const logits of [nhwc(onnx.data as Float32Array, 5), tfjs.data as Float32Array]) {
        const worst = worstDifference(logits, expected.logits);
        assert.ok(worst.ofMaximum < 1e-4, worst.text);
        assert.ok(agreement(argmax(logits, 5), expected.labels) > 0.999);
      }
      assert.ok(new Set(expected.labels).size > 1);
    },
  );
}
