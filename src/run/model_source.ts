/** A trained model: of a run, or of a checkpoint alone. */
import { ConfigError } from "../core/errors.ts";
import { Network } from "../model/network.ts";
import { type Checkpoint, readCheckpoint } from "../train/checkpoint.ts";
import { checkModel } from "./check_model.ts";
import { editedOptions } from "./config_differences.ts";
import { describedModel, type ModelDescription } from "./model_metadata.ts";
import { checkModelSizes, inferenceOptions } from "./model_sizes.ts";
import { RunFolder } from "./run_folder.ts";

/** A checkpoint and what it says of its model. */
export interface ModelSource extends ModelDescription {
  /** What was named, for people. */
  readonly name: string;
  /** The weights. */
  readonly checkpoint: Checkpoint;
}

function describedSource(checkpoint: Checkpoint, name: string): ModelSource {
  const described = describedModel(checkpoint.metadata, name);
  checkModelSizes(described.model, checkpoint, name);
  checkModel(checkpoint, described.model, name);
  return { name, checkpoint, ...described };
}

/**
 * Reads the model in a checkpoint of a run.
 * @throws {CheckpointMismatch} If it is damaged, missing or not of the model that it describes
 */
export async function readCheckpointModel(path: string): Promise<ModelSource> {
  return describedSource(await readCheckpoint(path), path);
}

/** Which checkpoint of a run. */
export interface RunModelOptions {
  /** The newest, or the best on val. Default `last`. */
  readonly use?: "last" | "best";
  /** Told of checkpoints that are damaged and passed over, and of a config.toml that was edited. */
  readonly onNote?: (text: string) => void;
}

/**
 * Reads the model of a run.
 * @param path The run's folder
 * @throws {ConfigError} If no run is there, or it has no checkpoint yet
 * @throws {CheckpointMismatch} As `readCheckpointModel`
 */
export async function readRunModel(
  path: string,
  { use = "last", onNote = () => {} }: RunModelOptions = {},
): Promise<ModelSource> {
  const folder = new RunFolder(path);
  const written = await folder.readConfig();
  const checkpoint = use === "best"
    ? await readCheckpoint(folder.checkpoints.bestPath)
    : await folder.checkpoints.newest(onNote);
  if (checkpoint === undefined) {
    throw new ConfigError(`Cannot use run "${path}": it has no checkpoint yet, expected one`);
  }
  const source = describedSource(checkpoint, path);
  const edited = editedOptions(source.config, written);
  if (edited.length > 0) {
    onNote(
      `note     the config.toml of "${path}" was edited (${
        edited.join(", ")
      }): what its checkpoint was trained with counts`,
    );
  }
  return source;
}

/** The network for prediction, without the parts that only training has; the caller disposes it. */
export function inferenceNetwork({ model, checkpoint, config }: ModelSource): Network {
  const network = new Network(inferenceOptions(model), config.seed);
  try {
    const names = new Set(network.parameters.names());
    network.parameters.load(new Map([...checkpoint.parameters].filter(([name]) => names.has(name))));
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}
