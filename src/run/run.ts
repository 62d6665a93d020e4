/** What a training run is asked for, works with and brings. */
import type { RunConfig } from "../config/run_config.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import type { Network } from "../model/network.ts";
import type { ComparedRun, EvaluationRecord, Finding } from "../report/run_record.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import type { WorkerGroup } from "../train/distributed/worker_group.ts";
import type { TrainOutcome } from "../train/train_options.ts";
import type { EarlierPieces } from "./earlier_pieces.ts";
import type { Session } from "./open_session.ts";
import type { RunFolder } from "./run_folder.ts";
import type { RunOutput } from "./run_output.ts";

/** What a run works with. */
export interface RunRequest {
  /** What to train. */
  readonly config: RunConfig;
  /** Where to. */
  readonly out: string;
  /** Goes on with the run that lives there, if there is one. */
  readonly resume: boolean;
  /** Takes a crop that fits the photos in place of the configuration's, in a new run. */
  readonly fitCrop?: boolean;
  /** Runs to compare with in the report, the baseline first. */
  readonly comparison?: readonly ComparedRun[];
  /** The command line, for the report; those that the run was begun and gone on with are put before it. */
  readonly command: string;
}

/** Who the run talks to. */
export interface RunContext {
  /** The backend. */
  readonly session: Session;
  /** Is told what happens. */
  readonly output: RunOutput;
  /** Asked after every update; true ends the run with a checkpoint. */
  readonly stop: { asked(): boolean };
  /** Processes that train together, this one their chief. */
  readonly workers?: WorkerGroup;
}

/** How a run ended. */
export interface RunResult {
  /** Its folder. */
  readonly folder: string;
  /** Updates done. */
  readonly iteration: number;
  /** False when it was stopped. */
  readonly finished: boolean;
  /** The evaluation on val after the last iteration; missing without val and when it was stopped. */
  readonly evaluation?: EvaluationRecord;
  /** The best mIoU seen on val. */
  readonly best?: TrainOutcome["best"];
  /** What limits it, at most three, the weightiest first; empty where it was stopped. */
  readonly findings: readonly Finding[];
  /** For the comparison of later runs. */
  readonly compared: ComparedRun;
  /** Seconds spent on it, by all of its pieces; by this process alone where `sinceResume`. */
  readonly seconds: number;
  /** Whether it was gone on with and its folder does not tell how long the pieces before took. */
  readonly sinceResume: boolean;
}

/** A run with everything that it works on. */
export interface Run extends RunContext {
  /** What was asked for. */
  readonly request: RunRequest;
  /** Its folder. */
  readonly folder: RunFolder;
  /** The data, its labeled part chosen. */
  readonly dataset: Dataset;
  /** Unlabeled images with their masks, for a diagnosis; empty where none was asked for. */
  readonly diagnosis: readonly Item[];
  /** Mean share of a crop that is padding, from 0 to 1. */
  readonly paddedShare: number;
  /** The network. */
  readonly network: Network;
  /** Where it goes on from. */
  readonly resumed?: Checkpoint;
  /** Start of this piece, ISO 8601. */
  readonly started: string;
  /** The pieces before; missing for a new run. */
  readonly earlier?: EarlierPieces;
}
