import type { Normalization } from "../config/encoder_facts.ts";
import type { ModelOptions } from "../config/model_options.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { ClassLabels } from "./class_labels.ts";
import type { ExportFormat } from "./format_names.ts";
import type { ExportSize } from "./onnx.ts";
import type { WrittenFile } from "./put_files.ts";
import type { WeightPrecision } from "./tfjs_weights.ts";

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

/** Options that belong to some formats only. */
export type FormatOption =
  | "size"
  | "output"
  | "foldBatchNorm"
  | "input"
  | "calibration"
  | "weights"
  | "content"
  | "title";

/** A format that a model can be written in. */
export interface FormatWriter {
  /** Where it goes to: one file, or a folder. */
  readonly place: "file" | "folder";
  /** What goes into the written model, in words for its card. */
  readonly takes: string;
  /** What comes out of it where the request does not say. */
  readonly gives: "logits" | "mask";
  /** The options that are its own; others are refused. */
  readonly options: readonly FormatOption[];
  /** Writes it, whole or not at all. The request was checked. */
  write(request: ExportRequest): Promise<ExportedFiles>;
}
