import { description, inferenceGraph } from "../describe_request.ts";
import type { FormatWriter } from "../export_request.ts";
import { putFolder } from "../put_files.ts";
import { exportTfjs } from "../tfjs.ts";

/** A graph model of TensorFlow.js. */
export const tfjsFormat: FormatWriter = {
  place: "folder",
  takes: "[N, H, W, 3], float32, RGB, 0 to 255; the model normalizes by the numbers below itself",
  gives: "logits",
  options: ["size", "output", "foldBatchNorm", "weights"],
  async write(request) {
    const { size = "multiple", version, weights = "float32" } = request;
    const graph = inferenceGraph(request, request.output ?? "logits");
    const files = exportTfjs(graph, { size, version, weights, metadata: description(request) });
    return { files: await putFolder(request.out, files, "model.json"), notes: [] };
  },
};
