/** Suggestions from beginning to end: photos are looked at, chosen, and told of in files. */
import { join } from "node:path";
import { ConfigError, DatasetError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import type { Item } from "../data/dataset.ts";
import { isFile } from "../data/image_files.ts";
import { listField } from "../data/list_file.ts";
import { readImage } from "../data/read_item.ts";
import { pooledFeatures } from "../eval/pooled_features.ts";
import type { ModelSource } from "../run/model_source.ts";
import { inferenceNetwork } from "../run/model_source.ts";
import { predictOptions } from "../run/report_pictures.ts";
import type { RunOutput } from "../run/run_output.ts";
import { writeFileWhole } from "../train/write_file.ts";
import { choosePhotos, type Variety } from "./choose_photos.ts";
import { labeledText } from "./labeled_text.ts";
import { lookAtPhotos, type Looker, type SkippedPhoto, workingPhoto } from "./look_at_photos.ts";
import type { RankedPhoto } from "./photo.ts";
import type { PhotosToLabel } from "./photos_to_label.ts";
import { pretrainedEncoder } from "./pretrained_encoder.ts";
import { suggestedPictures } from "./suggested_pictures.ts";
import { suggestionCsv } from "./suggestion_csv.ts";
import { type ShownPhoto, suggestionPage } from "./suggestion_page.ts";

/** What is suggested, and where to. */
export interface SuggestRequest {
  /** The photos. */
  readonly photos: PhotosToLabel;
  /** The run whose uncertainty counts; without one, variety alone. */
  readonly source?: ModelSource;
  /** How many photos. */
  readonly count: number;
  /** How variety is had. */
  readonly variety: Variety;
  /** Of what is drawn. */
  readonly seed: number;
  /** A folder, made where it is missing. */
  readonly out: string;
  /** The command line, for the page. */
  readonly command: string;
}

/** What came of it. */
export interface Suggestions {
  /** All photos, those suggested first. */
  readonly ranked: readonly RankedPhoto[];
  /** Those that could not be read. */
  readonly skipped: readonly SkippedPhoto[];
  /** Files that were written. */
  readonly files: {
    readonly list: string;
    readonly labeled?: string;
    readonly csv: string;
    readonly page: string;
  };
}

/** Names of the files in the folder. */
const FILES = {
  list: "suggested.txt",
  labeled: "labeled.txt",
  csv: "suggestions.csv",
  page: "suggestions.html",
} as const;

/**
 * Makes sure that no suggestions are replaced: their list may be what somebody labels by.
 * @throws {ConfigError} If some lie there
 */
export async function refuseSuggestions(out: string): Promise<void> {
  for (const name of Object.values(FILES)) {
    if (!await isFile(join(out, name))) continue;
    throw new ConfigError(
      `Cannot suggest into "${out}": "${name}" is there already, expected a new folder; --out names another`,
    );
  }
}

/** Features of the labeled photos, as far as they can be read. */
async function labeledFeatures(items: readonly Item[], looker: Looker, { note, progress }: RunOutput) {
  const known: { name: string; features: Float32Array }[] = [];
  for (const [i, item] of items.entries()) {
    try {
      const features = await pooledFeatures(looker.network, workingPhoto(await readImage(item), looker));
      known.push({ name: item.id, features });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      note(`note     a labeled photo is not kept away from: ${error.message}`);
    }
    progress.update({ label: "look at training photos", done: i + 1, total: items.length });
  }
  progress.finish();
  return known;
}

async function shownPhotos(
  suggested: readonly RankedPhoto[],
  looker: Looker,
  { source }: SuggestRequest,
  { note }: RunOutput,
): Promise<ShownPhoto[]> {
  const shown: ShownPhoto[] = [];
  for (const photo of suggested) {
    try {
      shown.push({ photo, pictures: await suggestedPictures(photo, looker, source?.colors ?? []) });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      note(`note     not shown: ${error.message}`);
      shown.push({ photo, pictures: [] });
    }
  }
  return shown;
}

function listText(names: readonly string[]): string {
  return names.map((name) => `${listField(name)}\n`).join("");
}

async function writeAll(
  request: SuggestRequest,
  ranked: readonly RankedPhoto[],
  skipped: readonly SkippedPhoto[],
  shown: readonly ShownPhoto[],
): Promise<Suggestions["files"]> {
  const { out, photos: { labeled, taken, leftOut }, source, command } = request;
  const names = shown.map(({ photo }) => photo.name);
  const known = labeledText(taken, leftOut);
  const page = suggestionPage({
    run: source?.name,
    classes: source?.classes ?? [],
    colors: source?.colors ?? [],
    shown,
    looked: ranked.length,
    labeled: labeled.length === 0 ? known : `${known}; what those for training show is avoided`,
    skipped: skipped.length,
    command,
    version: VERSION,
  });
  const texts: [keyof typeof FILES, string][] = [
    ["csv", suggestionCsv(ranked, skipped)],
    ["page", page],
    ...labeled.length === 0
      ? []
      : [["labeled", listText([...labeled.map(({ id }) => id), ...names])] as const],
    ["list", listText(names)],
  ].map(([kind, text]) => [kind as keyof typeof FILES, text as string]);
  await Deno.mkdir(out, { recursive: true });
  for (const [kind, text] of texts) {
    await writeFileWhole(join(out, FILES[kind]), new TextEncoder().encode(text));
  }
  const path = (kind: keyof typeof FILES) => join(out, FILES[kind]);
  return {
    list: path("list"),
    csv: path("csv"),
    page: path("page"),
    ...(labeled.length === 0 ? {} : { labeled: path("labeled") }),
  };
}

/**
 * Ranks photos for labeling and writes a list, a CSV file and a page. The backend must be open.
 * @throws {DatasetError} If no photo can be read
 * @throws {WeightsUnavailable} If there is no run, and the encoder's weights cannot be had
 */
export async function suggestPhotos(request: SuggestRequest, output: RunOutput): Promise<Suggestions> {
  const { source, photos: { candidates, labeled } } = request;
  const network = source === undefined ? await pretrainedEncoder(output) : inferenceNetwork(source);
  try {
    const looker: Looker = source === undefined
      ? { network }
      : { network, predict: predictOptions(source.config) };
    const { seen, skipped } = await lookAtPhotos(candidates, looker, output);
    if (seen.length === 0) {
      throw new DatasetError(
        `Cannot suggest photos: none of ${candidates.length} could be read, expected some; the notes above say why`,
      );
    }
    const known = await labeledFeatures(labeled, looker, output);
    const ranked = choosePhotos(seen, { ...request, labeled: known });
    const suggested = ranked.filter(({ place }) => place !== undefined);
    const shown = await shownPhotos(suggested, looker, request, output);
    return { ranked, skipped, files: await writeAll(request, ranked, skipped, shown) };
  } finally {
    network.dispose();
  }
}
