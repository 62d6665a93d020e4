/**
 * Auxiliary decoders of cross-consistency training (Ouali, Hudelot & Tami 2020; `upsample` of their code at 65d4e5b): a 1×1
 * convolution to the classes, then for each factor 2 of the output stride a 1×1 convolution, a rectifier and a pixel shuffle.
 *
 * Every convolution reads one position, so a shuffle only says where a value stands. Here nothing is moved: positions stay in
 * the order of the shuffles, and what is compared with them is put in that order once (`inShuffleOrder`).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { AuxiliaryDecoders, EncoderOptions, ModelOptions } from "../config/model_options.ts";
import { reshape } from "../nn/arithmetic.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import { relu } from "../nn/relu.ts";
import type { Value } from "../nn/tape.ts";
import type { AnyTensor, FeatureMap } from "../nn/tensors.ts";
import { POINTWISE } from "./encoder.ts";
import type { ForwardPass } from "./forward_pass.ts";
import { convolutionSpec, vector } from "./layer_specs.ts";

/** How the features of a decoder are perturbed. */
export type AuxiliaryKind = keyof AuxiliaryDecoders;

/** Pixel shuffles by 2 from features to pixels. */
export function shuffleCount({ outputStride }: Pick<EncoderOptions, "outputStride">): number {
  return Math.log2(outputStride);
}

/** All decoders, by the names that their parameters begin with. */
export function auxiliaryNames(auxiliary: AuxiliaryDecoders): (readonly [AuxiliaryKind, string])[] {
  return Object.entries(auxiliary).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, i) => [kind as AuxiliaryKind, `aux_decoders.${kind}.${i}`] as const)
  );
}

/** Parameters of the auxiliary decoders, `aux_decoders.<kind>.<number>.<layer>`. Biases begin at 0. */
export function auxiliarySpecs({ auxiliary, encoder, decoder, classes }: ModelOptions): ParameterSpec[] {
  if (auxiliary === undefined) return [];
  const shuffles = Array.from({ length: shuffleCount(encoder) }, (_, i) => i + 1);
  return auxiliaryNames(auxiliary).flatMap(([, name]) => [
    convolutionSpec(`${name}.0`, 1, decoder.channels, classes, { normal: Math.sqrt(2 / decoder.channels) }),
    ...shuffles.flatMap((i) => [
      convolutionSpec(`${name}.${i}`, 1, classes, 4 * classes, "icnr"),
      vector(`${name}.${i}.bias`, 4 * classes, 0),
    ]),
  ]);
}

/**
 * Logits of one decoder at every pixel.
 * @param name From `auxiliaryNames`
 * @param features `[N, h, w, C]`
 * @returns `[N, h, w · s², K]` at output stride s, in the order of `inShuffleOrder`
 */
export function decodeAuxiliary(pass: ForwardPass, name: string, features: Value): Value {
  const { tape } = pass;
  return tape.scope(() => {
    let map = pass.convolution(`${name}.0`, features, POINTWISE);
    const [n, h, , classes] = map.shape as [number, number, number, number];
    for (let i = 1; pass.parameters.has(`${name}.${i}.weight`); i++) {
      const four = relu(tape, pass.convolution(`${name}.${i}`, map, POINTWISE), `${name}.${i}`);
      map = reshape(tape, four, [n, h, 4 * map.shape[2]!, classes]);
    }
    return map;
  });
}

/**
 * A map in the order of pixel shuffles: the s² pixels of a feature stand one after the other, as they come out of one shuffle
 * after the other.
 * @param map `[N, h · s, w · s, K]`, s = 2^`shuffles`
 * @returns `[N, h, w · s², K]`; the caller disposes it
 */
export function inShuffleOrder(map: AnyTensor, shuffles: number): FeatureMap {
  const channels = map.shape[3]!;
  return tf.tidy(() => {
    let x = map;
    for (let i = 0; i < shuffles; i++) {
      const [n, h, w, c] = x.shape as [number, number, number, number];
      const pairs = tf.reshape(x, [n * h / 2, 2, w / 2, 2 * c]);
      x = tf.reshape(tf.transpose(pairs, [0, 2, 1, 3]), [n, h / 2, w / 2, 4 * c]);
    }
    const [n, h, w, all] = x.shape as [number, number, number, number];
    return tf.clone(tf.reshape(x, [n, h, w * all / channels, channels])) as FeatureMap;
  });
}
