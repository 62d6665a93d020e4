import { usesUnlabeled } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError, DatasetError } from "../core/errors.ts";
import { addUnlabeled } from "../data/add_unlabeled.ts";
import { withoutBroken } from "../data/broken_photos.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { CheckReport } from "../data/check_report.ts";
import { chooseLabeled } from "../data/choose_labeled.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { isFile, isFolder } from "../data/image_files.ts";
import { withoutMaskPhotos } from "../data/masks/mask_among_photos.ts";
import { brokenJson } from "../data/layouts/json_files.ts";
import type { SurveyProgress } from "../data/masks/survey_masks.ts";
import { insideHint, openDataset, type OpenDatasetOptions, TOML_LINES } from "../data/open_dataset.ts";
import { openUnlabeled, unlabeledNotes } from "../data/open_unlabeled.ts";
import type { FileProgress } from "../data/read_in_parts.ts";
import { spreadItems } from "../data/spread_items.ts";
import { strangeMasksHint } from "../data/strange_masks.ts";
import { withheldItems } from "../data/withheld_items.ts";
import type { RunOutput } from "./run_output.ts";

/** A text such as `1/8`, `0.125` or `8`. */
const SHARE = /^\s*\d+(\.\d+)?(\s*\/\s*\d+)?\s*$/;

async function labeledChoice(labeled: string | undefined): Promise<{ list?: string; fraction?: string }> {
  if (labeled === undefined) return {};
  // a file that is named like a number is a list
  if (await isFile(labeled)) return { list: labeled };
  if (SHARE.test(labeled)) return { fraction: labeled };
  throw new DatasetError(
    `Cannot choose labeled images: "${labeled}" is no file, expected a list, or a share such as 1/8, 0.125 or 12`,
  );
}

interface Choice {
  /** As it was opened. */
  readonly opened: Dataset;
  /** Its labeled part chosen, unlabeled photos added. */
  readonly dataset: Dataset;
}

async function openChoice(
  { data, seed }: Pick<RunConfig, "data" | "seed">,
  how: Pick<OpenDatasetOptions, "onMasks" | "holdOut"> = {},
): Promise<Choice> {
  const opened = await openDataset(data.source, { synthetic: data.synthetic, ...how });
  const choice = await labeledChoice(data.labeled);
  const chosen = await chooseLabeled(opened, { ...choice, seed, option: "--labeled" });
  if (data.unlabeled === undefined) return { opened, dataset: await withoutMaskPhotos(chosen) };
  // paths of a list are relative to the dataset, where it has a folder, as in the official lists
  const isList = !await isFolder(data.unlabeled);
  const root = isList ? opened.root : undefined;
  const added = await openUnlabeled(data.unlabeled, root === undefined ? {} : { root });
  const notes = [...chosen.notes ?? [], ...isList ? [] : await unlabeledNotes(data.unlabeled)];
  return { opened, dataset: await withoutMaskPhotos(addUnlabeled({ ...chosen, notes }, added)) };
}

/**
 * The dataset of a run: opened, its labeled part chosen, unlabeled photos added.
 * @throws {DatasetError} If anything of it is missing or wrong
 */
export async function chosenDataset(
  config: Pick<RunConfig, "data" | "seed">,
  how: Pick<OpenDatasetOptions, "onMasks" | "holdOut"> = {},
): Promise<Dataset> {
  return (await openChoice(config, how)).dataset;
}

/** What a run trains on and looks at. */
export interface RunData {
  /** Its labeled part chosen, unlabeled photos added. */
  readonly dataset: Dataset;
  /** Unlabeled images with their masks, for a diagnosis that was asked for; empty without. */
  readonly diagnosis: readonly Item[];
}

/** The same after a check. */
export interface CheckedData extends RunData {
  /** What was found. */
  readonly report: CheckReport;
}

/** How the data of a run is opened. */
export interface OpenRunDataOptions {
  /** Told how many masks were read. */
  readonly onMasks?: SurveyProgress;
  /** Told how many photos were decoded to find broken ones. */
  readonly onPhotos?: FileProgress;
  /** Whether a run that goes on left a photo out before. */
  readonly isLeftOut?: (item: Item) => boolean;
}

/**
 * The dataset of a run, and the images of its diagnosis. Where the configuration says so, unlabeled photos that cannot be
 * read are left out; labeled ones never are.
 * @throws {ConfigError} If a diagnosis is asked for and no unlabeled image has a mask
 * @throws {DatasetError} As `chosenDataset`
 */
export async function openRunData(config: RunConfig, options: OpenRunDataOptions = {}): Promise<RunData> {
  const { onMasks, onPhotos: onProgress, isLeftOut = () => false } = options;
  const { opened, dataset: chosen } = await openChoice(config, { onMasks });
  const dataset = config.data.skipBroken === true
    ? await withoutBroken(chosen, isLeftOut, { onProgress })
    : chosen;
  const wanted = config.evaluation.diagnosePseudoMasks ?? 0;
  if (wanted === 0) return { dataset, diagnosis: [] };
  const broken = new Set(dataset.leftOut?.map(({ id }) => id));
  const withheld = withheldItems(opened, dataset).filter(({ id }) => !broken.has(id));
  if (withheld.length > 0) return { dataset, diagnosis: spreadItems(withheld, wanted) };
  throw new ConfigError(
    `Cannot compare pseudo masks with true masks: no unlabeled image of dataset "${dataset.name}" has a mask, ` +
      "expected some; choose a labeled part by --labeled 1/8, or leave --diagnose-pseudo-masks out",
  );
}

/** Files that are read without a word; whole photos take longer than masks. */
const QUIET = { masks: 500, photos: 100 };

/** Shows how many masks, and how many photos, were read, where they are many. */
export function filesProgress({ progress }: RunOutput): Required<Omit<OpenRunDataOptions, "isLeftOut">> {
  const shown = (label: keyof typeof QUIET): FileProgress => (done, total) => {
    if (total <= QUIET[label]) return;
    progress.update({ label, done, total });
    if (done >= total) progress.finish();
  };
  return { onMasks: shown("masks"), onPhotos: shown("photos") };
}

/**
 * Refuses a dataset without masks.
 * @throws {DatasetError} If it has none
 */
export async function refuseWithoutLabels({ name, root, classes, unlabeled }: Dataset): Promise<void> {
  if (classes.length > 0) return;
  const hints = root === undefined
    ? []
    : [brokenJson, strangeMasksHint, insideHint].map((hint) => hint(root));
  const hint = (await Promise.all(hints)).join("");
  throw new DatasetError(
    `Cannot train on "${name}": it has ${unlabeled.length} photos and no masks, expected masks of some: folders "images" ` +
      `and "masks" with files of the same names, an export of a label tool (src/data/README.md lists them)${hint}, or a ` +
      `"dataset.toml" with such lines:${TOML_LINES}`,
  );
}

/**
 * The dataset of a training run, checked; what was found is printed.
 * @param isLeftOut As `openRunData` has it
 * @throws {ConfigError} If the recipe wants unlabeled images and there are none; as `openRunData`
 * @throws {DatasetError} As `chosenDataset`, and collected from the check before the run
 */
export async function prepareDataset(
  config: RunConfig,
  output: RunOutput,
  isLeftOut?: OpenRunDataOptions["isLeftOut"],
): Promise<CheckedData> {
  const progress = filesProgress(output);
  const { onMasks } = progress;
  const { dataset, diagnosis } = await openRunData(config, { ...progress, isLeftOut });
  await refuseWithoutLabels(dataset);
  const report = await checkDataset(dataset, { onMasks });
  output.note(`data     ${report.text.replaceAll("\n", "\n         ")}`);
  if (diagnosis.length > 0) {
    // what is wrong with these masks is said now and not at the first evaluation
    await checkDataset({ ...dataset, train: [], val: [], test: diagnosis, unlabeled: [] });
    output.note(
      `note     pseudo masks of ${diagnosis.length} unlabeled images are compared with their true masks: ` +
        "a diagnosis, they are not trained with",
    );
  }
  if (usesUnlabeled(config.recipe) && dataset.unlabeled.length === 0) {
    throw new ConfigError(
      `Cannot train with recipe "${config.recipe.name}": dataset "${dataset.name}" has no unlabeled image, ` +
        "expected some; name a folder of photos by --unlabeled, a part by --labeled 1/8, or --recipe supervised",
    );
  }
  return { dataset, diagnosis, report };
}
