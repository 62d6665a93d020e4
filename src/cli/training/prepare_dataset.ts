import type { RunConfig } from "../../config/run_config.ts";
import { ConfigError, DatasetError } from "../../core/errors.ts";
import { checkDataset } from "../../data/check_dataset.ts";
import { addUnlabeled } from "../../data/add_unlabeled.ts";
import { chooseLabeled } from "../../data/choose_labeled.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { isFile, isFolder, leftOutNotes } from "../../data/image_files.ts";
import { openDataset } from "../../data/open_dataset.ts";
import { openUnlabeled } from "../../data/open_unlabeled.ts";
import { withheldItems } from "../../data/withheld_items.ts";
import { withoutMaskPhotos } from "../../data/masks/mask_among_photos.ts";
import { spreadItems } from "../../data/spread_items.ts";
import type { Output } from "../output.ts";
import { chosenText, lostText, withFittingCrop } from "./choose_crop.ts";

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

/** Told how many masks of how many are counted. */
type OnMask = (done: number, total: number) => void;

async function openChoice(
  { data, seed }: Pick<RunConfig, "data" | "seed">,
  onMask?: OnMask,
): Promise<Choice> {
  const opened = await openDataset(data.source, { synthetic: data.synthetic, onMask });
  const chosen = await chooseLabeled(opened, { ...await labeledChoice(data.labeled), seed });
  if (data.unlabeled === undefined) return { opened, dataset: await withoutMaskPhotos(chosen) };
  // paths of a list are relative to the dataset, where it has a folder, as in the official lists
  const isList = !await isFolder(data.unlabeled);
  const root = isList ? opened.root : undefined;
  const added = await openUnlabeled(data.unlabeled, root === undefined ? {} : { root });
  const notes = [...chosen.notes ?? [], ...isList ? [] : await leftOutNotes(data.unlabeled)];
  return { opened, dataset: await withoutMaskPhotos(addUnlabeled({ ...chosen, notes }, added)) };
}

/**
 * The dataset of a run: opened, its labeled part chosen, unlabeled photos added.
 * @throws {DatasetError} If anything of it is missing or wrong
 */
export async function chosenDataset(config: Pick<RunConfig, "data" | "seed">): Promise<Dataset> {
  return (await openChoice(config)).dataset;
}

/** What a run trains on and looks at. */
export interface RunData {
  /** The run's options, with the crop that was chosen. */
  readonly config: RunConfig;
  /** Its labeled part chosen, unlabeled photos added. */
  readonly dataset: Dataset;
  /** Unlabeled images with their masks, for a diagnosis that was asked for; empty without. */
  readonly diagnosis: readonly Item[];
}

/** How a run's data is opened. */
export interface OpenRunOptions {
  /** Whether the crop is chosen from the photos' sizes. */
  readonly fitsCrop?: boolean;
  /** Told how many masks of how many are counted. */
  readonly onMask?: OnMask;
}

/**
 * The dataset of a run, and the images of its diagnosis.
 * @throws {ConfigError} If a diagnosis is asked for and no unlabeled image has a mask
 * @throws {DatasetError} As `chosenDataset`
 */
export async function openRunData(
  given: RunConfig,
  { fitsCrop = false, onMask }: OpenRunOptions = {},
): Promise<RunData> {
  const { opened, dataset } = await openChoice(given, onMask);
  const config = fitsCrop ? await withFittingCrop(given, dataset) : given;
  const wanted = config.evaluation.diagnosePseudoMasks ?? 0;
  if (wanted === 0) return { config, dataset, diagnosis: [] };
  const withheld = withheldItems(opened, dataset);
  if (withheld.length > 0) return { config, dataset, diagnosis: spreadItems(withheld, wanted) };
  throw new ConfigError(
    `Cannot compare pseudo masks with true masks: no unlabeled image of dataset "${dataset.name}" has a mask, ` +
      "expected some; choose a labeled part by --labeled 1/8, or leave --diagnose-pseudo-masks out",
  );
}

function refuseWithoutLabels({ name, classes, unlabeled }: Dataset): void {
  if (classes.length > 0) return;
  throw new DatasetError(
    `Cannot train on "${name}": it has ${unlabeled.length} photos and no masks, expected masks of some: folders "images" ` +
      'and "masks" with files of the same names, or a "dataset.toml"',
  );
}

/**
 * The dataset of a training run, checked; what was found is printed.
 * @throws {ConfigError} If the recipe wants unlabeled images and there are none; as `openRunData`
 * @throws {DatasetError} As `chosenDataset`, and collected from the check before the run
 */
export async function prepareDataset(given: RunConfig, fitsCrop: boolean, output: Output): Promise<RunData> {
  const onMask: OnMask = (done, total) => output.progress.update({ label: "masks", done, total });
  const { config, dataset, diagnosis } = await openRunData(given, { fitsCrop, onMask });
  refuseWithoutLabels(dataset);
  const report = await checkDataset(dataset, { onMask });
  output.progress.finish();
  output.note(`data     ${report.text.replaceAll("\n", "\n         ")}`);
  for (const line of [chosenText(config, given), lostText(config, report)]) {
    if (line !== undefined) output.note(line);
  }
  if (diagnosis.length > 0) {
    // what is wrong with these masks is said now and not at the first evaluation
    await checkDataset({ ...dataset, train: [], val: [], test: diagnosis, unlabeled: [] });
    output.note(
      `note     pseudo masks of ${diagnosis.length} unlabeled images are compared with their true masks: ` +
        "a diagnosis, they are not trained with",
    );
  }
  if (config.recipe.usesUnlabeled && dataset.unlabeled.length === 0) {
    throw new ConfigError(
      `Cannot train with recipe "${config.recipe.name}": dataset "${dataset.name}" has no unlabeled image, ` +
        "expected some; name a folder of photos by --unlabeled, a part by --labeled 1/8, or --recipe supervised",
    );
  }
  return { config, dataset, diagnosis };
}
