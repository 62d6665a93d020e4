/**
 * Cross-consistency training (Ouali, Hudelot & Tami 2020, section 3; their code at 65d4e5b):
 * total = L_ce + w · ω(t) · L_usup.
 *
 *     unlabeled ──> encoder, ASPP, bottleneck ──> z ──> pixel classifier ──> softmax (constant) ──┐
 *                                                 └─> perturbed ──> auxiliary decoders ──> softmax ┴─> squared error
 *
 * L_usup is the mean over decoders of the mean over images, pixels and classes. Their encoder ends with a pyramid pooling
 * module; so z is what our pixel classifier reads, which they would call the encoder's output. The main decoder stays the
 * network's own; its prediction is resized to the pixels of the auxiliary ones.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { CctOptions } from "../../config/objectives/cct.ts";
import type { RandomStream } from "../../core/random.ts";
import {
  type AuxiliaryKind,
  auxiliaryNames,
  decodeAuxiliary,
  inShuffleOrder,
  shuffleCount,
} from "../../model/auxiliary_decoders.ts";
import { asppBranches, decodeWithFeatures } from "../../model/decoder.ts";
import { encode } from "../../model/encoder.ts";
import { addConstant, linearCombination, multiplyConstant } from "../../nn/arithmetic.ts";
import { dropoutChannels } from "../../nn/dropout.ts";
import { resizeTensor } from "../../nn/pool_and_resize.ts";
import type { Value } from "../../nn/tape.ts";
import type { AnyTensor } from "../../nn/tensors.ts";
import { varyingTensor } from "../../nn/varying.ts";
import { adversarialShift } from "../adversarial_shift.ts";
import { rowsOfParts } from "../batch_share.ts";
import { activeDropped, objectMask, objectsCut } from "../feature_masks.ts";
import { labeledForward } from "../labeled_forward.ts";
import { softmaxSquaredError } from "../scalar_losses.ts";
import { plainView, streamOf } from "../student_view.ts";
import { type ObjectiveCode, rampedWeight, type Step } from "./step.ts";

type CctStep = Step<CctOptions>;

/** What is perturbed. */
interface Predicted {
  /** z `[M, h, w, C]` */
  readonly features: Value;
  /** M_u `[M, h, w, K]`, without gradient. */
  readonly logits: Value;
}

/** z, M_u at feature size. */
function predict(step: CctStep): Predicted {
  const { tape, pass, network: { options: { encoder, decoder } } } = step;
  const images = plainView(step);
  return tape.scope(() => {
    const features = tape.prefixed("u_", () => encode(pass, tape.constant(images), encoder));
    const [branches] = asppBranches(pass, features, decoder, [images.shape[0]]);
    return decodeWithFeatures(pass, branches!);
  });
}

/** Numbers from a range, drawn once for all images of the batch. */
function drawn(step: CctStep, purpose: string, shape: number[], [low, high]: readonly [number, number]) {
  const size = shape.reduce((product, side) => product * side, 1);
  const make = (stream: RandomStream) =>
    tf.tensor(Float32Array.from({ length: size }, () => low + (high - low) * stream.uniform()), shape);
  return varyingTensor(streamOf(step, purpose), make);
}

/** As `drawn`, for each image of the batch of all processes; those of this one. @param shape `[M, …]` */
function drawnForEach(step: CctStep, purpose: string, [own, ...shape]: number[]): AnyTensor {
  const { share = { index: 0, count: 1 } } = step.context;
  const size = shape.reduce((product, side) => product * side, own!);
  return varyingTensor(streamOf(step, purpose), (stream) => {
    const all = Float32Array.from({ length: size * share.count }, () => stream.uniform());
    return tf.tensor(all.slice(size * share.index, size * (share.index + 1)), [own!, ...shape]);
  });
}

/** The features that a decoder reads. @param name The decoder's, which names its draws too */
type Perturbation = (step: CctStep, predicted: Predicted, name: string) => Value;

const PERTURBATIONS: { readonly [K in AuxiliaryKind]: Perturbation } = {
  vat(step, { features }, name) {
    const start = drawnForEach(step, name, features.shape);
    const { tape, pass, options: { perturb: { radius } } } = step;
    const centred = tf.sub(start, 0.5);
    const shift = adversarialShift(pass, name, features.tensor, centred, radius);
    tf.dispose([start, centred]);
    return addConstant(tape, features, shift);
  },
  dropout(step, { features }, name) {
    const { tape, options: { perturb }, context: { share } } = step;
    const rows = share && rowsOfParts(share)("decode_head", features.shape[0]!);
    return dropoutChannels(tape, features, perturb.dropout, streamOf(step, name), rows);
  },
  cutOut(step, { features, logits }, name) {
    const [m, , , classes] = logits.shape as [number, number, number, number];
    const places = drawnForEach(step, name, [m, 2, classes - 1]);
    const mask = objectsCut(logits.tensor, places, step.options.perturb.erase);
    places.dispose();
    return multiplyConstant(step.tape, features, mask);
  },
  context: ({ tape }, { features, logits }) => multiplyConstant(tape, features, objectMask(logits.tensor)),
  object: ({ tape }, { features, logits }) =>
    multiplyConstant(tape, features, tf.tidy(() => tf.sub(1, objectMask(logits.tensor)))),
  featureDrop(step, { features }, name) {
    const share = drawn(step, name, [], step.options.perturb.keep);
    const mask = activeDropped(features.tensor, share);
    share.dispose();
    return multiplyConstant(step.tape, features, mask);
  },
  noise(step, { features }, name) {
    const { noise } = step.options.perturb;
    return multiplyConstant(
      step.tape,
      features,
      drawn(step, name, [1, ...features.shape.slice(1)], [1 - noise, 1 + noise]),
    );
  },
};

/** The main decoder's probabilities at every pixel, in the order of the auxiliary decoders. */
function targetOf({ network: { options } }: CctStep, { logits }: Predicted): AnyTensor {
  const shuffles = shuffleCount(options.encoder);
  const [, h, w] = logits.shape as [number, number, number];
  return tf.tidy(() => {
    const pixels = resizeTensor(logits.tensor, h << shuffles, w << shuffles, options.decoder.alignCorners);
    return inShuffleOrder(tf.softmax(pixels), shuffles);
  });
}

/** L_usup. */
function crossConsistency(step: CctStep): Value {
  const { tape, pass, network } = step;
  return tape.scope(() => {
    const predicted = predict(step);
    tape.observe("M_u", predicted.logits);
    const target = tape.adopt(targetOf(step, predicted)).tensor;
    const losses = auxiliaryNames(network.options.auxiliary!).map(([kind, name]) =>
      tape.scope(() => {
        const logits = decodeAuxiliary(pass, name, PERTURBATIONS[kind](step, predicted, name));
        return softmaxSquaredError(tape, logits, target);
      })
    );
    return linearCombination(tape, losses.map((loss) => [1 / losses.length, loss]));
  });
}

/** Cross-consistency training. */
export const cct: ObjectiveCode<CctOptions> = {
  passOptions: (_, { context: { share } }) => ({ rows: share && rowsOfParts(share) }),
  terms(step) {
    const { term } = labeledForward(step);
    const { weight } = step.options.unsup;
    if (weight === 0) return { terms: [term] };
    return { terms: [term, ["usup", rampedWeight(weight, step.context), crossConsistency(step)]] };
  },
};
