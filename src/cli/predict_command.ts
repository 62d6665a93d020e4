/** `deno task predict`. */
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../core/errors.ts";
import { firstAndMore } from "../core/first_and_more.ts";
import { quoted } from "../core/shown_text.ts";
import { isFolder, leftOutNotes } from "../data/image_files.ts";
import { readImage } from "../data/read_item.ts";
import type { PredictOptions } from "../eval/predict_image.ts";
import { predictPhoto } from "../eval/predict_photo.ts";
import {
  decodeLimits,
  DEFAULT_MEGABYTES,
  DEFAULT_MEGAPIXELS,
  MEGABYTES_VARIABLE,
  MEGAPIXELS_VARIABLE,
} from "../formats/decode_limits.ts";
import { encodeValuePng } from "../formats/encode_value_png.ts";
import type { Network } from "../model/network.ts";
import { inferenceNetwork, type ModelSource } from "../run/model_source.ts";
import { openSession } from "../run/open_session.ts";
import { predictOptions } from "../run/report_pictures.ts";
import { writeFileWhole } from "../train/write_file.ts";
import {
  addCommonOptions,
  type CommonOptions,
  newCommand,
  parseArguments,
  pathText,
  positiveNumbers,
} from "./command_line.ts";
import { FAILED, failureText } from "./failure.ts";
import { addCheckpointOptions, type ModelFlags, readModel } from "./model_flags.ts";
import { type Output, standardOutput } from "./output.ts";
import { type PhotoPainter, photoPainter } from "./paint_photo.ts";
import { type PhotoFile, photoFiles, refuseOverwriting, resultNames } from "./photo_files.ts";

interface PredictFlags extends ModelFlags, CommonOptions {
  readonly out?: string;
  readonly scales?: number[];
  readonly flip?: boolean;
  readonly values?: boolean;
  readonly backend: string;
}

/** Which photos are refused before they are decoded. */
const LIMITS = `
Photos of more than ${DEFAULT_MEGAPIXELS} megapixels, or of more than ${DEFAULT_MEGABYTES} MB when decoded, are told of and
left out; the variables ${MEGAPIXELS_VARIABLE} and ${MEGABYTES_VARIABLE} set other limits.`;

function predictCommand(): Command {
  const command = newCommand(
    "predict",
    "Predicts photos: an index PNG, a colour PNG and an overlay for each.",
  )
    .argument("[photos...]", "JPEG, PNG, TIFF, WebP or BMP files, or folders of them")
    .optionsGroup("Model:")
    .option("--run <folder>", "a run");
  addCheckpointOptions(command)
    .optionsGroup("How:")
    .option(
      "--scales <list>",
      "factors on the size, probabilities averaged: 0.5,1,1.5 (default: 1)",
      positiveNumbers,
    )
    .option("--flip", "adds the mirrored image")
    .option(
      "--values",
      "the index PNG is grey and holds the numbers of the dataset's own masks (values in dataset.toml)",
    )
    .optionsGroup("Run:")
    .option("--out <folder>", "where the pictures go (default: predictions/ of the run)", pathText)
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm", "auto");
  return addCommonOptions(command).addHelpText("after", LIMITS);
}

/** What is predicted with. */
interface Predictor {
  readonly network: Network;
  readonly painter: PhotoPainter;
  readonly options: PredictOptions;
  readonly out: string;
  /** What the index PNG holds for each class, in place of its number. */
  readonly values?: readonly number[];
}

/**
 * The numbers of the dataset's masks, where they are asked for.
 * @throws {ConfigError} If they are not known
 */
function askedValues(
  { values, name }: ModelSource,
  { values: asked }: PredictFlags,
): readonly number[] | undefined {
  if (!asked) return undefined;
  if (values !== undefined) return values;
  throw new ConfigError(
    `Cannot write values of "${name}": its dataset's masks hold colours, or it is older than this option, expected ` +
      "numbers; the colour PNG holds the colours",
  );
}

/** Files of one photo. */
interface PhotoResult {
  readonly photo: string;
  readonly files: readonly string[];
}

async function predictOne(
  { network, painter, options, out, values }: Predictor,
  file: PhotoFile,
): Promise<PhotoResult> {
  const photo = await readImage({ image: { kind: "file", path: file.path } });
  const { labels } = await predictPhoto(network, photo, options);
  const painted = await painter.paint(photo, labels);
  const names = resultNames(file);
  const pictures = [
    [names.index, values === undefined ? painted.index : encodeValuePng(photo, labels, values)],
    [names.color, painted.color],
    [names.overlay, painted.overlay],
  ] as const;
  const files: string[] = [];
  for (const [name, bytes] of pictures) {
    const path = join(out, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeFileWhole(path, bytes);
    files.push(path);
  }
  return { photo: file.path, files };
}

async function predictAll(predictor: Predictor, files: readonly PhotoFile[], output: Output, debug: boolean) {
  const done: PhotoResult[] = [];
  const failed: { photo: string; error: string }[] = [];
  for (const [i, file] of files.entries()) {
    try {
      done.push(await predictOne(predictor, file));
    } catch (error) {
      failed.push({ photo: file.path, error: failureText(error, false) });
      output.note(failureText(error, debug));
    }
    output.progress.update({ label: "predict", done: i + 1, total: files.length });
  }
  output.progress.finish();
  return { done, failed };
}

/** The end of the summary: which photos of several were not predicted; of a single one its error has told. */
function failedText(failed: readonly { photo: string }[], all: number): string {
  if (failed.length === 0 || all === 1) return "";
  return `; not predicted: ${firstAndMore(failed, 5, ({ photo }) => quoted(photo))}`;
}

function outFolder({ out, run, checkpoint }: PredictFlags): string {
  if (out !== undefined) return out;
  if (run !== undefined) return join(run, "predictions");
  throw new ConfigError(
    checkpoint === undefined
      ? "Cannot predict: no model is named, expected --run DIR or --checkpoint FILE"
      : "Cannot predict with a checkpoint: no folder is named, expected --out DIR",
  );
}

/** Sentences on the pictures of folders that are of no format that is read. */
async function leftOut(paths: readonly string[]): Promise<string[]> {
  const notes = await Promise.all(paths.map(async (path) => await isFolder(path) ? leftOutNotes(path) : []));
  return notes.flat();
}

/**
 * Runs the command. A photo that cannot be read is told of; the others are predicted all the same.
 * @param args The arguments after `predict`
 * @returns The exit code: 0; 1 if a photo failed
 * @throws {ConfigError} For a wrong call
 * @throws {CheckpointMismatch} If the checkpoint is damaged
 */
export async function runPredict(args: readonly string[]): Promise<number> {
  const command = predictCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<PredictFlags>();
  decodeLimits(); // a wrong variable is told once, not for every photo
  const output = standardOutput();
  const files = await photoFiles(command.args);
  const out = outFolder(flags);
  await refuseOverwriting(command.args, files, out);
  const notes = await leftOut(command.args);
  for (const note of notes) output.note(`note     ${note}`);
  const source = await readModel(flags);
  const values = askedValues(source, flags);
  await openSession(flags.backend, output);
  const network = inferenceNetwork(source);
  const painter = photoPainter(source.colors);
  try {
    const options = { ...predictOptions(source.config), ratios: flags.scales, flip: flags.flip };
    const { done, failed } = await predictAll(
      { network, painter, options, out, values },
      files,
      output,
      flags.debug ?? false,
    );
    output.result(
      `${done.length} of ${files.length} photos predicted, in ${out}${failedText(failed, files.length)}`,
    );
    if (flags.json) {
      output.result(JSON.stringify({ ok: failed.length === 0, out, predicted: done, failed, notes }));
    }
    return failed.length === 0 ? 0 : FAILED;
  } finally {
    painter.close();
    network.dispose();
  }
}
