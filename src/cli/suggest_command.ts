/** `deno task suggest`: which photos to label next. */
import { join } from "node:path";
import { type Command, Option } from "commander";
import { ConfigError, DatasetError } from "../core/errors.ts";
import { firstAndMore } from "../core/first_and_more.ts";
import { quoted } from "../core/shown_text.ts";
import type { Dataset } from "../data/dataset.ts";
import { openDataset } from "../data/open_dataset.ts";
import { decodeLimits } from "../formats/decode_limits.ts";
import type { ModelSource } from "../run/model_source.ts";
import { openSession } from "../run/open_session.ts";
import { chosenDataset } from "../run/prepare_dataset.ts";
import { VARIETIES, type Variety } from "../suggest/choose_photos.ts";
import { labeledText } from "../suggest/labeled_text.ts";
import { missingPaths, missingPhotos } from "../data/missing_paths.ts";
import { type PhotosToLabel, photosToLabel } from "../suggest/photos_to_label.ts";
import { refuseSuggestions, type Suggestions, suggestPhotos } from "../suggest/suggest_photos.ts";
import {
  addCommonOptions,
  commandText,
  type CommonOptions,
  newCommand,
  parseArguments,
  pathText,
  wholeNumber,
} from "./command_line.ts";
import { FAILED } from "./failure.ts";
import { addCheckpointOptions, type ModelFlags, readModel } from "./model_flags.ts";
import { type Output, standardOutput } from "./output.ts";

interface SuggestFlags extends ModelFlags, CommonOptions {
  readonly data?: string;
  readonly count: number;
  readonly variety: Variety;
  readonly seed: number;
  readonly out?: string;
  readonly backend: string;
}

/** How photos are ranked, and from where the ideas are. */
const METHOD = `
With a run: photos are ranked by how unsure it is of their pixels (entropy, margin, disagreement of photo and mirror
image; Settles 2009, Scheffer et al. 2001, Gao et al. 2020), and among the most uncertain those are taken that differ
from the labeled ones and from each other (Yang et al. 2017) by the encoder's pooled features. Without a run: by variety
alone, on an encoder with ImageNet weights. Variety "farthest" is k-center (Sener and Savarese 2018), "typical" the most
typical photo of each kind (Hacohen et al. 2022).

Written are suggested.txt, labeled.txt (what is labeled already and what is suggested, for --labeled of deno task
train), suggestions.csv with all photos, and suggestions.html.`;

function suggestCommand(): Command {
  const command = newCommand("suggest", "Tells which photos to label next.")
    .argument(
      "[photos...]",
      "photos or folders, of a dataset its photos without labels (default: the unlabeled ones of the run or of --data)",
    )
    .optionsGroup("By what:")
    .option(
      "--run <folder>",
      "a run: photos that it is unsure of (default: none, by variety alone)",
      pathText,
    );
  addCheckpointOptions(command)
    .option("--data <path>", "the dataset, where its labeled photos are (default: the run's)", pathText)
    .addOption(
      new Option("--variety <how>", "the farthest from those before, or the most typical of each kind")
        .choices([...VARIETIES]).default("farthest"),
    )
    .optionsGroup("What:")
    .option("--count <n>", "photos to suggest", wholeNumber(1), 20)
    .option("--seed <n>", "of the clusters of --variety typical", wholeNumber(0), 0)
    .optionsGroup("Run:")
    .option("--out <folder>", "a new folder (default: suggestions/ of the run, or ./suggestions)", pathText)
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm", "auto");
  return addCommonOptions(command).addHelpText("after", METHOD);
}

/** The model that the flags name, if they name one. */
async function askedModel(flags: SuggestFlags): Promise<ModelSource | undefined> {
  return flags.run === undefined && flags.checkpoint === undefined ? undefined : await readModel(flags);
}

/**
 * The dataset whose labeled photos are known.
 * @throws {ConfigError} If neither it nor photos are named
 * @throws {DatasetError} If it cannot be opened and nothing else tells the photos
 */
async function knownDataset(
  { data }: SuggestFlags,
  source: ModelSource | undefined,
  paths: readonly string[],
  output: Output,
): Promise<Dataset | undefined> {
  if (source === undefined && data === undefined) {
    if (paths.length > 0) return undefined;
    throw new ConfigError(
      "Cannot suggest photos: none are named, expected files or folders of photos, --data or --run",
    );
  }
  if (source === undefined) return await openDataset(data!);
  const { config } = source;
  try {
    return await chosenDataset({ ...config, data: { ...config.data, source: data ?? config.data.source } });
  } catch (error) {
    if (!(error instanceof DatasetError) || paths.length === 0 || data !== undefined) throw error;
    output.note(
      `note     the run's labeled photos are not known, since its data cannot be opened (${error.message}); --data tells ` +
        "where it is",
    );
    return undefined;
  }
}

function outFolder({ out, run }: SuggestFlags): string {
  return out ?? join(run ?? ".", "suggestions");
}

function tell(
  { ranked, skipped, files }: Suggestions,
  { taken, leftOut }: PhotosToLabel,
  output: Output,
): void {
  const suggested = ranked.filter(({ place }) => place !== undefined);
  for (const { place, name, uncertainty, distance } of suggested) {
    const measures = [
      ...uncertainty === undefined ? [] : [`uncertainty ${uncertainty.all.toFixed(3)}`],
      ...distance === undefined ? [] : [`distance ${distance.toFixed(2)}`],
    ];
    output.result(
      `${String(place).padStart(4)}  ${name}${measures.length === 0 ? "" : `  ${measures.join(", ")}`}`,
    );
  }
  const unread = skipped.length === 0
    ? ""
    : `; not read: ${firstAndMore(skipped, 5, ({ name }) => quoted(name))}`;
  output.result(`${suggested.length} of ${ranked.length} photos without labels suggested${unread}`);
  const labeled = labeledText(taken, leftOut);
  if (labeled !== undefined) output.result(labeled);
  output.result(`List: ${files.list}`);
  if (files.labeled !== undefined) {
    output.result(`With those labeled already, for --labeled: ${files.labeled}`);
  }
  output.result(`Page: ${files.page}`);
}

function jsonOf({ ranked, skipped, files }: Suggestions, leftOut: number): string {
  const suggested = ranked.flatMap(({ place, name, path, uncertainty, distance, nearest }) =>
    place === undefined ? [] : [{ place, photo: name, path, uncertainty, distance, nearest }]
  );
  const lost = skipped.map(({ name, why }) => ({ photo: name, why }));
  return JSON.stringify({
    ok: lost.length === 0,
    looked: ranked.length,
    leftOut,
    suggested,
    skipped: lost,
    files,
  });
}

/**
 * Runs the command. A photo that cannot be read is told of and skipped.
 * @param args The arguments after `suggest`
 * @returns The exit code: 0; 1 if a photo could not be read
 * @throws {ConfigError} For a wrong call, and where suggestions are there already
 * @throws {DatasetError} If no photo can be read
 */
export async function runSuggest(args: readonly string[]): Promise<number> {
  const command = suggestCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<SuggestFlags>();
  decodeLimits(); // a wrong variable is told once, not for every photo
  const output = standardOutput();
  const out = outFolder(flags);
  const missing = await missingPaths(command.args);
  if (missing.length > 0) throw missingPhotos("suggest photos", missing);
  await refuseSuggestions(out);
  const source = await askedModel(flags);
  const dataset = await knownDataset(flags, source, command.args, output);
  const photos = await photosToLabel(command.args, dataset);
  await openSession(flags.backend, output);
  const { count, variety, seed } = flags;
  const suggestions = await suggestPhotos(
    { photos, source, count, variety, seed, out, command: commandText("deno task suggest", ...args) },
    output,
  );
  tell(suggestions, photos, output);
  if (flags.json) output.result(jsonOf(suggestions, photos.leftOut));
  return suggestions.skipped.length === 0 ? 0 : FAILED;
}
