/**
 * The training loop and what it is made of: configurations and presets, the optimizer, the schedule, checkpoints, weights
 * from other programs, several processes. One call for all of it is `trainRun` of `@guidedmix/guidedmix`.
 *
 * A configuration is a preset with changes, as on the command line; it is stored as TOML:
 *
 * ```ts
 * import { configFromToml, configToToml, polyLearningRate, resolveConfig } from "@guidedmix/guidedmix/train";
 * import assert from "node:assert/strict";
 *
 * const config = resolveConfig({ preset: "camvid", recipe: "supervised", set: ["optimizer.momentum=0.8"] });
 * assert.equal(config.optimizer.momentum, 0.8);
 * assert.deepEqual(configFromToml(configToToml(config), "config.toml"), config);
 *
 * const schedule = { base: 0.01, minimum: 1e-4, power: 0.9, iterations: 100 };
 * assert.equal(polyLearningRate(schedule, 0), 0.01);
 * assert.equal(polyLearningRate(schedule, 100), 1e-4);
 * ```
 *
 * @module
 */
export { Sgd } from "../train/sgd.ts";
export type { ParameterGroup, SgdOptions } from "../train/sgd.ts";
export type { Gradients } from "../train/gradients.ts";
export { polyLearningRate } from "../train/schedule.ts";
export type { PolySchedule } from "../train/schedule.ts";
export { readCheckpoint, writeCheckpoint } from "../train/checkpoint.ts";
export type { Checkpoint } from "../train/checkpoint.ts";
export { importWeights } from "../interop/import_weights.ts";
export type { ImportedWeights, ImportOptions } from "../interop/import_weights.ts";
export type { UnfitTensor, WeightMatch } from "../interop/match_weights.ts";
export { train } from "../train/trainer.ts";
export type { TrainEvents, TrainOptions, TrainOutcome } from "../train/train_options.ts";
export type { MeasuredThreshold } from "../train/train_options.ts";
export type { SureLevel } from "../eval/sure_level.ts";
export { joinWorkers, WorkerGroup } from "../train/distributed/worker_group.ts";
export { GradientBuckets } from "../train/distributed/gradient_buckets.ts";
export { clusterFromTfConfig } from "../train/distributed/cluster.ts";
export type { Cluster } from "../train/distributed/cluster.ts";
export type { WaitOptions } from "../train/distributed/wait_for_peers.ts";
export { encodeServerDef } from "../train/distributed/server_def.ts";
export type { ServerOptions } from "../train/distributed/server_def.ts";
export type {
  DiagnosisRow,
  EvalRow,
  MaskMeasures,
  StepMasksRow,
  SurePixelsRow,
  TrainRow,
  WrittenRow,
} from "../train/metric_rows.ts";
export { CheckpointFolder, type CheckpointFolderOptions } from "../train/checkpoint_folder.ts";
export type {
  DataConfig,
  EvaluationConfig,
  NetworkConfig,
  OptimizerConfig,
  RunConfig,
  SyntheticConfig,
} from "../config/run_config.ts";
export { resolveConfig } from "../config/resolve_config.ts";
export type { ConfigRequest } from "../config/resolve_config.ts";
export { configFromToml, configToToml } from "../config/config_toml.ts";
export { modelOptions } from "../config/network_of.ts";
export { findPreset, PRESETS } from "../config/presets/presets.ts";
export type { Preset } from "../config/presets/preset.ts";
