import assert from "node:assert/strict";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { exportTfjs } from "../../src/export/tfjs.ts";
import { missingData, testUnless } from "../support.ts";
import { worstDifference } from "./compare.ts";
import { REFERENCE_CASES, referenceModel } from "./reference_model.ts";
import { nhwc, runTfjs, TFJS_BACKENDS } from "./run_tfjs.ts";

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
            const files = exportTfjs(graph, { size, version: "test" });
            const result = await runTfjs(files, nhwc(image, 3), [1, 65, 65, 3], backend);
            assert.deepEqual([...result.dims], [1, 65, 65, 5]);
            const worst = worstDifference(result.data, nhwc(logits, 5));
            console.log(worst);
            assert.ok(worst.ofMaximum < 1e-4, worst.text);
          }
        }
      },
    );
  }
}
