import type { ModelOptions } from "../config/model_options.ts";
import { ConfigError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { writeTorchFile } from "../formats/torch_write.ts";
import { buildInferenceGraph } from "./build_graph.ts";
import { measureRanges } from "./calibrate.ts";
import { type ExportedState, inferenceState, officialState } from "./export_state.ts";
import type { InferenceGraph } from "./graph.ts";
import type { ClassLabels } from "./class_labels.ts";
import { encoderName, inputNormalization, type Normalization } from "../config/encoder_facts.ts";
import { exportOnnx, type ExportSize } from "./onnx.ts";
import { putFile, putFolder, type WrittenFile } from "./put_files.ts";
import { exportTfjs } from "./tfjs.ts";
import type { WeightPrecision } from "./tfjs_weights.ts";
import { exportWeb } from "./web_page.ts";

/** The formats of `exportModel`, in the order in which help texts name them. */
export const EXPORT_FORMATS = ["onnx", "tfjs", "web", "safetensors", "torch"] as const;

/** A format of `exportModel`. */
export type ExportFormat = typeof EXPORT_FORMATS[number];

/** An export: what, as what, and where to. */
export interface ExportRequest {
  /** What is made. */
  readonly format: ExportFormat;
  /** A file for onnx, safetensors and torch; a folder for tfjs and web. */
  readonly out: string;
  /** The network that the tensors belong to. */
  readonly model: ModelOptions;
  /** By state_dict name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Written into the files; the legend of a page. */
  readonly labels: ClassLabels;
  /** Of the program, written into the files. */
  readonly version: string;
  /** The encoder's where left out. */
  readonly normalization?: Normalization;
  /** onnx, tfjs: the sizes that the model takes, `"multiple"` where left out. web: a picture is scaled down to the
   * number of pixels of `[height, width]`, 480 × 480 where left out; its own sides' ratio stays. */
  readonly size?: ExportSize;
  /** onnx, tfjs: `mask` adds the argmax; `logits` where left out. */
  readonly output?: "logits" | "mask";
  /** onnx, tfjs: false keeps batch norm as nodes; true where left out. */
  readonly foldBatchNorm?: boolean;
  /** onnx: element type of the input; float32 where left out. */
  readonly input?: "float32" | "uint8";
  /** onnx: pictures that make a static int8 model; they run through tfjs on the active backend. */
  readonly calibration?: Iterable<RgbImage> | AsyncIterable<RgbImage>;
  /** tfjs, web: how weights are stored; float32 where left out. */
  readonly weights?: WeightPrecision;
  /** safetensors, torch: `inference` for encoder and labeled decoder alone, `official` for all that the official
   * model loads strictly. Where left out: `inference` for safetensors, `official` for torch. */
  readonly content?: "inference" | "official";
  /** web: heading of the page, the network's name where left out. */
  readonly title?: string;
}

/** What an export wrote. */
export interface ExportedFiles {
  /** In the order of writing. */
  readonly files: readonly WrittenFile[];
  /** Sentences for the user: what was left out or added. */
  readonly notes: readonly string[];
}

/**
 * Writes a trained model in one format. Files appear whole or not at all.
 * @throws {ConfigError} If the format is unknown, the labels do not fit the model, or an option is none of the format's
 * @throws {CheckpointMismatch} If tensors do not fit the model options
 * @throws {RangeError} If the size or the weights cannot be had in the format
 * @example A page for any static web server
 * ```ts ignore
 * const tensors = await network.export();
 * await exportModel({ format: "web", out: "page", model: network.options, tensors, labels, version: "0.1.0" });
 * ```
 */
export async function exportModel(request: ExportRequest): Promise<ExportedFiles> {
  checkRequest(request);
  switch (request.format) {
    case "onnx": {
      const bytes = exportOnnx(inferenceGraph(request), await onnxOptions(request));
      return { files: [await putFile(request.out, bytes)], notes: onnxNotes(request) };
    }
    case "tfjs": {
      const { size = "multiple", version } = request;
      const options = {
        size,
        version,
        weights: request.weights ?? "float32",
        metadata: description(request),
      };
      const files = exportTfjs(inferenceGraph(request), options);
      return { files: await putFolder(request.out, files, "model.json"), notes: [] };
    }
    case "web":
      return { files: await putFolder(request.out, await webFiles(request), "page.json"), notes: [] };
    case "safetensors": {
      const { tensors, notes } = exportedState(request, "inference");
      const bytes = encodeSafetensors(tensors, { format: "pt", ...texts(description(request)) });
      return { files: [await putFile(request.out, bytes)], notes };
    }
    case "torch": {
      const { tensors, notes } = exportedState(request, "official");
      return { files: [await putFile(request.out, writeTorchFile(tensors))], notes };
    }
  }
}

/** Options that belong to some formats only. */
export const FORMAT_OPTIONS: Readonly<Record<string, readonly ExportFormat[]>> = {
  size: ["onnx", "tfjs", "web"],
  output: ["onnx", "tfjs"],
  foldBatchNorm: ["onnx", "tfjs"],
  input: ["onnx"],
  calibration: ["onnx"],
  weights: ["tfjs", "web"],
  content: ["safetensors", "torch"],
  title: ["web"],
};

function checkRequest(request: ExportRequest): void {
  const { format, labels, model } = request;
  if (!EXPORT_FORMATS.includes(format)) {
    throw new ConfigError(`Cannot export: format is "${format}", ${expectedNames(format, EXPORT_FORMATS)}`);
  }
  const given = Object.entries(request).filter(([, value]) => value !== undefined).map(([key]) => key);
  const wrong = given.filter((key) => FORMAT_OPTIONS[key]?.includes(format) === false);
  if (wrong.length > 0) {
    const rules = wrong.map((key) => `"${key}" only with ${FORMAT_OPTIONS[key]!.join(" or ")}`).join(", ");
    throw new ConfigError(`Cannot export ${format}: ${wrong.join(", ")} given, expected ${rules}`);
  }
  if (labels.classes.length !== model.classes || labels.colors.length !== model.classes) {
    const state = `${labels.classes.length} class names and ${labels.colors.length} colours`;
    throw new ConfigError(
      `Cannot export: ${state} are given, expected ${model.classes} of each, as the model has`,
    );
  }
}

function inferenceGraph(request: ExportRequest): InferenceGraph {
  const { model, tensors, normalization } = request;
  const foldBatchNorm = request.foldBatchNorm ?? true;
  const output = request.format === "web" ? "mask" : request.output ?? "logits";
  return buildInferenceGraph(model, tensors, { normalization, foldBatchNorm, output });
}

async function onnxOptions(request: ExportRequest): Promise<Parameters<typeof exportOnnx>[1]> {
  const { size = "multiple", input = "float32", version, calibration } = request;
  const options = { size, input, version, metadata: texts(description(request)) };
  if (calibration === undefined) return options;
  return { ...options, ranges: await measureRanges(inferenceGraph(request), calibration) };
}

function onnxNotes({ size = "multiple", model, calibration }: ExportRequest): string[] {
  const stride = model.encoder.outputStride;
  const sizes = size === "multiple"
    ? `The model takes pictures whose height and width are multiples of ${stride}`
    : size === "any"
    ? "The model takes pictures of any size, by the operators Shape and Slice"
    : `The model takes pictures of ${size[1]} × ${size[0]} pixels (width × height)`;
  const int8 = "The model is int8: measure its mIoU beside the float model's before you rely on it";
  return calibration === undefined ? [sizes] : [sizes, int8];
}

function webFiles(request: ExportRequest): Promise<Map<string, Uint8Array>> {
  const { size, version, labels, weights = "float32" } = request;
  const [height, width] = typeof size === "object" ? size : [480, 480];
  const model = exportTfjs(inferenceGraph(request), {
    size: "any",
    version,
    weights,
    metadata: description(request),
  });
  const title = request.title ?? `${encoderName(request.model.encoder)} segmentation`;
  return exportWeb({ model, labels, title, pixels: height * width });
}

function exportedState(request: ExportRequest, usual: "inference" | "official"): ExportedState {
  const { model, tensors, content = usual } = request;
  return content === "inference" ? inferenceState(model, tensors) : officialState(tensors);
}

/** What a reader of the file needs to use it. */
function description(request: ExportRequest): Record<string, unknown> {
  const { classes, colors } = request.labels;
  const { mean, std } = request.normalization ?? inputNormalization(request.model.encoder);
  return { classes, colors, normalization: { mean, std }, model: request.model };
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}
