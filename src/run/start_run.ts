/** How a run begins: new, from a checkpoint, or not at all because it is done. */
import { encoderText } from "../config/encoder_facts.ts";
import { modelOptions } from "../config/network_of.ts";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError, DatasetError } from "../core/errors.ts";
import { leftOutText } from "../data/left_out_text.ts";
import type { Dataset } from "../data/dataset.ts";
import { importWeights } from "../interop/import_weights.ts";
import { Network } from "../model/network.ts";
import { readMetrics } from "../report/metrics_file.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import { chooseEngine } from "../train/step_engine.ts";
import { editedOptions } from "./config_differences.ts";
import { earlierPieces } from "./earlier_pieces.ts";
import { describedModel, shownName } from "./model_metadata.ts";
import type { RunRequest, RunResult } from "./run.ts";
import { readText, RunFolder } from "./run_folder.ts";
import type { RunOutput } from "./run_output.ts";
import { wholeEvaluation } from "./stored_evaluation.ts";
import { weightFile } from "./weight_file.ts";

/**
 * The newest checkpoint of the run that is gone on with; `undefined` for a new run.
 * @throws {ConfigError} If a run is there that is not to be gone on with, or its config.toml was edited
 * @throws {DatasetError} If its images or classes are others now
 * @throws {CheckpointMismatch} If all of its checkpoints are damaged
 */
export async function resumedCheckpoint(
  { config, resume }: RunRequest,
  folder: RunFolder,
  dataset: Dataset,
  output: RunOutput,
): Promise<Checkpoint | undefined> {
  if (!resume || !await folder.hasRun()) {
    await folder.refuseRun();
    return undefined;
  }
  const lost = await folder.checkSplit(dataset);
  const checkpoint = await folder.checkpoints.newest((text) => output.note(`note     ${text}`));
  if (checkpoint !== undefined) {
    checkOptions(checkpoint, folder, config);
    checkClasses(checkpoint, folder, dataset);
  }
  refuseFewer(checkpoint?.iteration ?? 0, config.iterations, folder.path);
  // a run that was killed after its last checkpoint had not done so
  if (checkpoint !== undefined) await folder.checkpoints.prune(checkpoint.iteration);
  for (const line of changedTexts(await folder.readConfig(), config)) output.note(`note     ${line}`);
  if (lost > 0) {
    output.note(
      `note     ${leftOutText(lost)} less than before: unlabeled photos come in another order from here on`,
    );
  }
  output.note(`resume   from iteration ${checkpoint?.iteration ?? 0} of ${config.iterations}`);
  return checkpoint;
}

/** What a run that goes on has otherwise than before. */
function changedTexts(before: RunConfig, now: RunConfig): string[] {
  const texts: string[] = [];
  if (before.iterations !== now.iterations) {
    texts.push(
      `iterations were ${before.iterations} and are ${now.iterations}: learning rate and ramp-ups follow the new length ` +
        "from here on, so that the run is not the one that had begun with it",
    );
  }
  if (before.data.source !== now.data.source) texts.push(`data was in "${before.data.source}"`);
  return texts;
}

function refuseFewer(done: number, iterations: number, path: string): void {
  if (done <= iterations) return;
  throw new ConfigError(
    `Cannot resume "${path}" with ${iterations} iterations: ${done} are done, expected more; a shorter run is a new one`,
  );
}

function checkOptions({ metadata }: Checkpoint, { path }: RunFolder, config: RunConfig): void {
  const edited = editedOptions(describedModel(metadata, path).config, config);
  if (edited.length === 0) return;
  throw new ConfigError(
    `Cannot resume "${path}": its config.toml was edited since its last checkpoint, ${
      edited.join(", ")
    }; expected the ` +
      "options that it was trained with: put them back, or begin another run in a new --out",
  );
}

function checkClasses({ metadata }: Checkpoint, folder: RunFolder, dataset: Dataset): void {
  const { classes } = describedModel(metadata, folder.path);
  if (classes.join() === dataset.classes.map(shownName).join()) return;
  throw new DatasetError(
    `Cannot resume "${folder.path}": the classes of "${dataset.name}" are ${
      dataset.classes.join(", ")
    } now, ` +
      `expected those that the run began with, ${classes.join(", ")}`,
  );
}

/**
 * The network of a run, with the weights that it begins with; what matched is printed.
 * @param weights Path of their file, from `initialWeights`
 * @throws {CheckpointMismatch} If the weights do not fit
 */
export async function makeNetwork(
  config: RunConfig,
  classes: number,
  output: RunOutput,
  weights: string | undefined,
): Promise<Network> {
  const network = new Network(modelOptions(config, classes), config.seed);
  const size = (network.parameters.size() / 1e6).toFixed(2);
  output.note(`network  ${encoderText(config.network.encoder)}, ${size} M weights`);
  if (weights === undefined) return network;
  try {
    const { tensors, report } = importWeights(await weightFile(weights), network.parameters.specs());
    network.parameters.load(tensors);
    output.note(report);
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** How a step is computed, as a line of the start. */
export function stepText(config: RunConfig, workers: number): string {
  const { precision, recompute } = config;
  const { name, why } = chooseEngine({ ...config, workers });
  const ran = name === "function" ? "one TensorFlow function" : `op by op, ${why}`;
  const again = recompute === "none" ? "" : `; ${recompute} computed again in the backward pass`;
  if (precision === "float32") return `step     float32, ${ran}${again}`;
  return `step     convolutions in ${precision}, weights and norms in float32; evaluation in float32; ${ran}${again}`;
}

/** What a run that is done already brought; `undefined` where there is something left to do. */
export async function doneBefore(
  { out, resume, config: { iterations } }: RunRequest,
  output: RunOutput,
): Promise<RunResult | undefined> {
  const folder = new RunFolder(out, (text) => output.note(`note     ${text}`));
  if (!resume || !await folder.hasRun()) return undefined;
  const config = await folder.readConfig();
  const evaluation = await wholeEvaluation(folder);
  if (evaluation?.iteration !== iterations) return undefined;
  output.note(`run      ${folder.path} is finished, nothing is left to do`);
  const metrics = readMetrics(
    await readText(folder.file("metrics.jsonl")) ?? "",
    (text) =>
      folder.note(`"${folder.file("metrics.jsonl")}" is damaged, ${text}: what is damaged is left out`),
  );
  const { recipe: { name: group }, seed } = config;
  const iteration = iterations;
  const compared = { name: folder.path, group, seed, metrics, summary: evaluation.summary };
  const { seconds } = await earlierPieces(folder);
  return {
    folder: folder.path,
    iteration,
    finished: true,
    evaluation,
    findings: [],
    compared,
    seconds: seconds ?? 0,
    sinceResume: seconds === undefined,
  };
}
