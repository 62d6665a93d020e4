import type { RunConfig } from "../../config/run_config.ts";
import { ConfigError } from "../../core/errors.ts";
import { checkDataset } from "../../data/check_dataset.ts";
import { addUnlabeled } from "../../data/add_unlabeled.ts";
import { chooseLabeled } from "../../data/choose_labeled.ts";
import type { Dataset } from "../../data/dataset.ts";
import { isFile, isFolder } from "../../data/image_files.ts";
import { openDataset } from "../../data/open_dataset.ts";
import { openUnlabeled } from "../../data/open_unlabeled.ts";
import type { Output } from "../output.ts";

/** A text such as `1/8`, `0.125` or `8`. */
const SHARE = /^\s*\d+(\.\d+)?(\s*\/\s*\d+)?\s*$/;

async function labeledChoice(labeled: string | undefined): Promise<{ list?: string; fraction?: string }> {
  if (labeled === undefined) return {};
  // a file that is named like a number is a list
  return SHARE.test(labeled) && !await isFile(labeled) ? { fraction: labeled } : { list: labeled };
}

/**
 * The dataset of a run: opened, its labeled part chosen, unlabeled photos added.
 * @throws {DatasetError} If anything of it is missing or wrong
 */
export async function chosenDataset({ data, seed }: Pick<RunConfig, "data" | "seed">): Promise<Dataset> {
  const opened = await openDataset(data.source, { synthetic: data.synthetic });
  const chosen = await chooseLabeled(opened, { ...await labeledChoice(data.labeled), seed });
  if (data.unlabeled === undefined) return chosen;
  // paths of a list are relative to the dataset, where it has a folder, as in the official lists
  const root = await isFolder(data.unlabeled) ? undefined : opened.root;
  return addUnlabeled(chosen, await openUnlabeled(data.unlabeled, root === undefined ? {} : { root }));
}

/**
 * The dataset of a training run, checked; what was found is printed.
 * @throws {ConfigError} If the recipe wants unlabeled images and there are none
 * @throws {DatasetError} As `chosenDataset`, and collected from the check before the run
 */
export async function prepareDataset(config: RunConfig, output: Output): Promise<Dataset> {
  const dataset = await chosenDataset(config);
  const { text } = await checkDataset(dataset);
  output.note(`data     ${text.replaceAll("\n", "\n         ")}`);
  if (config.recipe.usesUnlabeled && dataset.unlabeled.length === 0) {
    throw new ConfigError(
      `Cannot train with recipe "${config.recipe.name}": dataset "${dataset.name}" has no unlabeled image, ` +
        "expected some; name a folder of photos by --unlabeled, a part by --labeled 1/8, or --recipe supervised",
    );
  }
  return dataset;
}
