import assert from "node:assert/strict";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { exportOnnx } from "../../src/export/onnx.ts";
import { missingData, testUnless } from "../support.ts";
import { worstDifference } from "./compare.ts";
import { REFERENCE_CASES, referenceModel } from "./reference_model.ts";
import { runOnnx } from "./run_onnx.ts";

for (const name of REFERENCE_CASES) {
  for (const foldBatchNorm of [true, false]) {
    testUnless(
      missingData("reference/seed1234"),
      `exportOnnx() gives the official logits of ${name}, batch norm ${foldBatchNorm ? "folded" : "kept"}`,
      async () => {
        const { model, tensors, image, logits } = referenceModel(name);
        const graph = buildInferenceGraph(model, tensors, { foldBatchNorm });
        for (const size of [[65, 65], "any"] as const) {
          const result = await runOnnx(exportOnnx(graph, { size, version: "test" }), image, [1, 3, 65, 65]);
          assert.deepEqual([...result.dims], [1, 5, 65, 65]);
          const worst = worstDifference(result.data as Float32Array, logits);
          console.log(worst);
          assert.ok(worst.ofMaximum < 1e-4, worst.text);
        }
      },
    );
  }
}
