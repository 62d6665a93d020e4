/** The trained model that `eval`, `predict` and `export` work with: a run's or a checkpoint's. */
import type { Command } from "commander";
import { ConfigError } from "../core/errors.ts";
import { Network } from "../model/network.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import { readCheckpoint } from "../train/checkpoint.ts";
import { checkModel } from "./check_model.ts";
import { describedModel, type ModelDescription } from "./model_metadata.ts";
import { checkModelSizes, inferenceOptions } from "./model_sizes.ts";
import { RunFolder } from "./training/run_folder.ts";

/** Flags that name a model. */
export interface ModelFlags {
  /** A run folder. */
  readonly run?: string;
  /** A checkpoint file. */
  readonly checkpoint?: string;
  /** Which checkpoint of the run. */
  readonly use?: string;
}

/** A checkpoint and what it says of its model. */
export interface ModelSource extends ModelDescription {
  /** What was named, for people. */
  readonly name: string;
  /** The weights. */
  readonly checkpoint: Checkpoint;
}

/** Adds `--checkpoint` and `--use`; `--run` differs between commands. */
export function addCheckpointOptions(command: Command): Command {
  return command
    .option("--checkpoint <file>", "a checkpoint of a run, in place of --run")
    .option("--use <which>", "the run's checkpoint: last, or best on val (default: last)");
}

async function runCheckpoint(path: string, use: string): Promise<Checkpoint> {
  const folder = new RunFolder(path);
  await folder.readConfig();
  if (use === "best") return await readCheckpoint(folder.checkpoints.bestPath);
  const newest = await folder.checkpoints.newest((text) => console.error(text));
  if (newest !== undefined) return newest;
  throw new ConfigError(`Cannot use run "${path}": it has no checkpoint yet, expected one`);
}

/**
 * Reads the model that the flags name.
 * @throws {ConfigError} If not exactly one of run and checkpoint is given, or the run has none
 * @throws {CheckpointMismatch} If the checkpoint is damaged, missing or not of the model that it describes
 */
export async function readModel({ run, checkpoint: path, use = "last" }: ModelFlags): Promise<ModelSource> {
  if ((run === undefined) === (path === undefined)) {
    const given = run === undefined ? "neither is given" : "both are given";
    throw new ConfigError(`Cannot choose a model: ${given}, expected --run DIR or --checkpoint FILE`);
  }
  if (use !== "last" && use !== "best") {
    throw new ConfigError(`Cannot choose a checkpoint: --use is "${use}", expected last or best`);
  }
  const checkpoint = run === undefined ? await readCheckpoint(path!) : await runCheckpoint(run, use);
  const name = run ?? path!;
  const described = describedModel(checkpoint.metadata, name);
  checkModelSizes(described.model, checkpoint, name);
  checkModel(checkpoint, described.model, name);
  return { name, checkpoint, ...described };
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
