import * as tf from "@tensorflow/tfjs-core";
import type { BatchNormKernels } from "./batch_norm_kernels.ts";
import { sumBatch } from "./position_sums.ts";

function meanPositions(x: tf.Tensor): tf.Tensor {
  return tf.div(sumBatch(x), x.size / x.shape.at(-1)!);
}

/**
 * Batch norm by tfjs ops. With x̂ = (x − mean) / √(variance + ε), variance over n:
 * dx = γ / √(variance + ε) · (dy − mean(dy) − x̂ · mean(dy · x̂)) (Ioffe and Szegedy 2015, section 3).
 */
export const portableBatchNorm: BatchNormKernels = {
  forward(x, gamma, beta, epsilon) {
    const count = x.size / x.shape.at(-1)!;
    const [output, mean, variance, ...saved] = tf.tidy(() => {
      const rough = meanPositions(x);
      const nearly = tf.sub(x, rough);
      // a rounded mean shifts the whole channel: what it leaves is taken away too
      const rest = meanPositions(nearly);
      const centred = tf.sub(nearly, rest);
      const variance = meanPositions(tf.square(centred));
      const scale = tf.rsqrt(tf.add(variance, epsilon));
      const output = tf.add(tf.mul(centred, tf.mul(scale, gamma)), beta);
      return [output, tf.add(rough, rest), tf.mul(variance, count / (count - 1)), rough, rest, scale];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor[]];
    return { output, mean, variance, saved };
  },
  gradient(dy, x, gamma, saved) {
    const [rough, rest, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    return tf.tidy(() => {
      const normalized = tf.mul(tf.sub(tf.sub(x, rough), rest), scale);
      const dbeta = sumBatch(dy);
      const dgamma = sumBatch(tf.mul(dy, normalized));
      const count = x.size / x.shape.at(-1)!;
      const centred = tf.sub(dy, tf.div(dbeta, count));
      const dx = tf.mul(tf.sub(centred, tf.mul(normalized, tf.div(dgamma, count))), tf.mul(gamma, scale));
      return [dx, dgamma, dbeta] as [tf.Tensor, tf.Tensor, tf.Tensor];
    });
  },
};
