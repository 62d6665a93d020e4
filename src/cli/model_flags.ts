/** Flags that name the trained model that `eval`, `predict` and `export` work with. */
import type { Command } from "commander";
import { ConfigError } from "../core/errors.ts";
import { type ModelSource, readCheckpointModel, readRunModel } from "../run/model_source.ts";

/** Flags that name a model. */
export interface ModelFlags {
  /** A run folder. */
  readonly run?: string;
  /** A checkpoint file. */
  readonly checkpoint?: string;
  /** Which checkpoint of the run. */
  readonly use?: string;
}

/** Adds `--checkpoint` and `--use`; `--run` differs between commands. */
export function addCheckpointOptions(command: Command): Command {
  return command
    .option("--checkpoint <file>", "a checkpoint of a run, in place of --run")
    .option("--use <which>", "the run's checkpoint: last, or best on val (default: last)");
}

/**
 * Reads the model that the flags name.
 * @throws {ConfigError} If not exactly one of run and checkpoint is given, or the run has none
 * @throws {CheckpointMismatch} If the checkpoint is damaged, missing or not of the model that it describes
 */
export async function readModel({ run, checkpoint, use = "last" }: ModelFlags): Promise<ModelSource> {
  if ((run === undefined) === (checkpoint === undefined)) {
    const given = run === undefined ? "neither is given" : "both are given";
    throw new ConfigError(`Cannot choose a model: ${given}, expected --run DIR or --checkpoint FILE`);
  }
  if (use !== "last" && use !== "best") {
    throw new ConfigError(`Cannot choose a checkpoint: --use is "${use}", expected last or best`);
  }
  if (run === undefined) return await readCheckpointModel(checkpoint!);
  return await readRunModel(run, { use, onNote: (text) => console.error(text) });
}
