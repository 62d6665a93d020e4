import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap } from "./tensors.ts";

/** Puts stride − 1 zeros between neighbours and `extra` zeros at the end, so that a strided step becomes a plain one. */
export function spread(dy: FeatureMap, stride: number, extraHeight: number, extraWidth: number): FeatureMap {
  const [n, h, w, c] = dy.shape;
  if (stride === 1) return tf.pad(dy, [[0, 0], [0, extraHeight], [0, extraWidth], [0, 0]]);
  const cells = tf.reshape(dy, [n * h, 1, w, 1, c]);
  const zeros: [number, number] = [0, stride - 1];
  const wide = tf.pad(cells, [[0, 0], zeros, [0, 0], zeros, [0, 0]]);
  const full = tf.reshape(wide, [n, h * stride, w * stride, c]) as FeatureMap;
  const [height, width] = [(h - 1) * stride + 1, (w - 1) * stride + 1];
  const trimmed = tf.slice(full, [0, 0, 0, 0], [n, height, width, c]);
  return tf.pad(trimmed, [[0, 0], [0, extraHeight], [0, extraWidth], [0, 0]]);
}
