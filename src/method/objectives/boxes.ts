/**
 * Mixtures by place: total = L_ce + w · L_mix + ω(t) · L_usup.
 *
 *     unlabeled, plain ─> [teacher] at inference ─> M_u ─> pseudo labels ──────────────┐
 *     unlabeled, strong ─> box of the next unlabeled one ─> box of the nearest labeled ─┴─> encoder, a decoder
 *
 * Pseudo labels that the batch brings (`recipe.pseudoLabels`) take the place of those of M_u.
 *
 * L_mix compares inside of the labeled boxes with their labels, L_usup outside of them with the pseudo labels of whatever is
 * seen there. The boxes are CutMix's (Yun et al. 2019; French et al. 2020), the views FixMatch's (Sohn et al. 2020), the
 * pairs GuidedMix-Net's (section 3.1).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BoxesOptions } from "../../config/objectives/boxes.ts";
import { linearCombination } from "../../nn/arithmetic.ts";
import { crossEntropy } from "../../nn/cross_entropy.ts";
import { gatherRows } from "../../nn/gather_rows.ts";
import { resizeBilinear } from "../../nn/pool_and_resize.ts";
import type { Value } from "../../nn/tape.ts";
import type { AnyTensor, FeatureMap, LabelMap } from "../../nn/tensors.ts";
import { indexCount, indexTensor } from "../../nn/varying.ts";
import { rowsOfParts } from "../batch_share.ts";
import { type Box, drawBoxes, keepBoxes } from "../boxes.ts";
import { labelsOn, pasteBoxes } from "../box_mixture.ts";
import { inferUnlabeled } from "../infer_unlabeled.ts";
import { type LabeledForward, labeledForward } from "../labeled_forward.ts";
import { chooseMixture, type Mixture, reportedPairs, type SideReads, sidesOf } from "../mixture.ts";
import { type NetworkPass, networkPass } from "../network_pass.ts";
import { randomPairsOf } from "../pairing.ts";
import { thresholdOf } from "../moving_thresholds.ts";
import { disposeTarget, mapTarget, pseudoTarget } from "../pseudo_labels.ts";
import type { DrawSource } from "../step_draws.ts";
import { masksOf, type Seen, seenAs, strongViews } from "../student_view.ts";
import {
  type ObjectiveCode,
  pixelOptions,
  rampedWeight,
  type Step,
  type StepTerms,
  type Weighted,
} from "./step.ts";

type BoxStep = Step<BoxesOptions>;

function hasLabeledBoxes({ mix }: BoxesOptions): boolean {
  return mix.weight > 0 && mix.probability > 0;
}

/** A mixture with what is known of it. */
interface Mixed extends Seen {
  /** Labels inside of the labeled boxes. */
  readonly labels: LabelMap;
  /** 1 outside of them. */
  readonly outside: AnyTensor;
}

/** One box a mixture; there are as many mixtures as images that get a partner. */
function labeledBoxes({ mix, pair }: BoxesOptions, { labeled, unlabeled, stream }: DrawSource): Box[] {
  const count = pair.select === "nearest" && pair.direction === "unlabeled" ? unlabeled : labeled;
  const boxes = drawBoxes(stream("boxes"), count, mix.lambdaLimit);
  return mix.probability < 1 ? keepBoxes(stream("kept boxes"), boxes, mix.probability) : boxes;
}

/** Gives mixtures a box of their labeled image. @param seen Given up */
function withLabeled(step: BoxStep, { first, pairs }: Mixture, seen: Seen): Mixed {
  const mask = masksOf(step, step.draws.boxes ?? [], indexCount(pairs.labeled));
  const [images, labels, outside] = tf.tidy(() => {
    const [labeled, unlabeled] = [indexTensor(pairs.labeled), indexTensor(pairs.unlabeled)];
    return [
      pasteBoxes(mask, gatherRows(first.images, labeled), gatherRows(seen.images, unlabeled)),
      labelsOn("inside", mask, gatherRows(first.labels!, labeled)),
      tf.cast(tf.sub(1, mask), "float32"),
    ];
  }) as [FeatureMap, LabelMap, AnyTensor];
  const rows = mapTarget(seen.target, (part) => gatherRows(part, indexTensor(pairs.unlabeled)));
  const target = { ...rows, labels: labelsOn("outside", mask, rows.labels) };
  tf.dispose([mask, seen.images, rows.labels]);
  return { images, labels, outside, target };
}

/** Losses of one mixture; one whose weight is 0 is absent. */
interface MixtureLosses {
  readonly mix?: Value;
  readonly usup?: Value;
}

/**
 * Losses of a mixture, which passes the encoder and the decoder that `decoder` names. With `recipe.crossEntropy` `all` both are
 * divided by all pixels of the mixture; with `labeled` L_mix as `mix.over` says, L_usup by all pixels outside of them: one that
 * is not sure enough is left out by the loss itself and counts (as UniMatch's masked loss is divided by all valid pixels). Weights
 * of classes are for labels alone: a rare class that is predicted too often would be learned from its own pseudo labels (LOG.md).
 */
function mixtureLosses(step: BoxStep, { images, labels, target, outside }: Mixed): MixtureLosses {
  const { tape, pass, network, options } = step;
  return tape.scope(() => {
    [labels, target.labels, outside].forEach((tensor) => tape.adopt(tensor));
    if (target.probabilities !== undefined) tape.adopt(target.probabilities);
    const input = tape.observe("mixed_img", tape.adopt(images));
    const passed = networkPass(pass, network, input, { prefix: "mix_", decoder: options.decoder });
    const logits = tape.observe("M_mix", passed.logits);
    const [, height, width] = labels.shape;
    const resized = resizeBilinear(tape, logits, height, width, network.options.decoder.alignCorners);
    const { classWeights, average, overProcesses } = pixelOptions(step);
    return {
      ...(hasLabeledBoxes(options) && {
        mix: crossEntropy(tape, resized, labels, options.mix.over === "mixtures" ? "all" : average, {
          classWeights,
          overProcesses,
        }),
      }),
      ...(options.unsup.weight > 0 && {
        usup: crossEntropy(tape, resized, target.labels, average, {
          counted: outside,
          overProcesses,
          probabilities: target.probabilities,
        }),
      }),
    };
  });
}

/** Views of the images of all processes, where labeled images look for partners in all of them. @param seen Given up */
function gathered({ batch, context: { share } }: BoxStep, { second }: Mixture, seen: Seen): Seen {
  if (second.images === batch.unlabeled) return seen;
  const gather = <T extends AnyTensor>(part: T) => share!.gatherTensor(part) as T;
  const images = gather(seen.images);
  seen.images.dispose();
  return { images, target: mapTarget(seen.target, gather) };
}

/** The losses of all strong views, their mean. */
function lossesOfViews(step: BoxStep, mixture: Mixture, { logits }: NetworkPass): MixtureLosses {
  const { tape, batch, network, options: { unsup, donor } } = step;
  const [, height, width] = batch.labeled.shape;
  const { alignCorners } = network.options.decoder;
  const known = batch.unlabeledLabels;
  const target = known === undefined
    ? pseudoTarget(logits.tensor, [height, width], alignCorners, thresholdOf(step, unsup), unsup.target)
    : { labels: tf.clone(known) };
  const views = strongViews(batch).map((_, view) =>
    mixtureLosses(
      step,
      withLabeled(step, mixture, gathered(step, mixture, seenAs(step, view, target, donor))),
    )
  );
  disposeTarget(target);
  const mean = (losses: readonly (Value | undefined)[]) => {
    const present = losses.filter((loss) => loss !== undefined);
    if (present.length < 2) return present[0];
    return linearCombination(tape, present.map((loss) => [1 / present.length, loss]));
  };
  return { mix: mean(views.map(({ mix }) => mix)), usup: mean(views.map(({ usup }) => usup)) };
}

/** Of labeled images a box shows the labels; of unlabeled ones the views are gathered. */
const READS: SideReads = { images: true, branches: false, labels: true, logits: () => false };

function mixTerms(step: BoxStep, labeled: LabeledForward, inferred: NetworkPass): StepTerms {
  const { batch, options, context } = step;
  const made = {
    ...step,
    share: context.share,
    pair: options.pair,
    reads: READS,
    features: [labeled.features, inferred.features],
    branches: [labeled.branches, inferred.branches],
    logits: [labeled.logits, inferred.logits],
    batch,
  };
  const sides = sidesOf(made);
  const mixture = chooseMixture(made, sides);
  const pairs = reportedPairs(made, mixture, sides);
  const { mix, usup } = lossesOfViews(step, mixture, inferred);
  const known: Weighted[] = mix === undefined ? [] : [["mix", options.mix.weight, mix]];
  const guessed: Weighted[] = usup === undefined
    ? []
    : [["usup", rampedWeight(options.unsup.weight, context), usup]];
  return { terms: [...known, ...guessed], pairs };
}

/** Boxes of unlabeled and of labeled images. */
export const boxes: ObjectiveCode<BoxesOptions> = {
  draw: (options, source) => ({
    pairs: randomPairsOf(options.pair, source),
    boxes: labeledBoxes(options, source),
  }),
  passOptions: (_, { context: { share } }) => ({ rows: share && rowsOfParts(share) }),
  terms(step) {
    const labeled = labeledForward(step);
    const mixes = step.options.unsup.weight > 0 || hasLabeledBoxes(step.options);
    if (!mixes) return { terms: [labeled.term] };
    const { terms, pairs } = mixTerms(step, labeled, inferUnlabeled(step));
    return { terms: [labeled.term, ...terms], pairs };
  },
};
