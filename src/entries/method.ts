/**
 * The parts of a training step, one by one: pairing, mixing, decoupling, losses, ramp-up, on a tape of differentiable
 * ops. The whole step is `guidedMixStep` of `@guidedmix/guidedmix`.
 *
 * Each of two unlabeled images is paired with the labeled one whose pooled features are nearest, then both are blended:
 *
 * ```ts
 * import { mix, nearestPairs, rampUp, Tape } from "@guidedmix/guidedmix/method";
 * import { openBackend } from "@guidedmix/guidedmix";
 * import * as tf from "@tensorflow/tfjs-core";
 * import assert from "node:assert/strict";
 *
 * await openBackend("wasm");
 * const features = (...values: number[]) => ({ values: Float32Array.from(values), count: values.length / 2 });
 * const pairs = nearestPairs(features(0, 0, 1, 1), features(0.9, 1, 0.1, 0), "unlabeled");
 * assert.deepEqual(pairs.labeled, [1, 0]);
 *
 * const tape = new Tape();
 * const labeled = tape.constant(tf.tensor4d([0, 1], [2, 1, 1, 1]));
 * const unlabeled = tape.constant(tf.tensor4d([5, 5], [2, 1, 1, 1]));
 * const mixed = mix(tape, labeled, unlabeled, pairs, 0.25);
 * assert.deepEqual([...mixed.tensor.dataSync()], [4, 3.75]); // 0.25 · labeled + 0.75 · unlabeled
 *
 * assert.equal(rampUp(10, 10), 1); // ω has its full weight after the ramp
 * tape.dispose();
 * ```
 *
 * @module
 */
export { betaDraw, numpyRandomState, randomStream } from "../core/random.ts";
export type { RandomStream } from "../core/random.ts";
export { parameterSpecs } from "../model/parameter_specs.ts";
export { drawStep } from "../method/draw_step.ts";
export type { DrawSource, StepDraws } from "../method/step_draws.ts";
export { drawMixCoefficient } from "../method/mix_coefficient.ts";
export type { MixCoefficient } from "../method/mix_coefficient.ts";
export { nearestPairs, randomPairs } from "../method/pairing.ts";
export type { PairIndices, Pairs, PairSource, PooledFeatures } from "../method/pairing.ts";
export { mix } from "../method/mixing.ts";
export { boxMask, drawBoxes } from "../method/boxes.ts";
export type { Box } from "../method/boxes.ts";
export { labelsOn, pasteBoxes } from "../method/box_mixture.ts";
export { decouple } from "../method/decoupling.ts";
export { rampUp } from "../method/ramp_up.ts";
export { binaryCrossEntropy, squaredError } from "../method/scalar_losses.ts";
export { focalHard, focalSoft, OFFICIAL_FOCAL } from "../method/focal_loss.ts";
export type { FocalOptions } from "../method/focal_loss.ts";
export { crossEntropy, IGNORE_LABEL } from "../nn/cross_entropy.ts";
export type { CrossEntropyAverage, CrossEntropyOptions } from "../nn/cross_entropy.ts";
export type { HardPixelRule } from "../nn/hard_pixels.ts";
export type {
  BatchNormKernels,
  BatchStatistics,
  NormalizedBatch,
  RunningStatistics,
} from "../nn/batch_norm_kernels.ts";
export { checkPrecision } from "../nn/precision.ts";
export type { ConvolutionPrecision } from "../nn/precision.ts";
export type { EdgeDecisions, PoolChoices } from "../nn/edge_decisions.ts";
export type { Indices, Varying } from "../nn/varying.ts";
export { Tape, Value } from "../nn/tape.ts";
export type { Freed, Observation, OpRecord, ScopeResult, TapeOptions } from "../nn/tape.ts";
export type { AnyTensor, FeatureMap, LabelMap as LabelTensor } from "../nn/tensors.ts";
export type { BatchShare } from "../method/batch_share.ts";
