/**
 * guidedmix trains semantic segmentation networks from few labeled and many unlabeled images with GuidedMix-Net
 * (AAAI'22, arXiv 2106.15064), on a GPU or a plain CPU, with numbers that are checked against the official code.
 *
 * One call trains a run in a folder, as `deno task train` does; what it brought predicts pictures:
 *
 * ```ts
 * import { openModel, trainRun } from "@guidedmix/guidedmix";
 * import assert from "node:assert/strict";
 *
 * const out = await Deno.makeTempDir();
 * using run = await trainRun({
 *   preset: "demo-wasm", // generated pictures; data: "my" takes a folder of yours
 *   backend: "wasm", // or "auto", which is the default
 *   iterations: 2,
 *   labeled: "1/2",
 *   set: ["data.synthetic.train=8", "data.synthetic.val=2", "data.workers=0"],
 *   out,
 *   onEvent: (event) => {
 *     if (event.kind === "eval") assert.ok(event.miou >= 0);
 *   },
 * });
 * assert.equal(run.iteration, 2);
 *
 * using model = await openModel(out); // or a checkpoint alone
 * const gray = { width: 40, height: 30, data: new Uint8Array(40 * 30 * 3).fill(128) };
 * const { labels, classes, colors, probabilities } = await model.predict(gray); // or the bytes of a JPEG
 * assert.equal(labels.length, 40 * 30);
 * assert.equal(probabilities!.data.length, 40 * 30 * classes.length);
 * assert.equal(colors.length, classes.length);
 * await Deno.remove(out, { recursive: true });
 * ```
 *
 * Below that is the step: a network, its losses and gradients, an update. What it is made of, and everything around it,
 * is in `./method`, `./data`, `./train`, `./eval`, `./formats` and `./export`.
 *
 * ```ts
 * import { guidedMixStep, Network, openBackend, RECIPES } from "@guidedmix/guidedmix";
 * import { Sgd } from "@guidedmix/guidedmix/train";
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
 *   // what predicts mixtures in training
 *   mixDecoder: true,
 *   // parts of the recipes `official` and `paper`
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
export { openModel, type OpenModelOptions } from "./src/run/open_model.ts";
export type { ExportableModel, Model, ModelPrediction, ModelPredictOptions } from "./src/run/model.ts";
export { type TrainedRun, trainRun } from "./src/run/train_run.ts";
export type { NoteEvent, ProgressEvent, RunEvent, TrainRunOptions } from "./src/run/train_run.ts";

export { openBackend } from "./src/backends/open_backend.ts";
export type { Host } from "./src/backends/library/host.ts";
export type { BackendChoice, BackendOptions, RefusedBackend } from "./src/backends/open_backend.ts";
export type { BackendMemory, BackendName, OpenBackend } from "./src/backends/opened_backend.ts";
export type { ContextOptions } from "./src/backends/tensorflow/context.ts";
export type { LibraryProgress, ProgressHandler } from "./src/backends/library/progress.ts";
export * from "./src/core/errors.ts";
export type {
  AuxiliaryDecoders,
  DecoderOptions,
  EfficientNetLiteOptions,
  EfficientNetLiteVariant,
  EncoderDepth,
  EncoderOptions,
  EncoderStages,
  MitransOptions,
  ModelOptions,
  MovingThresholds,
  ResnetOptions,
} from "./src/config/model_options.ts";
export { checkRecipe } from "./src/config/check_recipe.ts";
export { RECIPE_NAMES, RECIPES } from "./src/config/recipe.ts";
export type {
  HardPixelOptions,
  PseudoLabelSource,
  Recipe,
  RecipeName,
  TeacherOptions,
} from "./src/config/recipe.ts";
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
export type { BoxesOptions, LabeledBoxOptions, PseudoLabelOptions } from "./src/config/objectives/boxes.ts";
export type {
  CctOptions,
  CrossConsistencyOptions,
  PerturbationOptions,
} from "./src/config/objectives/cct.ts";
export type { ConsistencyOptions, CutMixSegOptions } from "./src/config/objectives/cutmix_seg.ts";
export type {
  ConfidentOptions,
  FeatureStreamOptions,
  StrongViewsOptions,
} from "./src/config/objectives/strong_views.ts";
export type { DonorBoxOptions, PairOptions, ThresholdRule } from "./src/config/objectives/parts.ts";
export type { UnlabeledViews } from "./src/config/view_options.ts";
export { Network } from "./src/model/network.ts";
export { type Lender, ParameterStore } from "./src/nn/parameters.ts";
export type { Initial, ParameterKind, ParameterSpec } from "./src/nn/parameter_spec.ts";
export { guidedMixStep } from "./src/method/guided_mix_step.ts";
export type { StepContext, StepResult } from "./src/method/guided_mix_step.ts";
export type { StepBatch } from "./src/method/step_batch.ts";
