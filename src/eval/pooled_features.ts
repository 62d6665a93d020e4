import * as tf from "@tensorflow/tfjs-core";
import { inputNormalization } from "../config/encoder_facts.ts";
import { prepareForEvaluation } from "../data/augment/evaluation.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { Network } from "../model/network.ts";
import type { FeatureMap } from "../nn/tensors.ts";

/** Long side at which a photo's features are taken, in pixels: ImageNet's networks saw 224. */
const LONG_SIDE = 320;

/**
 * What a photo shows, as one direction: the encoder's last feature map, averaged over all positions and divided by its
 * length, so that distances between photos are between 0 and 2.
 * @returns `[C]`
 */
export async function pooledFeatures(network: Network, photo: RgbImage): Promise<Float32Array> {
  const side = Math.min(LONG_SIDE, Math.max(photo.width, photo.height));
  const normalization = inputNormalization(network.options.encoder);
  const { data, height, width } = prepareForEvaluation(photo, { scale: [side, side], ...normalization });
  const pooled = tf.tidy(() => {
    const maps = network.features(tf.tensor4d(data, [1, height, width, 3]) as FeatureMap);
    const mean = tf.mean(maps, [0, 1, 2]);
    return tf.div(mean, tf.maximum(tf.norm(mean), 1e-12));
  });
  const values = await pooled.data<"float32">();
  pooled.dispose();
  return values;
}
