import type { Recipe } from "../config/recipe.ts";
import type { Branches } from "../model/branches.ts";
import { asppBranches, decodeBranches } from "../model/decoder.ts";
import { encode } from "../model/encoder.ts";
import * as tf from "@tensorflow/tfjs-core";
import { ForwardPass } from "../model/forward_pass.ts";
import type { Network } from "../model/network.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import { resizeBilinear } from "../nn/pool_and_resize.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { AnyTensor, FeatureMap } from "../nn/tensors.ts";
import type { BatchShare } from "./batch_share.ts";
import { type BoxMixture, mixByPlace } from "./box_mixture.ts";
import { boxMask } from "./boxes.ts";
import type { Mixture } from "./mixture.ts";
import type { PixelLossOptions } from "./pixel_loss.ts";
import type { StepDraws } from "./step_draws.ts";

/** What a network makes of images without training on them. */
export interface Inferred {
  /** Encoder features `[M, h, w, C]`. */
  readonly features: Value;
  /** ASPP branches. */
  readonly branches: Branches;
  /** Logits at feature size. */
  readonly logits: Value;
}

/**
 * Unlabeled images as at inference: running statistics, no dropout, no gradient. Pseudo labels are what a user of the
 * network would get, and labeled images keep a batch norm of their own.
 */
export function inferUnlabeled(tape: Tape, network: Network, images: FeatureMap): Inferred {
  const pass = new ForwardPass(tape, network.parameters, { training: false });
  const { encoder, decoder } = network.options;
  const infer = () => {
    const features = encode(pass, tape.constant(images), encoder);
    const [branches] = asppBranches(pass, features, decoder, [images.shape[0]]);
    return { ...branches!, features, logits: decodeBranches(pass, [branches!], decoder)[0]! };
  };
  const { features, logits, ...branches } = tape.withoutGradient(() =>
    tape.prefixed("u_", () => tape.scope(infer))
  );
  return { features, branches, logits };
}

/** What the losses of a mixture by place are taken with. */
export interface BoxContext {
  readonly network: Network;
  readonly recipe: Recipe;
  readonly draws: StepDraws;
  /** How logits are compared with label maps. */
  readonly pixels: PixelLossOptions;
  /** Part of the whole batch that this process holds. */
  readonly share?: BatchShare;
}

/** The losses of a mixture by place. */
export interface BoxLosses {
  /** L_mix: cross entropy inside of the boxes, with the labels of the labeled images; absent at a weight of 0. */
  readonly mix?: Value;
  /** L_usup: cross entropy outside of them, with the pseudo labels of the unlabeled images; absent at a weight of 0. */
  readonly usup?: Value;
}

/** A mixture with 1 outside of its boxes, 0 inside, `[pairs, H, W]`. */
interface MixtureOnTape extends BoxMixture {
  readonly outside: AnyTensor;
}

function mixtureOf(pass: ForwardPass, { first, second, pairs }: Mixture, context: BoxContext): MixtureOnTape {
  const { recipe, draws, share, pixels } = context;
  const [, height, width] = first.images.shape;
  const own = pairs.labeled.length;
  const start = (share?.index ?? 0) * own;
  const boxes = draws.boxes?.slice(start, start + own) ?? [];
  if (boxes.length !== own) {
    throw new RangeError(`Cannot mix by place: ${boxes.length} boxes were drawn for ${own} pairs`);
  }
  const mask = boxMask(boxes, height, width);
  const sides = { labeled: first.images, labels: first.labels!, unlabeled: second.images, mask, pairs };
  const mixed = mixByPlace({ ...sides, predicted: second.logits.tensor }, {
    threshold: recipe.unsup.threshold,
    alignCorners: pixels.alignCorners,
  });
  const outside = tf.tidy(() => tf.cast(tf.sub(1, mask), "float32"));
  mask.dispose();
  [mixed.labels, mixed.pseudoLabels, outside].forEach((tensor) => pass.tape.adopt(tensor));
  return { ...mixed, outside };
}

/**
 * Sends a mixture by place through encoder and labeled decoder, and compares with what is known of it. With
 * `recipe.crossEntropy` `all` both losses are divided by all pixels of the mixture; with `labeled` L_mix by the labeled
 * pixels inside of the boxes, L_usup by all pixels outside of them: one that is not sure enough is left out by the loss
 * itself and counts (as UniMatch's masked loss is divided by all valid pixels).
 */
export function boxLosses(pass: ForwardPass, mixture: Mixture, context: BoxContext): BoxLosses {
  const { tape } = pass;
  const { encoder, decoder } = context.network.options;
  const losses = () => {
    const { images, labels, pseudoLabels, outside } = mixtureOf(pass, mixture, context);
    const mixed = tape.observe("mixed_img", tape.adopt(images));
    const features = tape.prefixed("mix_", () => encode(pass, mixed, encoder));
    const branches = asppBranches(pass, features, decoder, [images.shape[0]]);
    const logits = tape.observe("M_mix", decodeBranches(pass, branches, decoder)[0]!);
    const [, height, width] = labels.shape;
    const resized = resizeBilinear(tape, logits, height, width, decoder.alignCorners);
    const { classWeights, average, overProcesses } = context.pixels;
    const { mix, unsup, classWeights: kind } = context.recipe;
    // steep weights are for labels alone: a rare class that is predicted too often would be learned from its own pseudo labels
    const pseudoWeights = kind === "sqrt-median" ? classWeights : undefined;
    return {
      mix: mix.weight > 0
        ? crossEntropy(tape, resized, labels, average, { classWeights, overProcesses })
        : undefined,
      usup: unsup.weight > 0
        ? crossEntropy(tape, resized, pseudoLabels, average, {
          classWeights: pseudoWeights,
          counted: outside,
          overProcesses,
        })
        : undefined,
    };
  };
  return tape.scope(losses);
}
