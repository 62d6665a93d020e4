/**
 * Trained models for other programs: ONNX (float32 and int8), TF.js, safetensors, PyTorch's `.pth`, and a web page.
 *
 * An ONNX file of an untrained network; a trained one is written by
 * `exportModel({ format, out, version, ...model.exportable })` with a model that `openModel` opened:
 *
 * ```ts
 * import { exportModel } from "@guidedmix/guidedmix/export";
 * import { type ModelOptions, Network, openBackend } from "@guidedmix/guidedmix";
 * import assert from "node:assert/strict";
 * import { join } from "node:path";
 *
 * await openBackend("wasm");
 * const model: ModelOptions = {
 *   classes: 2,
 *   encoder: { family: "efficientnet-lite", variant: "lite0", outputStride: 16 },
 *   decoder: { channels: 8, dilations: [1, 2], dropout: 0, alignCorners: false },
 *   mixDecoder: false,
 *   mitrans: false,
 *   classifier: false,
 * };
 * const network = new Network(model, 0);
 * const tensors = await network.parameters.export();
 * network.dispose();
 *
 * const folder = await Deno.makeTempDir();
 * const { files } = await exportModel({
 *   format: "onnx",
 *   out: join(folder, "model.onnx"),
 *   model,
 *   tensors,
 *   labels: { classes: ["background", "leaf"], colors: [[0, 0, 0], [0, 160, 0]] },
 *   version: "1.0.0",
 * });
 * assert.equal(files.length, 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { exportModel } from "../export/export_model.ts";
export { EXPORT_FORMATS } from "../export/format_names.ts";
export type { ExportFormat } from "../export/format_names.ts";
export type { ExportedFiles, ExportRequest } from "../export/export_request.ts";
export type { ClassLabels } from "../export/class_labels.ts";
export type { Normalization } from "../config/encoder_facts.ts";
export type { ExportSize } from "../export/onnx.ts";
export type { WrittenFile } from "../export/put_files.ts";
export type { WeightPrecision } from "../export/tfjs_weights.ts";
