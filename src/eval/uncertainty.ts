/** How unsure a network is of a photo's pixels. */
import * as tf from "@tensorflow/tfjs-core";
import { flipRows } from "../data/augment/flip.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { Network } from "../model/network.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { type PredictOptions, predictProbabilities } from "./predict_image.ts";

/** What a network says of a photo, and how sure it is; all maps are `[H, W]` of the photo's size. */
export interface UncertainPhoto {
  /** The most probable class of each pixel, by the mean of the photo and its mirror image. */
  readonly labels: Uint8Array;
  /** Entropy of the class probabilities, divided by that of equal ones: 0 to 1 (Shannon 1948; Settles 2009, 2.1). */
  readonly entropy: Float32Array;
  /** 1 − (p1 − p2), p1 and p2 the two largest probabilities: 0 to 1 (Scheffer, Decomain, Wrobel 2001). */
  readonly margin: Float32Array;
  /**
   * How much photo and mirror image disagree: the Jensen-Shannon divergence of their probabilities, divided by log 2, 0 to
   * 1 (the mutual information of prediction and view; Houlsby et al. 2011, with flips as in Gao et al. 2020).
   */
  readonly flips: Float32Array;
}

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const copy = data.slice();
  flipRows(copy, width, 3);
  return { width, height, data: copy };
}

/** Entropy over the classes in nats. @param p `[1, H, W, K]` @returns `[1, H, W]` */
function entropyOf(p: tf.Tensor): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(p, tf.log(tf.maximum(p, 1e-12))), -1));
}

/** 1 minus the distance of the two largest. @param p `[1, H, W, K]` @returns `[1, H, W]` */
function marginOf(p: tf.Tensor): tf.Tensor {
  if (p.shape.at(-1)! < 2) return tf.zeros(p.shape.slice(0, -1));
  const { values } = tf.topk(p, 2);
  const [first, second] = tf.unstack(values, -1);
  return tf.sub(1, tf.sub(first!, second!));
}

function mapsOf(plain: FeatureMap, turned: FeatureMap): tf.Tensor[] {
  const mean = tf.div(tf.add(plain, turned), 2);
  const entropy = entropyOf(mean);
  const apart = tf.sub(entropy, tf.div(tf.add(entropyOf(plain), entropyOf(turned)), 2));
  const classes = Math.max(2, plain.shape[3]);
  return [
    tf.argMax(mean, -1),
    tf.div(entropy, Math.log(classes)),
    marginOf(mean),
    tf.div(apart, Math.log(2)),
  ].map((map) => map.dtype === "int32" ? map : tf.clipByValue(map, 0, 1));
}

/**
 * Predicts a photo and its mirror image and tells, for each pixel, how unsure the network is.
 * @param options Scales are averaged in both; `flip` is not looked at
 */
export async function uncertainPhoto(
  network: Network,
  photo: RgbImage,
  options: Omit<PredictOptions, "flip"> = {},
): Promise<UncertainPhoto> {
  const maps = tf.tidy(() => {
    const plain = predictProbabilities(network, photo, options);
    const turned = tf.reverse(predictProbabilities(network, mirrored(photo), options), 2);
    return mapsOf(plain, turned as FeatureMap);
  });
  try {
    const [labels, entropy, margin, flips] = await Promise.all(maps.map((map) => map.data()));
    return {
      labels: Uint8Array.from(labels!),
      entropy: entropy as Float32Array,
      margin: margin as Float32Array,
      flips: flips as Float32Array,
    };
  } finally {
    tf.dispose(maps);
  }
}
