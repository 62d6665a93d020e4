/** What every format says of the model: the graph of prediction, and what a reader of a file needs. */
import { inputNormalization } from "../config/encoder_facts.ts";
import { buildInferenceGraph } from "./build_graph.ts";
import type { ExportRequest } from "./export_request.ts";
import type { InferenceGraph } from "./graph.ts";

/**
 * The graph of prediction.
 * @param output What comes out of it
 * @throws {CheckpointMismatch} If tensors do not fit the model options
 */
export function inferenceGraph(
  request: Pick<ExportRequest, "model" | "tensors" | "normalization" | "foldBatchNorm">,
  output: "logits" | "mask",
): InferenceGraph {
  const { model, tensors, normalization, foldBatchNorm = true } = request;
  return buildInferenceGraph(model, tensors, { normalization, foldBatchNorm, output });
}

/** What a reader of the file needs to use it: classes, colours, normalization, what the network is made of. */
export function description(request: ExportRequest): Record<string, unknown> {
  const { classes, colors } = request.labels;
  const { mean, std } = request.normalization ?? inputNormalization(request.model.encoder);
  return { classes, colors, normalization: { mean, std }, model: request.model };
}

/** The same for files whose metadata are texts: each value as JSON. */
export function descriptionTexts(request: ExportRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(description(request)).map(([key, value]) => [key, JSON.stringify(value)]),
  );
}
