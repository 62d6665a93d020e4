/** The formats of `exportModel`: a file each, and a row in both tables. */
import type { FormatOption, FormatWriter } from "../export_request.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../format_names.ts";
import { onnxFormat } from "./onnx_format.ts";
import { safetensorsFormat } from "./safetensors_format.ts";
import { tfjsFormat } from "./tfjs_format.ts";
import { torchFormat } from "./torch_format.ts";
import { webFormat } from "./web_format.ts";

/** How each format is written. */
export const FORMAT_WRITERS: Readonly<Record<ExportFormat, FormatWriter>> = {
  onnx: onnxFormat,
  tfjs: tfjsFormat,
  web: webFormat,
  safetensors: safetensorsFormat,
  torch: torchFormat,
};

/** The formats that take an option. */
export function formatsWith(option: FormatOption): ExportFormat[] {
  return EXPORT_FORMATS.filter((format) => FORMAT_WRITERS[format].options.includes(option));
}

/** The formats that are written into a file, or those that are written into a folder. */
export function formatsInto(place: FormatWriter["place"]): ExportFormat[] {
  return EXPORT_FORMATS.filter((format) => FORMAT_WRITERS[format].place === place);
}
