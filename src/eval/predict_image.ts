import * as tf from "@tensorflow/tfjs-core";
import { inputNormalization } from "../config/encoder_facts.ts";
import { prepareForEvaluation } from "../data/augment/evaluation.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { Network } from "../model/network.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { probabilitiesAt, slideLogits } from "./inference.ts";

/** How an image is predicted. */
export interface PredictOptions {
  /** `whole`: at once; `slide`: overlapping windows whose logits are averaged. Default whole. */
  readonly mode?: "whole" | "slide";
  /** Height and width of a window, for `slide`. */
  readonly crop?: readonly [number, number];
  /** Rows and columns between windows, for `slide`. */
  readonly stride?: readonly [number, number];
  /** Size `[width, height]` that the image is fitted into first, its shape kept; its own size when absent. */
  readonly scale?: readonly [number, number];
  /** Factors on the size; the probabilities of all are averaged. Default [1]. */
  readonly ratios?: readonly number[];
  /** Adds the mirrored image. Default false. */
  readonly flip?: boolean;
}

/** Classes of an image's pixels. */
export interface Prediction {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[height, width]`, the most probable class of each pixel. */
  readonly labels: Uint8Array;
}

function logitsOf(network: Network, input: FeatureMap, options: PredictOptions): FeatureMap {
  if (options.mode !== "slide") return network.logits(input);
  const [, height, width] = input.shape;
  const crop = options.crop ?? [height, width];
  const stride = options.stride ?? crop.map((side) => Math.ceil(side * 2 / 3)) as [number, number];
  return slideLogits(network, input, {
    crop: { height: crop[0], width: crop[1] },
    stride: { height: stride[0], width: stride[1] },
  });
}

/** Probabilities of one pass at the image's own size. */
function passProbabilities(
  network: Network,
  image: RgbImage,
  options: PredictOptions,
  ratio: number,
  flip: boolean,
): FeatureMap {
  const normalization = inputNormalization(network.options.encoder);
  const prepared = prepareForEvaluation(image, { scale: options.scale, ratio, flip, ...normalization });
  return tf.tidy(() => {
    const input = tf.tensor4d(prepared.data, [1, prepared.height, prepared.width, 3]);
    const logits = logitsOf(network, input, options);
    const probabilities = probabilitiesAt(logits, image, network.options.decoder.alignCorners);
    return flip ? tf.reverse(probabilities, 2) : probabilities;
  });
}

/**
 * Class probabilities of an image at its own size, averaged over scales and flips (mmseg's aug_test).
 * @returns `[1, H, W, K]`; the caller disposes it
 */
export function predictProbabilities(
  network: Network,
  image: RgbImage,
  options: PredictOptions = {},
): FeatureMap {
  const flips = options.flip ? [false, true] : [false];
  const passes = (options.ratios ?? [1]).flatMap((ratio) => flips.map((flip) => ({ ratio, flip })));
  return tf.tidy(() => {
    let sum: FeatureMap | undefined;
    for (const { ratio, flip } of passes) {
      const added = passProbabilities(network, image, options, ratio, flip);
      const total: FeatureMap = sum === undefined ? added : tf.add(sum, added);
      sum?.dispose();
      if (total !== added) added.dispose();
      sum = total;
    }
    return tf.div(sum!, passes.length) as FeatureMap;
  });
}

/**
 * The most probable class of each pixel of an image, at its own size.
 * @example
 * ```ts ignore
 * const { labels } = await predictImage(network, { width, height, data: rgb });
 * ```
 */
export async function predictImage(
  network: Network,
  image: RgbImage,
  options: PredictOptions = {},
): Promise<Prediction> {
  const classes = tf.tidy(() => tf.argMax(predictProbabilities(network, image, options), -1));
  const labels = Uint8Array.from(await classes.data() as Int32Array);
  classes.dispose();
  return { width: image.width, height: image.height, labels };
}
