/** What is decided before the runs of a comparison: data checked once, one crop for all, weights brought. */
import { ensureLibrary } from "../../backends/library/ensure_library.ts";
import { resolveConfig } from "../../config/resolve_config.ts";
import type { RunConfig } from "../../config/run_config.ts";
import { BackendUnavailable, ConfigError, DatasetError } from "../../core/errors.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { VariantRecord } from "../../report/comparison/comparison_record.ts";
import { withFittingCrop } from "../../run/fit_run.ts";
import { initialWeights } from "../../run/initial_weights.ts";
import { chosenDataset, prepareDataset } from "../../run/prepare_dataset.ts";
import type { RunOutput } from "../../run/run_output.ts";
import type { AskedComparison, SharedRequest } from "./comparison_plan.ts";
import { type LabelChoice, labelChoices } from "./label_choices.ts";

/** A comparison whose data is known. */
export interface PreparedComparison {
  /** With all masks of its train list. */
  readonly dataset: Dataset;
  /** By count. */
  readonly labels: readonly LabelChoice[];
  /** Of a run of each variant, in their order. */
  readonly configs: readonly RunConfig[];
}

function configOf(
  { set, budget: _, ...shared }: SharedRequest,
  { recipe, settings }: VariantRecord,
): RunConfig {
  return resolveConfig({ ...shared, recipe, set: [...set, ...settings] });
}

/** Options that the comparison itself sets. */
const OWN_OPTIONS: Readonly<Record<string, string>> = {
  "data.labeled": "--labels",
  "data.source": "--data",
  "data.unlabeled": "--unlabeled",
  iterations: "--iterations",
  seed: "--seeds",
};

function refuseOwnOptions({ shared, variants }: AskedComparison): void {
  for (const setting of [...shared.set, ...variants.flatMap(({ settings }) => settings)]) {
    const key = setting.split("=")[0]!.trim();
    if (!Object.hasOwn(OWN_OPTIONS, key)) continue;
    throw new ConfigError(
      `Cannot compare: "${setting}" is set for runs, expected ${OWN_OPTIONS[key]}, which decides it`,
    );
  }
}

/**
 * Checks recipes, settings, data and labels, and brings weights.
 * @throws {ConfigError} If options cannot be
 * @throws {DatasetError} If the data is wrong or has nothing to evaluate on
 * @throws {WeightsUnavailable} If the weights cannot be had
 */
export async function prepareComparison(
  asked: AskedComparison,
  output: RunOutput,
): Promise<PreparedComparison> {
  refuseOwnOptions(asked);
  const configs = asked.variants.map((variant) => configOf(asked.shared, variant));
  const [config] = configs;
  const dataset = await chosenDataset(unchosen(config!));
  if (dataset.val.length === 0 && dataset.classes.length > 0) {
    throw new DatasetError(
      `Cannot compare on "${dataset.name}": it has no image to evaluate on, expected some in val`,
    );
  }
  const labels = await labelChoices(asked.labels, config!, dataset);
  await bringFiles(configs, output);
  return { dataset, labels, configs };
}

/** What runs would all bring at once, each telling of it in its log alone. */
async function bringFiles(configs: readonly RunConfig[], output: RunOutput): Promise<void> {
  const kinds = new Map(
    configs.map((config) => [JSON.stringify([config.network.weights, config.network.encoder]), config]),
  );
  for (const config of kinds.values()) await initialWeights(config, output);
  if (!["auto", "tensorflow"].includes(configs[0]!.backend)) return;
  try {
    await ensureLibrary({ onProgress: output.onDownload });
  } catch (error) {
    // the runs take another backend, and say why
    if (!(error instanceof BackendUnavailable)) throw error;
  }
}

function unchosen(config: RunConfig): RunConfig {
  return { ...config, data: { ...config.data, labeled: undefined } };
}

/**
 * Checks the files of the dataset once for all runs, with as many labels as the comparison has at most, and tells what it
 * found. Preset `own` leaves the crop to the photos and to free memory: it is decided here, since runs at the same time
 * would each find another.
 * @param share Of free memory that a run may take
 * @returns Settings for all runs
 * @throws {DatasetError} Collected, as `train` has it
 */
export async function decideSettings(
  asked: AskedComparison,
  { configs, labels, dataset }: PreparedComparison,
  share: number,
  output: RunOutput,
): Promise<string[]> {
  const [config] = configs;
  const most = labels.at(-1)!;
  const labeled = most.text === "all" ? undefined : most.text;
  const recipe = resolveConfig({ recipe: "supervised" }).recipe;
  const { report } = await prepareDataset({ ...config!, recipe, data: { ...config!.data, labeled } }, output);
  const all = dataset.train.length;
  if (most.count < all) output.note(`labels   at most ${most.count} of ${all} are used`);
  const isNamed = [...asked.shared.set, ...asked.variants.flatMap(({ settings }) => settings)]
    .some((setting) => /^\s*data\.crop\s*=/.test(setting));
  if (config!.preset !== "own" || isNamed) return [];
  const { data: { crop } } = withFittingCrop(config!, report, (text) => output.note(text), freeBytes(share));
  return [`data.crop=${crop.join("x")}`];
}

/** That share of the memory that is free; `undefined` where it may not be asked. */
function freeBytes(share: number): number | undefined {
  try {
    return Deno.systemMemoryInfo().available * share;
  } catch {
    return undefined;
  }
}
