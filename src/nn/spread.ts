import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap } from "./tensors.ts";

/** Puts as many zeros as make each row `stride` times as long after it. */
function stretchRows(x: tf.Tensor, rows: number, stride: number): tf.Tensor {
  const length = x.size / rows;
  return tf.pad(tf.reshape(x, [rows, length]), [[0, 0], [0, (stride - 1) * length]]);
}

/**
 * Puts stride − 1 zeros between neighbours and `extra` zeros at the end, so that a strided step becomes a plain one.
 * Pads matrices only: tfjs's webgpu kernel gives zeros for a tensor of five axes.
 */
export function spread(dy: FeatureMap, stride: number, extraHeight: number, extraWidth: number): FeatureMap {
  const [n, h, w, c] = dy.shape;
  if (stride === 1) return tf.pad(dy, [[0, 0], [0, extraHeight], [0, extraWidth], [0, 0]]);
  const wide = stretchRows(dy, n * h * w, stride);
  const full = tf.reshape(stretchRows(wide, n * h, stride), [n, h * stride, w * stride, c]) as FeatureMap;
  const [height, width] = [(h - 1) * stride + 1, (w - 1) * stride + 1];
  const trimmed = tf.slice(full, [0, 0, 0, 0], [n, height, width, c]);
  return tf.pad(trimmed, [[0, 0], [0, extraHeight], [0, extraWidth], [0, 0]]);
}
