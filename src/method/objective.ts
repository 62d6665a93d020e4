/**
 * The objective of one training step: total = L_ce + L_cla + L_dec + ω(t) · L_usup, on a tape.
 *
 *     labeled ──┐           ┌─> labeled decoder ─> M_l, M_u          L_ce (M_l resized, labels)
 *               ├─ encoder ─┼─> classifier on pooled features        L_cla
 *     unlabeled ┘           └─> pairs, mix(λ) ─> [MITrans] ─> mix decoder ─> M_mix ─> decouple   L_usup
 *                               labeled-labeled mix, decoupled against the first                L_dec
 *
 * With `mix.shape = "box"` the unlabeled images pass apart, as at inference, and the mixture goes through encoder and
 * labeled decoder (`box_losses.ts`): total = L_ce + L_cla + w · L_mix + ω(t) · L_usup.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Recipe } from "../config/recipe.ts";
import type { Network } from "../model/network.ts";
import { type Branches, combineBranches, joinBranches } from "../model/branches.ts";
import { asppBranches, decodeBranches, decodeMixed } from "../model/decoder.ts";
import { encode } from "../model/encoder.ts";
import { ForwardPass } from "../model/forward_pass.ts";
import { mitrans } from "../model/mitrans.ts";
import { linearCombination, sliceBatch } from "../nn/arithmetic.ts";
import type { BatchNormKernels } from "../nn/batch_norm_kernels.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { type BatchShare, rowsOfShare } from "./batch_share.ts";
import { boxLosses, inferUnlabeled } from "./box_losses.ts";
import { classificationLoss } from "./classification_loss.ts";
import { consistencyLoss } from "./consistency_loss.ts";
import { labeledMixLoss } from "./labeled_mix_loss.ts";
import { mix } from "./mixing.ts";
import { chooseMixture, type Mixture, reportedPairs, type Sides, sidesOf } from "./mixture.ts";
import type { ChosenPairs } from "./pairing.ts";
import { pixelLoss, type PixelLossOptions } from "./pixel_loss.ts";
import type { StepBatch } from "./step_batch.ts";
import { derive, indexCount, type Varying } from "../nn/varying.ts";
import { drawsNow, type VaryingDraws } from "./step_draws.ts";

/** Names of the terms, as logs and reports show them. */
export type LossName = "ce" | "cla" | "dec" | "mix" | "usup";

/** A step's objective on the tape. */
export interface Objective {
  readonly total: Value;
  /** Each term before its weight. */
  readonly terms: Readonly<Partial<Record<LossName, Value>>>;
  /** The pairs that were mixed; `readPairs` reads them while the tape lives. */
  readonly pairs?: ChosenPairs;
}

/** Settings of a step's objective besides batch and draws. */
export interface ObjectiveContext {
  readonly recipe: Recipe;
  /** ω(t), the ramp-up's value now, in [0, 1]. */
  readonly ramp: Varying<number>;
  /** Trains the classifier alone (its warm-up). */
  readonly classifierOnly?: boolean;
  /** Batch norm kernels other than the backend's own. */
  readonly normKernels?: BatchNormKernels;
  /** Part of the whole batch that this process holds. */
  readonly share?: BatchShare;
  /** Factor of each class's pixels in cross entropies with labels, one a class. */
  readonly classWeights?: readonly number[];
}

interface Parts {
  readonly pass: ForwardPass;
  readonly network: Network;
  readonly batch: StepBatch;
  readonly draws: VaryingDraws;
  readonly context: ObjectiveContext;
  /** Encoder features of the labeled and of the unlabeled images. */
  readonly features: readonly Value[];
  /** ASPP branches of each. */
  readonly branches: readonly Branches[];
  /** M_l and M_u. */
  readonly logits: readonly Value[];
}

/** Whether branches are joined at every position, as their observation with its gradient needs it. */
function joinsBranches(tape: Tape): boolean {
  return tape.observes("aspp_concat_l");
}

/** Names branches, where they are joined. */
function observeBranches(tape: Tape, name: string, branches: Branches): void {
  if (branches.pooled === undefined) tape.observe(name, branches.maps);
}

/** Encoder, branches and labeled decoder over labeled and unlabeled images. */
function forward(pass: ForwardPass, network: Network, batch: StepBatch, recipe: Recipe) {
  const { tape } = pass;
  const { encoder, decoder } = network.options;
  const apart = recipe.usesUnlabeled && recipe.mix.shape === "box";
  const images = recipe.usesUnlabeled && !apart ? [batch.labeled, batch.unlabeled!] : [batch.labeled];
  const counts = images.map((image) => image.shape[0]);
  const all = images.length === 1 ? tape.constant(images[0]!) : tape.adopt(tf.concat(images, 0));
  const encoded = encode(pass, all, encoder);
  const branches = asppBranches(pass, encoded, decoder, counts, joinsBranches(tape));
  const features = counts.length === 1
    ? [encoded]
    : counts.map((count, i) => sliceBatch(tape, encoded, i === 0 ? 0 : counts[0]!, count));
  // where M_u is the constant side of L_usup, nothing of the labeled decoder's work on it has a gradient
  const logits = decodeBranches(pass, branches, decoder, recipe.unsup.target === "M_u");
  ["l", "u"].slice(0, counts.length).forEach((side, i) => {
    observeBranches(tape, `aspp_concat_${side}`, branches[i]!);
    tape.observe(`M_${side}`, logits[i]!);
  });
  if (!apart) return { features, branches, logits };
  const unlabeled = inferUnlabeled(tape, network, seenBy(recipe, batch));
  return {
    features: [...features, unlabeled.features],
    branches: [...branches, unlabeled.branches],
    logits: [...logits, tape.observe("M_u", unlabeled.logits)],
  };
}

/** The unlabeled images that M_u is predicted from. */
function seenBy({ unsup }: Recipe, { unlabeled, unlabeledPlain }: StepBatch) {
  return (unsup.plainView ? unlabeledPlain : undefined) ?? unlabeled!;
}

/** Mixed branches: of the features, or of images that pass encoder and branches once more. */
function mixBranches({ pass, network, draws, context }: Parts, { first, second, pairs }: Mixture): Branches {
  const { tape } = pass;
  const { mixCoefficient: coefficient } = draws;
  if (context.recipe.mix.at === "features") {
    const both = [first.branches, second.branches];
    return combineBranches(both, ([left, right]) => mix(tape, left!, right!, pairs, coefficient));
  }
  const { encoder, decoder } = network.options;
  return tape.scope(() => {
    const [left, right] = [tape.constant(first.images), tape.constant(second.images)];
    const images = tape.observe("mixed_img", mix(tape, left, right, pairs, coefficient));
    const features = tape.prefixed("mix_", () => encode(pass, images, encoder));
    return asppBranches(pass, features, decoder, [images.shape[0]!], joinsBranches(tape))[0]!;
  });
}

/**
 * M_mix of one mixture: mix, MITrans, mix decoder.
 * @param prefix Put before the names of what is observed
 */
function mixedLogits(parts: Parts, mixture: Mixture, prefix: "" | "dec_"): Value {
  const { pass, network } = parts;
  const { tape } = pass;
  const { mitrans: options, decoder } = network.options;
  const run = () => {
    const mixed = mixBranches(parts, mixture);
    observeBranches(tape, "mixed", mixed);
    const transferred = options ? { maps: mitrans(pass, joinBranches(tape, mixed), options) } : mixed;
    observeBranches(tape, "mix_head_in", transferred);
    return decodeMixed(pass, transferred, decoder);
  };
  return tape.scope(() => tape.prefixed(prefix, run));
}

/** L_usup of the step's own mixture. */
function unsupervisedLoss(parts: Parts, mixture: Mixture): Value {
  const { pass: { tape }, draws, context: { recipe } } = parts;
  const { first, second, pairs } = mixture;
  return tape.scope(() => {
    const make = () => mixedLogits(parts, mixture, "");
    // where M_u_dec is the constant side, nothing of the mixture has a gradient
    const mixed = recipe.unsup.target === "M_u_dec" ? tape.withoutGradient(make) : make();
    tape.observe("M_mix", mixed);
    const predictions = { mixed, labeled: first.logits, unlabeled: second.logits };
    return consistencyLoss(tape, predictions, pairs, draws.mixCoefficient, recipe);
  });
}

/** L_dec: labeled images mixed with each other, as the draws pair them. */
function decouplingLoss(parts: Parts, { labeled: first, wholeLabeled }: Sides): Value {
  const { pass: { tape }, draws, context: { recipe, share } } = parts;
  if (draws.labeledPartners === undefined) {
    throw new RangeError("Cannot take L_dec: no partners of the labeled images were drawn");
  }
  const own = first.images.shape[0];
  const start = (share?.index ?? 0) * own;
  const partners = derive(draws.labeledPartners, (all) => all.slice(start, start + own));
  const second = wholeLabeled();
  const places = Array.from({ length: indexCount(partners) }, (_, i) => i);
  const pairs = { labeled: places, unlabeled: partners };
  return tape.scope(() => {
    const mixed = tape.observe("M_ll", mixedLogits(parts, { first, second, pairs }, "dec_"));
    const [labeled, others, labels] = [first.logits, second.logits, second.labels!];
    const mixture = { mixed, labeled, others, labels, partners };
    return labeledMixLoss(tape, mixture, draws.mixCoefficient, recipe.dec, pixelOptions(parts));
  });
}

function pixelOptions({ network, context }: Parts): PixelLossOptions {
  return {
    alignCorners: network.options.decoder.alignCorners,
    average: context.recipe.crossEntropy,
    overProcesses: context.share && ((count) => context.share!.mean(count)),
    classWeights: context.classWeights,
  };
}

function classifierLoss({ pass, batch, features }: Parts): Value {
  const classifier = {
    weight: pass.parameter("classifier.weight"),
    bias: pass.parameter("classifier.bias"),
  };
  return classificationLoss(pass.tape, features[0]!, classifier, batch.labels);
}

type Weighted = readonly [LossName, Varying<number>, Value];

/** w · ω(t) */
function weightOf({ unsup }: Recipe, ramp: Varying<number>): Varying<number> {
  return derive(ramp, (now) => unsup.weight * now);
}

/** Terms of mixtures by place that have a weight. */
function boxTerms(parts: Parts, mixture: Mixture): Weighted[] {
  const { pass, network, draws, context: { recipe, ramp, share } } = parts;
  const { mix, usup } = boxLosses(pass, mixture, {
    network,
    recipe,
    draws,
    share,
    pixels: pixelOptions(parts),
  });
  const known: Weighted[] = mix === undefined ? [] : [["mix", recipe.mix.weight, mix]];
  return usup === undefined ? known : [...known, ["usup", weightOf(recipe, ramp), usup]];
}

/** Terms of blended mixtures. */
function blendTerms(parts: Parts, sides: Sides, mixture: Mixture): Weighted[] {
  const { recipe: { dec }, ramp } = parts.context;
  const usup: Weighted = ["usup", weightOf(parts.context.recipe, ramp), unsupervisedLoss(parts, mixture)];
  return dec.loss === "none" ? [usup] : [usup, ["dec", dec.weight, decouplingLoss(parts, sides)]];
}

function semiSupervisedTerms(parts: Parts): { terms: Weighted[]; pairs?: ChosenPairs } {
  const { context: { recipe, classifierOnly, share } } = parts;
  const { classifier, unsup, mix: mixing } = recipe;
  const terms: Weighted[] = classifier.on ? [["cla", classifier.weight, classifierLoss(parts)]] : [];
  const mixes = !classifierOnly && (unsup.weight > 0 || (mixing.shape === "box" && mixing.weight > 0));
  if (!mixes) return { terms };
  const made = { tape: parts.pass.tape, ...parts, share, recipe };
  const sides = sidesOf(made);
  const mixture = chooseMixture(made, sides);
  const pairs = reportedPairs(made, mixture, sides);
  const added = mixing.shape === "box" ? boxTerms(parts, mixture) : blendTerms(parts, sides, mixture);
  return { terms: [...terms, ...added], pairs };
}

/**
 * Puts a step's objective on the tape and moves the running statistics.
 * @param batch Checked by `checkBatch`
 * @param draws The step's random part
 */
export function objective(
  tape: Tape,
  network: Network,
  batch: StepBatch,
  draws: VaryingDraws,
  context: ObjectiveContext,
): Objective {
  const { recipe } = context;
  const pass = new ForwardPass(tape, network.parameters, {
    training: true,
    random: draws.dropout,
    normKernels: context.normKernels,
    rows: context.share && rowsOfShare(context.share, batch, drawsNow(draws), recipe.mix.shape),
    replayed: (norm) => recipe.imagePoolUpdates === 2 && norm.startsWith("decode_head.image_pool."),
  });
  try {
    const parts: Parts = { pass, network, batch, draws, context, ...forward(pass, network, batch, recipe) };
    const terms: Weighted[] = [];
    if (!context.classifierOnly) {
      const [labeled] = parts.logits;
      terms.push(["ce", 1, pixelLoss(tape, labeled!, batch.labels, pixelOptions(parts), "M_l_resized")]);
    }
    pass.replayStatistics();
    const added = recipe.usesUnlabeled ? semiSupervisedTerms(parts) : { terms: [] };
    terms.push(...added.terms);
    const total = linearCombination(tape, terms.map(([, weight, value]) => [weight, value]));
    const named = Object.fromEntries(terms.map(([name, , value]) => [name, value]));
    return { total, terms: named, pairs: "pairs" in added ? added.pairs : undefined };
  } finally {
    pass.dispose();
  }
}
