/**
 * guidedmix trains semantic segmentation networks from few labeled and many unlabeled images with GuidedMix-Net
 * (AAAI'22, arXiv 2106.15064), on a GPU or a plain CPU, with numbers that are checked against the official code.
 *
 * A network, one training step, an update:
 *
 * ```ts
 * import { Network, guidedMixStep, openBackend, RECIPES, Sgd } from "@guidedmix/guidedmix";
 * import * as tf from "@tensorflow/tfjs-core";
 * import assert from "node:assert/strict";
 *
 * await openBackend("wasm"); // or "auto"
 * const network = new Network({
 *   classes: 3,
 *   encoder: {
 *     depth: 18,
 *     stem: "v1c",
 *     stemChannels: 8,
 *     baseChannels: 4,
 *     outputStride: 8,
 *     contractDilation: true,
 *   },
 *   decoder: { channels: 6, dilations: [1, 2, 3], dropout: 0.1, alignCorners: false },
 *   // training parts of the recipes `official` and `paper`
 *   mixDecoder: false,
 *   mitrans: false,
 *   classifier: false,
 * }, 7);
 * const batch = {
 *   labeled: tf.randomNormal<tf.Rank.R4>([2, 33, 33, 3], 0, 1, "float32", 1),
 *   labels: tf.zeros<tf.Rank.R3>([2, 33, 33], "int32"),
 *   unlabeled: tf.randomNormal<tf.Rank.R4>([2, 33, 33, 3], 0, 1, "float32", 2),
 * };
 * const optimizer = new Sgd({ momentum: 0.9, weightDecay: 5e-4 });
 *
 * const before = tf.memory().numTensors;
 * const step = await guidedMixStep(network, batch, RECIPES.guidedmix, {
 *   seed: 7,
 *   iteration: 0,
 *   iterations: 100,
 * });
 * assert.deepEqual(Object.keys(step.losses).sort(), ["ce", "mix", "total", "usup"]);
 * optimizer.step(network.parameters, step.gradients, 0.01);
 *
 * // prediction knows encoder and labeled decoder alone
 * const logits = network.logits(batch.unlabeled);
 * assert.deepEqual(logits.shape, [2, 33, 33, 3]);
 * logits.dispose();
 * optimizer.dispose();
 * assert.equal(tf.memory().numTensors, before);
 * ```
 *
 * @module
 */
export { openBackend } from "./src/backends/open_backend.ts";
export type { Host } from "./src/backends/library/host.ts";
export type { BackendChoice, BackendOptions, RefusedBackend } from "./src/backends/open_backend.ts";
export type { BackendMemory, BackendName, OpenBackend } from "./src/backends/opened_backend.ts";
export type { ContextOptions } from "./src/backends/tensorflow/context.ts";
export type { LibraryProgress, ProgressHandler } from "./src/backends/library/progress.ts";

export * from "./src/core/errors.ts";
export { betaDraw, numpyRandomState, randomStream } from "./src/core/random.ts";
export type { RandomStream } from "./src/core/random.ts";

export type {
  DecoderOptions,
  EfficientNetLiteOptions,
  EfficientNetLiteVariant,
  EncoderDepth,
  EncoderOptions,
  EncoderStages,
  MitransOptions,
  ModelOptions,
  ResnetOptions,
} from "./src/config/model_options.ts";
export { checkRecipe, RECIPE_NAMES, RECIPES } from "./src/config/recipe.ts";
export type { Recipe, RecipeName, TeacherOptions } from "./src/config/recipe.ts";
export type {
  ObjectiveKind,
  ObjectiveOptions,
  SupervisedOptions,
} from "./src/config/objectives/objective_options.ts";
export type {
  BlendOptions,
  ClassifierOptions,
  DecoupleMode,
  DecoupleOptions,
  DecoupleSpace,
  GuidedMixOptions,
  LabeledMixOptions,
  UnsupervisedOptions,
} from "./src/config/objectives/guided_mix.ts";
export type {
  BoxesOptions,
  DonorBoxOptions,
  LabeledBoxOptions,
  PseudoLabelOptions,
} from "./src/config/objectives/boxes.ts";
export type { PairOptions } from "./src/config/objectives/parts.ts";
export type { UnlabeledViews } from "./src/config/view_options.ts";

export { Network } from "./src/model/network.ts";
export { ParameterStore } from "./src/nn/parameters.ts";
export type { Initial, ParameterKind, ParameterSpec } from "./src/nn/parameters.ts";
export type { StoredData, StoredDtype, StoredTensor } from "./src/formats/stored_tensor.ts";
export { parameterSpecs } from "./src/model/parameter_specs.ts";

export { guidedMixStep } from "./src/method/guided_mix_step.ts";
export type { StepContext, StepResult } from "./src/method/guided_mix_step.ts";
export type { StepBatch } from "./src/method/step_batch.ts";
export { drawStep } from "./src/method/draw_step.ts";
export type { DrawSource, StepDraws } from "./src/method/step_draws.ts";
export { drawMixCoefficient } from "./src/method/mix_coefficient.ts";
export type { MixCoefficient } from "./src/method/mix_coefficient.ts";
export { nearestPairs, randomPairs } from "./src/method/pairing.ts";
export type { PairIndices, Pairs, PairSource, PooledFeatures } from "./src/method/pairing.ts";
export { mix } from "./src/method/mixing.ts";
export { boxMask, drawBoxes } from "./src/method/boxes.ts";
export type { Box } from "./src/method/boxes.ts";
export { labelsOn, pasteBoxes } from "./src/method/box_mixture.ts";
export { decouple } from "./src/method/decoupling.ts";
export { rampUp } from "./src/method/ramp_up.ts";
export { binaryCrossEntropy, squaredError } from "./src/method/scalar_losses.ts";
export { focalHard, focalSoft, OFFICIAL_FOCAL } from "./src/method/focal_loss.ts";
export type { FocalOptions } from "./src/method/focal_loss.ts";
export { crossEntropy, IGNORE_LABEL } from "./src/nn/cross_entropy.ts";
export type { CrossEntropyAverage, CrossEntropyOptions } from "./src/nn/cross_entropy.ts";
export type {
  BatchNormKernels,
  BatchStatistics,
  NormalizedBatch,
  RunningStatistics,
} from "./src/nn/batch_norm_kernels.ts";
export { checkPrecision } from "./src/nn/precision.ts";
export type { ConvolutionPrecision } from "./src/nn/precision.ts";
export type { EdgeDecisions, PoolChoices } from "./src/nn/edge_decisions.ts";
export type { Indices, Varying } from "./src/nn/varying.ts";
export { Tape, Value } from "./src/nn/tape.ts";
export type { Freed, Observation, OpRecord, ScopeResult, TapeOptions } from "./src/nn/tape.ts";
export type { AnyTensor, FeatureMap, LabelMap as LabelTensor } from "./src/nn/tensors.ts";

export { Sgd } from "./src/train/sgd.ts";
export type { ParameterGroup, SgdOptions } from "./src/train/sgd.ts";
export type { Gradients } from "./src/train/gradients.ts";
export { polyLearningRate } from "./src/train/schedule.ts";
export type { PolySchedule } from "./src/train/schedule.ts";
export { readCheckpoint, writeCheckpoint } from "./src/train/checkpoint.ts";
export type { Checkpoint } from "./src/train/checkpoint.ts";

export { predictImage, predictProbabilities } from "./src/eval/predict_image.ts";
export type { Prediction, PredictOptions } from "./src/eval/predict_image.ts";
export { ConfusionMatrix } from "./src/eval/confusion.ts";
export type { ClassResult, EvaluationSummary } from "./src/eval/confusion.ts";
export { importWeights } from "./src/interop/import_weights.ts";
export type { ImportedWeights, ImportOptions } from "./src/interop/import_weights.ts";
export type { UnfitTensor, WeightMatch } from "./src/interop/match_weights.ts";
export { openDataset } from "./src/data/open_dataset.ts";
export type { Layout, OpenDatasetOptions } from "./src/data/open_dataset.ts";
export { chooseLabeled } from "./src/data/choose_labeled.ts";
export { withheldItems } from "./src/data/withheld_items.ts";
export type { ChooseLabeledOptions } from "./src/data/choose_labeled.ts";
export { countClasses, medianWeights } from "./src/data/class_weights.ts";
export type { ClassPixels } from "./src/data/class_weights.ts";
export { addUnlabeled } from "./src/data/add_unlabeled.ts";
export { openUnlabeled } from "./src/data/open_unlabeled.ts";
export type { OpenUnlabeledOptions } from "./src/data/open_unlabeled.ts";
export { checkDataset } from "./src/data/check_dataset.ts";
export type { CheckDatasetOptions } from "./src/data/check_dataset.ts";
export type { SurveyProgress } from "./src/data/masks/survey_masks.ts";
export type { CheckReport } from "./src/data/check_report.ts";
export type { SyntheticOptions } from "./src/data/synthetic/synthetic.ts";
export { readImage, readLabeled, readLabelMap } from "./src/data/read_item.ts";
export type {
  Color,
  Dataset,
  DrawnSource,
  FileSource,
  Item,
  LabelMap,
  MaskRule,
  Source,
  SyntheticSource,
} from "./src/data/dataset.ts";
export type {
  BitmapShape,
  LabeledShape,
  LayerShape,
  PolygonShape,
  RunsShape,
  Shape,
} from "./src/data/shapes/shape.ts";
export { createLoader } from "./src/data/loader/loader.ts";
export type { Loader, LoaderOptions, LoaderStats } from "./src/data/loader/loader.ts";
export type { LoadedBatch } from "./src/data/loader/batch.ts";
export { augmentOptions } from "./src/data/augment/augment_options.ts";
export type { AugmentOptions, PictureSize } from "./src/data/augment/augment_options.ts";

export { train } from "./src/train/trainer.ts";
export type { TrainEvents, TrainOptions, TrainOutcome } from "./src/train/train_options.ts";
export { joinWorkers, WorkerGroup } from "./src/train/distributed/worker_group.ts";
export { GradientBuckets } from "./src/train/distributed/gradient_buckets.ts";
export { clusterFromTfConfig } from "./src/train/distributed/cluster.ts";
export type { Cluster } from "./src/train/distributed/cluster.ts";
export type { WaitOptions } from "./src/train/distributed/wait_for_peers.ts";
export { encodeServerDef } from "./src/train/distributed/server_def.ts";
export type { ServerOptions } from "./src/train/distributed/server_def.ts";
export type { BatchShare } from "./src/method/batch_share.ts";
export type { EvaluationShare } from "./src/eval/evaluate_dataset.ts";
export type {
  DiagnosisRow,
  EvalRow,
  MaskMeasures,
  StepMasksRow,
  SurePixelsRow,
  TrainRow,
} from "./src/train/metric_rows.ts";
export { CheckpointFolder, type CheckpointFolderOptions } from "./src/train/checkpoint_folder.ts";
export type {
  DataConfig,
  EvaluationConfig,
  NetworkConfig,
  OptimizerConfig,
  RunConfig,
  SyntheticConfig,
} from "./src/config/run_config.ts";
export { resolveConfig } from "./src/config/resolve_config.ts";
export type { ConfigRequest } from "./src/config/resolve_config.ts";
export { configFromToml, configToToml } from "./src/config/config_toml.ts";
export { modelOptions } from "./src/config/network_of.ts";
export { findPreset, PRESETS } from "./src/config/presets/presets.ts";
export type { Preset } from "./src/config/presets/preset.ts";
export { evaluateDataset } from "./src/eval/evaluate_dataset.ts";
export type { EvaluateOptions, Evaluation } from "./src/eval/evaluate_dataset.ts";
export { comparePseudoMasks } from "./src/eval/pseudo_masks.ts";
export type { ComparePseudoMasksOptions, PseudoMaskComparison, SurePixels } from "./src/eval/pseudo_masks.ts";

export { decodeRgb } from "./src/formats/decode_rgb.ts";
export type { RgbImage } from "./src/formats/rgb_image.ts";
