import { checkRecipe } from "../config/check_recipe.ts";
import { partsOf, rampUpShare, type Recipe, unsupervisedWeight, warmUpShare } from "../config/recipe.ts";
import { Diverged } from "../core/errors.ts";
import type { AuxiliaryKind } from "../model/auxiliary_decoders.ts";
import type { Network } from "../model/network.ts";
import type { BatchNormKernels } from "../nn/batch_norm_kernels.ts";
import type { EdgeDecisions } from "../nn/edge_decisions.ts";
import { checkPrecision, type ConvolutionPrecision } from "../nn/precision.ts";
import { type Observation, Tape, type Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { BatchShare } from "./batch_share.ts";
import { objective } from "./objective.ts";
import type { LossName } from "./objectives/step.ts";
import { drawStep } from "./draw_step.ts";
import { readPairs } from "./mixture.ts";
import type { Pairs } from "./pairing.ts";
import { rampUp } from "./ramp_up.ts";
import { checkBatch, checkLabels, type StepBatch } from "./step_batch.ts";
import type { StepDraws } from "./step_draws.ts";

/** What is decided of a step before it runs. */
export interface StepPlan {
  /** The random part. */
  readonly draws: StepDraws;
  /** ω(t). */
  readonly ramp: number;
  /** Whether the classifier warms up alone. */
  readonly classifierOnly: boolean;
}

/** Where in a run a step stands. */
export interface StepContext {
  /** The run's seed. */
  readonly seed: number;
  /** From 0. */
  readonly iteration: number;
  /** Length of the run, for ramp-up and warm-up. */
  readonly iterations: number;
  /** The random part, given instead of drawn from the seed. */
  readonly draws?: StepDraws;
  /** Of convolutions, forward and backward; parameters, gradients and norms are float32. Default float32. */
  readonly precision?: ConvolutionPrecision;
  /**
   * Which parts keep only what they begin with and are computed again in the backward pass (activation checkpointing): less
   * memory for more work, the same numbers. Default none.
   */
  readonly recompute?: "none" | "encoder";
  /**
   * Factor of each class's pixels in cross entropies with labels, one a class (`medianWeights` gives such); 1 when
   * absent. Pseudo labels have none.
   */
  readonly classWeights?: readonly number[];
  /** Predicts for unlabeled images in the network's place; stays as it is. */
  readonly teacher?: Network;
  /** Batch norm kernels other than the backend's own. */
  readonly normKernels?: BatchNormKernels;
  /**
   * Part of the whole batch that this process holds, where several train together: `normKernels` must then be over all
   * of them, draws are those of the whole batch, and for pairs drawn at random the unlabeled images come as
   * `unlabeledPlaces` names them.
   */
  readonly share?: BatchShare;
  /**
   * Takes each gradient, and disposes it, as soon as it is complete, while others are still to come; the result then has
   * none. It may replace the parameter.
   */
  readonly takeGradient?: (name: string, gradient: AnyTensor) => void;
  /** Called with what `Tape.observe` named, before it is freed. */
  readonly observe?: (observations: ReadonlyMap<string, Observation>) => void | Promise<void>;
  /**
   * What `observe` asks for, by names without prefix; everything when absent. To observe the joined ASPP branches
   * (`aspp_concat_l`, and with it `aspp_concat_u`, `mixed`, `mix_head_in`) costs time: else they are never joined.
   */
  readonly observed?: readonly string[];
  /** Where gradients pass rectifiers and max pools at an edge, for a comparison; as their inputs say when absent. */
  readonly decisions?: EdgeDecisions;
}

/** What a step gives back. */
export interface StepResult {
  /** Each term before its weight, and `total`. */
  readonly losses: Readonly<Record<string, number>>;
  /** Gradient of the total by parameter name; the caller disposes them. Parameters without gradient are absent. */
  readonly gradients: Map<string, AnyTensor>;
  /** ω(t). */
  readonly ramp: number;
  /** λ of this step. */
  readonly mixCoefficient: number;
  /** The pairs that were mixed, where there was a mix; with `share` those of two own images, which may be none. */
  readonly pairs?: Pairs;
}

/** @throws {Diverged} If a loss is NaN or infinite */
export function checkFinite(losses: Readonly<Record<string, number>>, iteration: number): void {
  const wrong = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new Diverged(
    `Cannot go on at iteration ${iteration}: loss "${wrong[0]}" is ${wrong[1]}, expected a finite number`,
  );
}

function byName(network: Network, gradients: ReadonlyMap<AnyTensor, AnyTensor>): Map<string, AnyTensor> {
  const named = new Map<string, AnyTensor>();
  for (const name of network.parameters.trainableNames()) {
    const gradient = gradients.get(network.parameters.tensor(name));
    if (gradient !== undefined) named.set(name, gradient);
  }
  return named;
}

/** Runs the gradients of a total: to `take` one by one, or into the map. */
export function takeGradients(
  tape: Tape,
  network: Network,
  total: Value,
  take: StepContext["takeGradient"],
): Map<string, AnyTensor> {
  if (take === undefined) return byName(network, tape.backward(total));
  const { parameters } = network;
  const names = new Map(parameters.trainableNames().map((name) => [parameters.tensor(name), name]));
  tape.backwardInto(total, (parameter, gradient) => take(names.get(parameter)!, gradient));
  return new Map();
}

/**
 * Checks that batch, recipe and network fit each other, and draws a step's random part.
 * @throws {RangeError} If they do not
 * @throws {ConfigError} If the backend does not have the precision
 */
export async function planStep(
  network: Network,
  batch: StepBatch,
  recipe: Recipe,
  context: StepContext,
): Promise<StepPlan> {
  checkRecipe(recipe);
  checkPrecision(context.precision ?? "float32");
  const processes = context.share?.count ?? 1;
  checkBatch(batch, recipe, processes);
  checkParts(network, recipe);
  await checkLabels(batch.labels, network.options.classes);
  const { seed, iteration, iterations } = context;
  const counts = [batch.labeled.shape[0] * processes, (batch.unlabeled?.shape[0] ?? 0) * processes] as const;
  const draws = context.draws ?? drawStep(recipe, seed, iteration, ...counts);
  const ramp = rampUp(iteration, rampUpShare(recipe) * iterations);
  const classifierOnly = iteration < warmUpShare(recipe) * iterations;
  return { draws, ramp, classifierOnly };
}

/**
 * One GuidedMix-Net training step without the parameter update: losses, their gradients, and the moved running
 * statistics.
 * @param network Changed: its running statistics
 * @param batch Stays the caller's
 * @throws {RangeError} If batch, recipe or network do not fit each other
 * @throws {ConfigError} If the backend does not have the precision
 * @throws {TrainingError} If a loss is NaN or infinite; names the term and the iteration
 */
export async function guidedMixStep(
  network: Network,
  batch: StepBatch,
  recipe: Recipe,
  context: StepContext,
): Promise<StepResult> {
  const { draws, ramp, classifierOnly } = await planStep(network, batch, recipe, context);
  const tape = new Tape({
    observing: context.observe !== undefined &&
      (context.observed === undefined || new Set(context.observed)),
    precision: context.precision,
    recompute: context.recompute === "encoder",
    decisions: context.decisions,
  });
  try {
    const { total, terms, pairs } = objective(tape, network, batch, draws, {
      recipe,
      ramp,
      classifierOnly,
      normKernels: context.normKernels,
      share: context.share,
      classWeights: context.classWeights,
      teacher: context.teacher,
    });
    const losses = await readLosses({ ...terms, total });
    checkFinite(losses, context.iteration);
    const gradients = takeGradients(tape, network, total, context.takeGradient);
    await context.observe?.(tape.observations);
    const read = pairs && await readPairs(pairs, draws);
    return { losses, gradients, ramp, mixCoefficient: draws.mixCoefficient, pairs: read };
  } finally {
    tape.dispose();
  }
}

type LossValues = Readonly<Partial<Record<LossName | "total", { readonly tensor: AnyTensor }>>>;

async function readLosses(values: LossValues): Promise<Record<string, number>> {
  const read = Object.entries(values).map(async ([name, { tensor }]) =>
    [name, (await tensor.data())[0]!] as const
  );
  return Object.fromEntries(await Promise.all(read));
}

function checkParts(network: Network, recipe: Recipe): void {
  const { options } = network;
  const needed = partsOf(recipe);
  const decodesMixtures = recipe.objective.kind === "boxes" || unsupervisedWeight(recipe) > 0;
  if (!options.mixDecoder && needed.mixDecoder && decodesMixtures) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": the network has no mix decoder, expected one`,
    );
  }
  if (options.mitrans && needed.mixDecoder && !needed.mitrans) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": the network's mix decoder reads what MITrans makes, expected none`,
    );
  }
  if (!options.classifier && needed.classifier) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": the network has no classifier, expected one`,
    );
  }
  const [present, rule] = [options.thresholds?.rule ?? "fixed", needed.thresholds?.rule];
  if (rule !== undefined && present !== rule) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": the network's thresholds are "${present}", expected "${rule}"`,
    );
  }
  const wanted = Object.entries(needed.auxiliary ?? {});
  if (wanted.some(([kind, count]) => count !== (options.auxiliary?.[kind as AuxiliaryKind] ?? 0))) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": the network's auxiliary decoders are ${
        JSON.stringify(options.auxiliary ?? "none")
      }, expected ${JSON.stringify(needed.auxiliary)}`,
    );
  }
}
