/**
 * The objective of GuidedMix-Net: total = L_ce + L_cla + L_dec + ω(t) · L_usup.
 *
 *     labeled ──┐           ┌─> labeled decoder ─> M_l, M_u          L_ce (M_l resized, labels)
 *               ├─ encoder ─┼─> classifier on pooled features        L_cla
 *     unlabeled ┘           └─> pairs, mix(λ) ─> [MITrans] ─> mix decoder ─> M_mix ─> decouple   L_usup
 *                               labeled-labeled mix, decoupled against the first                L_dec
 */
import * as tf from "@tensorflow/tfjs-core";
import type { GuidedMixOptions } from "../../config/objectives/guided_mix.ts";
import { type Branches, combineBranches, joinBranches } from "../../model/branches.ts";
import { asppBranches, decodeBranches, decodeMixed } from "../../model/decoder.ts";
import { encode } from "../../model/encoder.ts";
import { mitrans } from "../../model/mitrans.ts";
import { sliceBatch } from "../../nn/arithmetic.ts";
import type { Value } from "../../nn/tape.ts";
import { derive, indexCount } from "../../nn/varying.ts";
import { rowsOfShare } from "../batch_share.ts";
import { classificationLoss } from "../classification_loss.ts";
import { consistencyLoss } from "../consistency_loss.ts";
import { joinsBranches, labeledTerm, observeBranches } from "../labeled_forward.ts";
import { labeledMixLoss } from "../labeled_mix_loss.ts";
import { mix } from "../mixing.ts";
import {
  chooseMixture,
  type Mixture,
  reportedPairs,
  type SideReads,
  type Sides,
  sidesOf,
} from "../mixture.ts";
import { randomPairsOf } from "../pairing.ts";
import { drawsNow, partners } from "../step_draws.ts";
import {
  type ObjectiveCode,
  pixelOptions,
  rampedWeight,
  type Step,
  type StepTerms,
  type Weighted,
} from "./step.ts";

interface Parts extends Step<GuidedMixOptions> {
  /** Encoder features of the labeled and of the unlabeled images. */
  readonly features: readonly Value[];
  /** ASPP branches of each. */
  readonly branches: readonly Branches[];
  /** M_l and M_u. */
  readonly logits: readonly Value[];
}

/** Encoder, branches and labeled decoder over labeled and unlabeled images. */
function forward({ tape, pass, network, batch, options }: Step<GuidedMixOptions>) {
  const { encoder, decoder } = network.options;
  const images = [batch.labeled, batch.unlabeled!];
  const counts = images.map((image) => image.shape[0]);
  const encoded = encode(pass, tape.adopt(tf.concat(images, 0)), encoder);
  const branches = asppBranches(pass, encoded, decoder, counts, joinsBranches(tape));
  const features = counts.map((count, i) => sliceBatch(tape, encoded, i === 0 ? 0 : counts[0]!, count));
  // where M_u is the constant side of L_usup, nothing of the labeled decoder's work on it has a gradient
  const logits = decodeBranches(pass, branches, decoder, options.unsup.target === "M_u");
  ["l", "u"].forEach((side, i) => {
    observeBranches(tape, `aspp_concat_${side}`, branches[i]!);
    tape.observe(`M_${side}`, logits[i]!);
  });
  return { features, branches, logits };
}

/** Mixed branches: of the features, or of images that pass encoder and branches once more. */
function mixBranches({ pass, network, draws, options }: Parts, { first, second, pairs }: Mixture): Branches {
  const { tape } = pass;
  const { mixCoefficient: coefficient } = draws;
  if (options.mix.at === "features") {
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
  const { tape, draws, options } = parts;
  const { first, second, pairs } = mixture;
  return tape.scope(() => {
    const make = () => mixedLogits(parts, mixture, "");
    // where M_u_dec is the constant side, nothing of the mixture has a gradient
    const mixed = options.unsup.target === "M_u_dec" ? tape.withoutGradient(make) : make();
    tape.observe("M_mix", mixed);
    const predictions = { mixed, labeled: first.logits, unlabeled: second.logits };
    return consistencyLoss(tape, predictions, pairs, draws.mixCoefficient, options);
  });
}

/** L_dec: labeled images mixed with each other, as the draws pair them. */
function decouplingLoss(parts: Parts, { labeled: first, wholeLabeled }: Sides): Value {
  const { tape, draws, options, context: { share } } = parts;
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
    return labeledMixLoss(tape, mixture, draws.mixCoefficient, options.dec, pixelOptions(parts));
  });
}

function classifierLoss({ pass, batch, features }: Parts): Value {
  const classifier = {
    weight: pass.parameter("classifier.weight"),
    bias: pass.parameter("classifier.bias"),
  };
  return classificationLoss(pass.tape, features[0]!, classifier, batch.labels);
}

/** What of images of other processes mixtures read. */
function readsOf({ mix: { at }, dec }: GuidedMixOptions): SideReads {
  return {
    images: at === "images",
    branches: at === "features",
    labels: dec.loss === "ce",
    logits: () => true,
  };
}

/** L_usup and L_dec, where they are taken, and the pairs. */
function mixTerms(parts: Parts): StepTerms {
  const { options, context } = parts;
  const { dec, pair, unsup } = options;
  if (context.classifierOnly || unsup.weight === 0) return { terms: [] };
  const made = { ...parts, share: context.share, pair, reads: readsOf(options) };
  const sides = sidesOf(made);
  const mixture = chooseMixture(made, sides);
  const pairs = reportedPairs(made, mixture, sides);
  const usup: Weighted = ["usup", rampedWeight(unsup.weight, context), unsupervisedLoss(parts, mixture)];
  const terms: Weighted[] = dec.loss === "none"
    ? [usup]
    : [usup, ["dec", dec.weight, decouplingLoss(parts, sides)]];
  return { terms, pairs };
}

/** GuidedMix-Net's. */
export const guidedMix: ObjectiveCode<GuidedMixOptions> = {
  draw: ({ pair }, source) => ({
    pairs: randomPairsOf(pair, source),
    labeledPartners: partners(source.labeled, source.stream("labeled pairs")),
  }),
  passOptions: ({ imagePoolUpdates }, { batch, draws, context: { share } }) => ({
    rows: share && rowsOfShare(share, batch, drawsNow(draws)),
    replayed: (norm) => imagePoolUpdates === 2 && norm.startsWith("decode_head.image_pool."),
  }),
  terms(step) {
    const parts: Parts = { ...step, ...forward(step) };
    const { classifier } = step.options;
    const ce = step.context.classifierOnly ? [] : [labeledTerm(step, parts.logits[0]!)];
    step.pass.replayStatistics();
    const cla: Weighted[] = classifier.on ? [["cla", classifier.weight, classifierLoss(parts)]] : [];
    const { terms, pairs } = mixTerms(parts);
    return { terms: [...ce, ...cla, ...terms], pairs };
  },
};
