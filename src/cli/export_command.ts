/** `deno task export`. */
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import { VERSION } from "../core/version.ts";
import { listPictures } from "../data/image_files.ts";
import { readImage } from "../data/read_item.ts";
import { exportModel } from "../export/export_model.ts";
import type { ExportRequest, FormatOption } from "../export/export_request.ts";
import { FORMAT_WRITERS, formatsInto, formatsWith } from "../export/formats/formats.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../export/format_names.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import { bytesText } from "../report/number_text.ts";
import type { EvaluationRecord } from "../report/run_record.ts";
import { exportCard } from "../run/export_card.ts";
import type { ModelSource } from "../run/model_source.ts";
import { openSession } from "../run/open_session.ts";
import { RunFolder } from "../run/run_folder.ts";
import { holdRun, runAround } from "../run/run_lock.ts";
import { storedEvaluation } from "../run/stored_evaluation.ts";
import { writeFileWhole } from "../train/write_file.ts";
import {
  addCommonOptions,
  commandText,
  type CommonOptions,
  newCommand,
  parseArguments,
  pathText,
} from "./command_line.ts";
import { addCheckpointOptions, type ModelFlags, readModel } from "./model_flags.ts";
import { type Output, standardOutput } from "./output.ts";

interface ExportFlags extends ModelFlags, CommonOptions {
  readonly format?: string;
  readonly out?: string;
  readonly size?: string;
  readonly output?: string;
  readonly fold?: boolean;
  readonly input?: string;
  readonly calibrate?: string;
  readonly precision?: string;
  readonly content?: string;
  readonly title?: string;
  readonly backend: string;
}

function exportCommand(): Command {
  const command = newCommand(
    "export",
    "Writes a trained model for other programs, with a model card beside it.",
  )
    .optionsGroup("Model:")
    .option("--run <folder>", "a run");
  addCheckpointOptions(command)
    .optionsGroup("What is written:")
    .option("--format <name>", `${EXPORT_FORMATS.join(", ")} (web: a page that runs the model)`)
    .option(
      "--out <path>",
      `a file for ${formatsInto("file").join(", ")}; a folder for ${formatsInto("folder").join(", ")}`,
      pathText,
    )
    .option(
      "--size <size>",
      "onnx, tfjs: multiple of the output stride, any, or height x width; web: height x width",
    )
    .option("--output <what>", "onnx, tfjs: logits or mask (default: logits)")
    .option("--no-fold", "onnx, tfjs: batch norm stays as nodes of its own")
    .option("--input <type>", "onnx: float32 or uint8 (default: float32)")
    .option("--calibrate <folder>", "onnx: photos that make a static int8 model")
    .option("--precision <type>", "tfjs, web: weights as float32, float16 or uint8 (default: float32)")
    .option("--content <what>", "safetensors, torch: inference or official, which the official code loads")
    .option("--title <text>", "web: heading of the page (default: the dataset's name)")
    .optionsGroup("Run:")
    .option("--backend <name>", "for --calibrate: auto, tensorflow, webgpu or wasm", "auto");
  return addCommonOptions(command);
}

function oneOf<const T extends readonly string[]>(
  flag: string,
  value: string | undefined,
  known: T,
): T[number] | undefined {
  if (value === undefined) return undefined;
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw new ConfigError(`Cannot export: --${flag} is "${value}", ${expectedNames(value, known)}`);
}

function sizeOf(text: string | undefined): ExportRequest["size"] {
  if (text === undefined || text === "multiple" || text === "any") return text;
  const sides = text.split(/[x×,]/).map(Number);
  if (sides.length === 2 && sides.every((side) => Number.isInteger(side) && side > 0)) {
    return [sides[0]!, sides[1]!];
  }
  throw new ConfigError(`Cannot export: --size is "${text}", expected multiple, any, or height x width`);
}

async function* calibrationPhotos(folder: string): AsyncGenerator<RgbImage> {
  const names = await listPictures(folder);
  if (names.length === 0) {
    throw new ConfigError(
      `Cannot calibrate: "${folder}" holds no picture, expected JPEG, PNG, TIFF, WebP or BMP files`,
    );
  }
  for (const name of names) {
    yield await readImage({ image: { kind: "file", path: resolve(folder, name) } });
  }
}

/** Flags that are named otherwise than their options. */
const FLAGS: Readonly<Partial<Record<FormatOption, keyof ExportFlags>>> = {
  size: "size",
  output: "output",
  input: "input",
  calibration: "calibrate",
  weights: "precision",
  content: "content",
  title: "title",
};

function refuseOtherFormats(flags: ExportFlags): void {
  const { format, size } = flags;
  for (const [option, flag] of Object.entries(FLAGS)) {
    const formats = formatsWith(option as FormatOption);
    if (flags[flag] === undefined || formats.some((known) => known === format)) continue;
    throw new ConfigError(
      `Cannot export ${format}: --${flag} is given, expected it only with ${formats.join(" or ")}`,
    );
  }
  if (format === "web" && (size === "any" || size === "multiple")) {
    throw new ConfigError(`Cannot export web: --size is "${size}", expected height x width`);
  }
}

/** What the flags say of the export, checked before anything is read. */
function exportOptions(flags: ExportFlags): Omit<ExportRequest, "model" | "tensors" | "labels"> {
  if (flags.format === undefined || flags.out === undefined) {
    const missing = [["--format", flags.format], ["--out", flags.out]].filter(([, value]) =>
      value === undefined
    );
    throw new ConfigError(
      `Cannot export: ${missing.map(([name]) => name).join(" and ")} missing, expected both`,
    );
  }
  const format = oneOf("format", flags.format, EXPORT_FORMATS)!;
  refuseOtherFormats(flags);
  return {
    format,
    out: flags.out,
    version: VERSION,
    size: sizeOf(flags.size),
    output: oneOf("output", flags.output, ["logits", "mask"]),
    foldBatchNorm: flags.fold === false ? false : undefined,
    input: oneOf("input", flags.input, ["float32", "uint8"]),
    calibration: flags.calibrate === undefined ? undefined : calibrationPhotos(flags.calibrate),
    weights: oneOf("precision", flags.precision, ["float32", "float16", "uint8"]),
    content: oneOf("content", flags.content, ["inference", "official"]),
    title: flags.title,
  };
}

function cardPath(format: ExportFormat, out: string): string {
  return FORMAT_WRITERS[format].place === "folder" ? join(out, "MODEL_CARD.md") : `${out}.md`;
}

/** The run's own evaluation, where it is that of the exported checkpoint. */
async function evaluationOf(
  { checkpoint }: ModelSource,
  run: string | undefined,
): Promise<EvaluationRecord | undefined> {
  const stored = run === undefined ? undefined : await storedEvaluation(new RunFolder(run));
  return stored?.iteration === checkpoint.iteration ? stored : undefined;
}

/** Keeps a run that the export goes into for this process meanwhile. */
async function whileHeld<T>(out: string, output: Output, body: () => Promise<T>): Promise<T> {
  const run = await runAround(out);
  if (run === undefined) return await body();
  const lock = await holdRun(run, "export into", (text) => output.note(`note     ${text}`));
  try {
    return await body();
  } finally {
    lock.release();
  }
}

/**
 * Runs the command.
 * @param args The arguments after `export`
 * @returns The exit code, 0
 * @throws {ConfigError} For a wrong call, or if the export goes into a run that another process works on
 * @throws {CheckpointMismatch} If the checkpoint is damaged
 */
export async function runExport(args: readonly string[]): Promise<number> {
  const command = exportCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<ExportFlags>();
  const output = standardOutput();
  const options = exportOptions(flags);
  const source = await readModel(flags);
  if (flags.calibrate !== undefined) await openSession(flags.backend, output);
  const { model, checkpoint: { parameters: tensors }, classes, colors } = source;
  const title = options.title ?? pageTitle(options.format, source);
  const request = { ...options, title, model, tensors, labels: { classes, colors } };
  return await whileHeld(request.out, output, () => writeExport(source, request, flags, output));
}

/** The heading of a page where none was asked for: other formats have none. */
function pageTitle(format: ExportFormat, { dataset }: ModelSource): string | undefined {
  return formatsWith("title").includes(format) ? `${dataset}: segmentation` : undefined;
}

/** How a page is looked at on this machine: as a file it does not start. */
function openingText(out: string): string {
  const server = commandText("python3 -m http.server --bind 127.0.0.1 -d", out);
  return `Open it through a web server: ${server}, then http://127.0.0.1:8000`;
}

async function writeExport(
  source: ModelSource,
  request: ExportRequest,
  flags: ExportFlags,
  output: Output,
): Promise<number> {
  const exported = await exportModel(request);
  const card = cardPath(request.format, request.out);
  await Deno.mkdir(dirname(resolve(card)), { recursive: true });
  await writeFileWhole(
    card,
    new TextEncoder().encode(exportCard(source, {
      format: request.format,
      exported,
      size: flags.size ?? `any multiple of ${source.model.encoder.outputStride}`,
      output: request.output ?? FORMAT_WRITERS[request.format].gives,
      evaluation: await evaluationOf(source, flags.run),
    })),
  );
  for (const { path, bytes } of exported.files) output.result(`${path}  ${bytesText(bytes)}`);
  output.result(card);
  for (const note of exported.notes) output.note(note);
  if (request.format === "web") output.note(openingText(request.out));
  if (flags.json) {
    const { format, out } = request;
    output.result(
      JSON.stringify({ ok: true, format, out, files: exported.files, card, notes: exported.notes }),
    );
  }
  return 0;
}
