/** What the numbers of labels of a comparison mean on its dataset. */
import { resolve } from "node:path";
import type { RunConfig } from "../../config/run_config.ts";
import { ConfigError } from "../../core/errors.ts";
import { labeledCount } from "../../data/choose_labeled.ts";
import type { Dataset } from "../../data/dataset.ts";
import { isFile } from "../../data/image_files.ts";
import type { LabelsRecord } from "../../report/comparison/comparison_record.ts";
import { chosenDataset } from "../../run/prepare_dataset.ts";

/** All masks of the train list. */
const ALL = "all";

/** A number of labels, and how a run is told of it. */
export interface LabelChoice extends LabelsRecord {
  /** Arguments of `train`. */
  readonly flags: readonly string[];
  /** Whether images without labels are left over. */
  readonly leavesUnlabeled: boolean;
}

/**
 * A list of `--labels`, paths of list files made absolute.
 * @throws {ConfigError} If an entry is empty or named twice
 */
export async function labelTexts(text: string): Promise<string[]> {
  const texts = await Promise.all(
    text.split(",").map((part) => part.trim()).map(async (part) => await isFile(part) ? resolve(part) : part),
  );
  const wrong = texts.find((part, i) => part === "" || texts.indexOf(part) !== i);
  if (wrong === undefined) return texts;
  const state = wrong === "" ? "one is empty" : `"${wrong}" is named twice`;
  throw new ConfigError(
    `Cannot compare with --labels "${text}": ${state}, expected counts, shares, lists or all, each once`,
  );
}

async function choiceOf(text: string, config: RunConfig, all: Dataset): Promise<LabelChoice> {
  if (text === ALL) {
    const { train, unlabeled } = all;
    // a preset may have a choice of its own
    return {
      text,
      count: train.length,
      flags: ["--set", "data.labeled=none"],
      leavesUnlabeled: unlabeled.length > 0,
    };
  }
  const flags = ["--labeled", text];
  if (!await isFile(text)) {
    const count = labeledCount(text, all, "--labels");
    return { text, count, flags, leavesUnlabeled: count < all.train.length || all.unlabeled.length > 0 };
  }
  const chosen = await chosenDataset({ ...config, data: { ...config.data, labeled: text } });
  return { text, count: chosen.train.length, flags, leavesUnlabeled: chosen.unlabeled.length > 0 };
}

/**
 * The choices by count, `all` at last.
 * @param all The dataset with all masks of its train list
 * @throws {ConfigError} If two are equally many
 * @throws {DatasetError} If a share or a count cannot be, or a list is wrong
 */
export async function labelChoices(
  texts: readonly string[],
  config: RunConfig,
  all: Dataset,
): Promise<LabelChoice[]> {
  const choices: LabelChoice[] = [];
  for (const text of texts) choices.push(await choiceOf(text, config, all));
  choices.sort((a, b) => a.count - b.count);
  const twin = choices.findIndex(({ count }, i) => count === choices[i + 1]?.count);
  if (twin < 0) return choices;
  const [one, other] = [choices[twin]!, choices[twin + 1]!];
  throw new ConfigError(
    `Cannot compare "${one.text}" with "${other.text}" labels: both are ${one.count} images of "${all.name}", expected ` +
      "different numbers",
  );
}
