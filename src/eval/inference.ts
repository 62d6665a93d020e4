import * as tf from "@tensorflow/tfjs-core";
import type { Network } from "../model/network.ts";
import { resizeTensor } from "../nn/pool_and_resize.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { type PixelSize, type SlidingOptions, slidingWindows, windowCounts } from "./sliding.ts";

/**
 * Logits of images seen through windows; where windows overlap, their mean (mmseg's `slide_inference`).
 * @param images `[N, H, W, 3]`, normalized; stays the caller's
 * @returns `[N, H, W, K]`; the caller disposes it
 * @throws {RangeError} If a size is not a positive integer or the stride is larger than the crop
 */
export function slideLogits(network: Network, images: FeatureMap, options: SlidingOptions): FeatureMap {
  const [, height, width] = images.shape;
  const windows = slidingWindows({ height, width }, options);
  let sum: tf.Tensor | undefined;
  for (const { top, left, ...size } of windows) {
    const before = sum;
    sum = tf.tidy(() => {
      const part = tf.slice(images, [0, top, left, 0], [-1, size.height, size.width, -1]);
      const below = height - top - size.height;
      const right = width - left - size.width;
      const placed = tf.pad(network.logits(part), [[0, 0], [top, below], [left, right], [0, 0]]);
      return before === undefined ? placed : tf.add(before, placed);
    });
    before?.dispose();
  }
  const mean = tf.tidy(() => {
    const counts = tf.tensor4d(windowCounts({ height, width }, windows), [1, height, width, 1]);
    return tf.div(sum!, counts) as FeatureMap;
  });
  sum!.dispose();
  return mean;
}

/**
 * Class probabilities at another size: logits are resized first, then the softmax is taken, as the official
 * inference does at an image's original size.
 * @param logits `[N, h, w, K]`; stays the caller's
 * @param alignCorners Corner rule of the network's decoder
 * @returns `[N, H, W, K]`; the caller disposes it
 */
export function probabilitiesAt(
  logits: FeatureMap,
  size: PixelSize,
  alignCorners: boolean,
): FeatureMap {
  const [, height, width] = logits.shape;
  if (height === size.height && width === size.width) return tf.softmax(logits);
  return tf.tidy(() => tf.softmax(resizeTensor(logits, size.height, size.width, alignCorners)) as FeatureMap);
}
