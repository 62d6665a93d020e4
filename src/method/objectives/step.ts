/** What every unlabeled objective is given, and what it gives back. */
import type { ObjectiveOptions } from "../../config/objectives/objective_options.ts";
import type { Recipe } from "../../config/recipe.ts";
import type { ForwardOptions, ForwardPass } from "../../model/forward_pass.ts";
import type { Network } from "../../model/network.ts";
import type { BatchNormKernels } from "../../nn/batch_norm_kernels.ts";
import type { Tape, Value } from "../../nn/tape.ts";
import { derive, type Varying } from "../../nn/varying.ts";
import type { BatchShare } from "../batch_share.ts";
import type { ChosenPairs } from "../pairing.ts";
import type { PixelLossOptions } from "../pixel_loss.ts";
import type { StepBatch } from "../step_batch.ts";
import type { DrawSource, StepDraws, VaryingDraws } from "../step_draws.ts";

/** Names of the terms, as logs and reports show them. */
export type LossName = "ce" | "cla" | "dec" | "mix" | "usup";

/** Settings of a step's objective besides batch and draws. */
export interface ObjectiveContext {
  readonly recipe: Recipe;
  /** ω(t), the ramp-up's value now, in [0, 1]. */
  readonly ramp: Varying<number>;
  /** Trains the classifier alone (its warm-up). */
  readonly classifierOnly?: boolean;
  /** Predicts for unlabeled images in the network's place; its parameters stay as they are. */
  readonly teacher?: Network;
  /** Batch norm kernels other than the backend's own. */
  readonly normKernels?: BatchNormKernels;
  /** Part of the whole batch that this process holds. */
  readonly share?: BatchShare;
  /** Factor of each class's pixels in cross entropies with labels, one a class. */
  readonly classWeights?: readonly number[];
}

/** A step on a tape, with the options of its objective. */
export interface Step<O extends ObjectiveOptions = ObjectiveOptions> {
  readonly tape: Tape;
  /** In training mode. */
  readonly pass: ForwardPass;
  readonly network: Network;
  readonly batch: StepBatch;
  readonly draws: VaryingDraws;
  readonly context: ObjectiveContext;
  readonly options: O;
}

/** A term of the total: its name, its factor, its value. */
export type Weighted = readonly [LossName, Varying<number>, Value];

/** What an objective makes of a step. */
export interface StepTerms {
  /** L_ce first. */
  readonly terms: readonly Weighted[];
  /** The pairs that were mixed. */
  readonly pairs?: ChosenPairs;
}

/** The code of an unlabeled objective. */
export interface ObjectiveCode<O extends ObjectiveOptions> {
  /** What is drawn before a step, besides what the step takes from `draws.stream`. */
  draw?(options: O, source: DrawSource): Partial<StepDraws>;
  /** How its pass differs from one in training over one process. */
  passOptions?(options: O, step: Pick<Step, "batch" | "draws" | "context">): Partial<ForwardOptions>;
  /** Puts the step on its tape and moves the running statistics. */
  terms(step: Step<O>): StepTerms;
}

/** How a step compares logits with label maps. */
export function pixelOptions({ network, context }: Pick<Step, "network" | "context">): PixelLossOptions {
  return {
    alignCorners: network.options.decoder.alignCorners,
    average: context.recipe.crossEntropy,
    overProcesses: context.share && ((count) => context.share!.mean(count)),
    classWeights: context.classWeights,
  };
}

/** w · ω(t) */
export function rampedWeight(weight: number, { ramp }: Pick<ObjectiveContext, "ramp">): Varying<number> {
  return derive(ramp, (now) => weight * now);
}
