/**
 * Strong views learn from a weak one: FixMatch (Sohn et al. 2020) and UniMatch (Yang et al. 2023), as UniMatch's
 * `fixmatch.py` and `unimatch.py` (0324f3d): total = ½ (L_ce + w · L_usup).
 *
 *     labeled, unlabeled weak ──> encoder ──> labeled decoder ──> M_l, M_u ──> pseudo labels (constant)
 *                                    └─> channels dropped ──> labeled decoder ──> M_fp
 *     unlabeled strong, once or twice ──> box of the next one ──> encoder, labeled decoder ──> M_s
 *
 * L_usup is the cross entropy of each M_s, and of M_fp where `features.share` is above 0, with the pseudo labels that are
 * sure enough, over all pixels. Boxes come from the same batch, with the pseudo labels of the same pass; UniMatch has another
 * batch for them, predicted at inference. It drops channels of a second, earlier map too, which our decoder does not read, and
 * leaves padding out of the loss.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { StrongViewsOptions } from "../../config/objectives/strong_views.ts";
import { asppBranches, decodeBranches } from "../../model/decoder.ts";
import { encode } from "../../model/encoder.ts";
import { concatenate, linearCombination, sliceBatch } from "../../nn/arithmetic.ts";
import { crossEntropy } from "../../nn/cross_entropy.ts";
import { dropoutChannels } from "../../nn/dropout.ts";
import { resizeBilinear } from "../../nn/pool_and_resize.ts";
import type { Value } from "../../nn/tape.ts";
import type { FeatureMap, LabelMap } from "../../nn/tensors.ts";
import { rowsOfMany } from "../batch_share.ts";
import { labeledTerm } from "../labeled_forward.ts";
import { thresholdOf } from "../moving_thresholds.ts";
import { disposeTarget, type PseudoTarget, pseudoTarget } from "../pseudo_labels.ts";
import { plainView, seenAs, streamOf, strongViews as strongViewsOf } from "../student_view.ts";
import { type ObjectiveCode, rampedWeight, type Step, type Weighted } from "./step.ts";

type ViewStep = Step<StrongViewsOptions>;

/** Logits of some images by the labeled decoder, joined in one batch. */
function decode({ pass, network: { options: { decoder } } }: ViewStep, features: Value): Value {
  const branches = asppBranches(pass, features, decoder, [features.shape[0]!]);
  return decodeBranches(pass, branches, decoder)[0]!;
}

/** Places of the rows of decoder calls in the whole batch. */
function partsOf({ features }: StrongViewsOptions, { batch }: Pick<Step, "batch">): number[][] {
  const both = [batch.labeled.shape[0], batch.unlabeled!.shape[0]];
  const strong = strongViewsOf(batch).map((view) => view.shape[0]);
  return [features.share > 0 ? [...both, ...both] : both, strong];
}

interface Weak {
  /** M_l and M_u. */
  readonly labeled: Value;
  readonly unlabeled: Value;
  /** M_fp of the unlabeled images. */
  readonly dropped?: Value;
}

/** Labeled and weak unlabeled images in one pass. */
function weakPass(step: ViewStep): Weak {
  const { tape, pass, network, batch, options: { features: stream }, context: { share } } = step;
  const [n, m] = [batch.labeled.shape[0], batch.unlabeled!.shape[0]];
  const images = tf.concat([batch.labeled, plainView(step)], 0);
  const features = encode(pass, tape.adopt(images), network.options.encoder);
  const part = (logits: Value, start: number, count: number) => sliceBatch(tape, logits, start, count);
  if (stream.share === 0) {
    const logits = decode(step, features);
    return { labeled: part(logits, 0, n), unlabeled: part(logits, n, m) };
  }
  const rows = share && rowsOfMany(share, [[n, m]])("decode_head", n + m);
  const random = streamOf(step, "dropped features");
  const dropped = dropoutChannels(tape, features, stream.dropout, random, rows);
  const logits = decode(step, concatenate(tape, [features, dropped], 0));
  return { labeled: part(logits, 0, n), unlabeled: part(logits, n, m), dropped: part(logits, 2 * n + m, m) };
}

/** Cross entropy with the sure pseudo labels, over all pixels. @param logits At feature size */
function confidentLoss(step: ViewStep, logits: Value, labels: LabelMap): Value {
  const { tape, network: { options: { decoder } } } = step;
  const [, height, width] = labels.shape;
  return tape.scope(() => {
    const resized = resizeBilinear(tape, logits, height, width, decoder.alignCorners);
    return crossEntropy(tape, resized, labels, "all");
  });
}

/** The strong views with their boxes, and the losses of each. */
function strongLosses(step: ViewStep, target: PseudoTarget): Value[] {
  const { tape, pass, network: { options: { encoder } }, batch, options: { donor } } = step;
  const seen = strongViewsOf(batch).map((_, view) => seenAs(step, view, target, donor));
  const images = tf.concat(seen.map((view) => view.images), 0) as FeatureMap;
  seen.forEach((view) => view.images.dispose());
  const input = tape.observe("mixed_img", tape.adopt(images));
  const logits = decode(step, tape.prefixed("mix_", () => encode(pass, input, encoder)));
  const m = batch.unlabeled!.shape[0];
  return seen.map(({ target: { labels } }, i) => {
    const loss = confidentLoss(step, sliceBatch(tape, logits, i * m, m), labels);
    labels.dispose();
    return loss;
  });
}

/** L_usup. */
function unsupervisedLoss(step: ViewStep, { unlabeled, dropped }: Weak): Value {
  const { tape, network, batch, options: { unsup, features } } = step;
  const [, height, width] = batch.labeled.shape;
  const { alignCorners } = network.options.decoder;
  return tape.scope(() => {
    const threshold = thresholdOf(step, unsup);
    const target = pseudoTarget(unlabeled.tensor, [height, width], alignCorners, threshold, "hard");
    const strong = strongLosses(step, target);
    const each = (1 - features.share) / strong.length;
    const terms = strong.map((loss) => [each, loss] as const);
    const fp = dropped && [[features.share, confidentLoss(step, dropped, target.labels)] as const];
    disposeTarget(target);
    return linearCombination(tape, [...terms, ...fp ?? []]);
  });
}

/** FixMatch and UniMatch. */
export const strongViews: ObjectiveCode<StrongViewsOptions> = {
  passOptions: (options, step) => ({
    rows: step.context.share && rowsOfMany(step.context.share, partsOf(options, step)),
  }),
  terms(step) {
    const weak = weakPass(step);
    const [name, , ce] = labeledTerm(step, step.tape.observe("M_l", weak.labeled));
    const { weight } = step.options.unsup;
    const known: Weighted = [name, 0.5, ce];
    if (weight === 0) return { terms: [known] };
    return { terms: [known, ["usup", rampedWeight(weight / 2, step.context), unsupervisedLoss(step, weak)]] };
  },
};
