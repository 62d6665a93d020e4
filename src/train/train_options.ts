import type { RunConfig } from "../config/run_config.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import type { LoadedBatch } from "../data/loader/batch.ts";
import type { Evaluation } from "../eval/evaluate_dataset.ts";
import type { SureLevel } from "../eval/sure_level.ts";
import type { StepResult } from "../method/guided_mix_step.ts";
import type { Network } from "../model/network.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { CheckpointFolder } from "./checkpoint_folder.ts";
import type { WorkerGroup } from "./distributed/worker_group.ts";
import type { DiagnosisRow, EvalRow, TrainRow } from "./metric_rows.ts";

/** A threshold that held-out photos decided at the start of a round. */
export interface MeasuredThreshold extends SureLevel {
  /** Photos that were held out. */
  readonly photos: number;
  /** Share of right pixels that was asked for. */
  readonly wanted: number;
}

/** What a training run reports while it goes on. */
export interface TrainEvents {
  /** After each update. */
  onStep?(iteration: number, step: StepResult, batch: LoadedBatch): void;
  /** Every `logEvery` updates. */
  onTrainRow?(row: TrainRow): void | Promise<void>;
  /** After each image of an evaluation. */
  onImage?(done: number, total: number): void;
  /** After each evaluation. */
  onEvaluation?(row: EvalRow, evaluation: Evaluation): void | Promise<void>;
  /** After each comparison of pseudo masks with true masks, where `diagnosis` asks for it. */
  onDiagnosis?(row: DiagnosisRow): void | Promise<void>;
  /** At the start of each round, and where a run goes on in one. @param round From 0 */
  onRound?(round: number, rounds: number): void;
  /** After each photo that a teacher labels at the start of a round. */
  onPhoto?(done: number, total: number): void;
  /** At the start of a round, and where a run goes on in one, if held-out photos decide its threshold. */
  onThreshold?(measured: MeasuredThreshold): void;
  /** Where steps that were to be recorded run op by op: why. */
  onFallback?(why: string): void;
  /** Asked after each update; true ends the run with a checkpoint. */
  shouldStop?(): boolean;
}

/** A training run. */
export interface TrainOptions extends TrainEvents {
  /** Trained in place; stays the caller's. */
  readonly network: Network;
  /** `train` labeled, `unlabeled`, and `val` for evaluation. */
  readonly dataset: Dataset;
  /**
   * Unlabeled images with their masks: at each evaluation what the network says of them is compared with the masks. A
   * diagnosis, nothing of it is trained with; without it no mask of an unlabeled image is opened.
   */
  readonly diagnosis?: readonly Item[];
  /** What the run is. */
  readonly config: RunConfig;
  /** Where its checkpoints go. */
  readonly checkpoints: CheckpointFolder;
  /** Put into every checkpoint, see `Checkpoint.metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Goes on from here; the network's parameters are set from it. */
  readonly resume?: Checkpoint;
  /** Most bytes that tensors held, and a new start of that peak, for the rows. */
  readonly memory?: { peakBytes(): number; reset(): void };
  /**
   * The processes that train together; `config.batch` is divided among them, and only the chief writes. The losses are
   * then the means over all of them.
   */
  readonly workers?: WorkerGroup;
  /** Updates between rows. Default 10. */
  readonly logEvery?: number;
}

/** How a run ended. */
export interface TrainOutcome {
  /** Updates done. */
  readonly iteration: number;
  /** False when `shouldStop` ended it. */
  readonly finished: boolean;
  /** The evaluation after the last update; absent when it was stopped. */
  readonly evaluation?: Evaluation;
  /** The best mIoU seen, with its iteration. */
  readonly best?: { readonly miou: number; readonly iteration: number };
}
