import { ConfigError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import type { ExportedFiles, ExportRequest, FormatOption } from "./export_request.ts";
import { FORMAT_WRITERS, formatsWith } from "./formats/formats.ts";
import { EXPORT_FORMATS, type ExportFormat } from "./format_names.ts";

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
  return await FORMAT_WRITERS[request.format].write(request);
}

/** Whether an option is one of other formats than this. */
function isOfOthers(key: string, format: ExportFormat): boolean {
  const formats = formatsWith(key as FormatOption);
  return formats.length > 0 && !formats.includes(format);
}

function checkRequest(request: ExportRequest): void {
  const { format, labels, model } = request;
  if (!EXPORT_FORMATS.includes(format)) {
    throw new ConfigError(`Cannot export: format is "${format}", ${expectedNames(format, EXPORT_FORMATS)}`);
  }
  const given = Object.entries(request).filter(([, value]) => value !== undefined).map(([key]) => key);
  const wrong = given.filter((key) => isOfOthers(key, format));
  if (wrong.length > 0) {
    const rules = wrong.map((key) => `"${key}" only with ${formatsWith(key as FormatOption).join(" or ")}`)
      .join(", ");
    throw new ConfigError(`Cannot export ${format}: ${wrong.join(", ")} given, expected ${rules}`);
  }
  if (labels.classes.length !== model.classes || labels.colors.length !== model.classes) {
    const state = `${labels.classes.length} class names and ${labels.colors.length} colours`;
    throw new ConfigError(
      `Cannot export: ${state} are given, expected ${model.classes} of each, as the model has`,
    );
  }
}
