import * as tf from "@tensorflow/tfjs-core";
import type { Network } from "../model/network.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { type SlidingOptions, slidingWindows, windowCounts } from "./sliding.ts";

/**
 * Logits of images seen through overlapping windows, averaged where they overlap (mmseg's slide_inference).
 * @param images `[N, H, W, 3]`, normalized; stays the caller's
 * @returns `[N, H, W, K]`; the caller disposes it
 * @throws {RangeError} If a window does not fit
 */
export function slideLogits(network: Network, images: FeatureMap, options: SlidingOptions): FeatureMap {
  const [n, height, width] = images.shape;
  const windows = slidingWindows({ height, width }, options);
  return tf.tidy(() => {
    let sum: FeatureMap = tf.zeros([n, height, width, network.options.classes]);
    for (const { top, left, height: rows, width: columns } of windows) {
      const next: FeatureMap = tf.tidy(() => {
        const window = tf.slice(images, [0, top, left, 0], [n, rows, columns, 3]);
        const below = height - top - rows;
        const right = width - left - columns;
        return tf.add(sum, tf.pad(network.logits(window), [[0, 0], [top, below], [left, right], [0, 0]]));
      });
      sum.dispose();
      sum = next;
    }
    const counts = windowCounts({ height, width }, windows);
    return tf.div(sum, tf.tensor4d(counts, [1, height, width, 1]));
  });
}
