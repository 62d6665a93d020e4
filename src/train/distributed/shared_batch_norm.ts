import * as tf from "@tensorflow/tfjs-core";
import { runOpMany } from "../../backends/tensorflow/run_op.ts";
import type { BatchNormKernels } from "../../nn/batch_norm_kernels.ts";
import { fusedNormAttributes, normalizeBy } from "../../nn/batch_norm_native.ts";
import type { AnyTensor } from "../../nn/tensors.ts";
import type { Collectives } from "./collectives.ts";

/** Keeps the first `count` of some tensors. */
function first<T extends AnyTensor>(tensors: readonly T[], count: number): T[] {
  tensors.slice(count).forEach((tensor) => tensor.dispose());
  return tensors.slice(0, count);
}

interface Moments {
  readonly mean: AnyTensor;
  /** Over n. */
  readonly variance: AnyTensor;
  /** Over n − 1. */
  readonly unbiased: AnyTensor;
}

/**
 * Joins each process's mean and sum of squared differences by Chan's rule: M2 = Σ M2_w + n Σ (mean_w − mean)², so that
 * no large numbers are subtracted. All processes have equally many values.
 * @param own `[2, C]`, mean and M2
 * @param n Values a channel of one process
 */
function joinMoments(collectives: Collectives, own: AnyTensor, n: number): Moments {
  const [, channels] = own.shape as [number, number];
  const total = n * collectives.count;
  const [mean, variance, unbiased] = tf.tidy(() => {
    const all = tf.reshape(collectives.gather(own), [collectives.count, 2, channels]);
    const [means, squares] = tf.unstack(all, 1) as [AnyTensor, AnyTensor];
    const mean = tf.mean(means, 0);
    const between = tf.mul(tf.sum(tf.square(tf.sub(means, mean)), 0), n);
    const m2 = tf.add(tf.sum(squares, 0), between);
    return [mean, tf.div(m2, total), tf.div(m2, Math.max(total - 1, 1))];
  }) as [AnyTensor, AnyTensor, AnyTensor];
  return { mean, variance, unbiased };
}

/**
 * Batch norm over all processes (as PyTorch's SyncBatchNorm), by TensorFlow's fused kernels. One gather a norm forward
 * (2·C numbers), one more backward (2·C). Gradients of scale and shift are this process's share: they are summed with all
 * other gradients.
 */
export function sharedBatchNorm(collectives: Collectives): BatchNormKernels {
  const { backend, count } = collectives;
  return {
    processes: count,
    forward(x, gamma, beta, epsilon) {
      const n = x.size / x.shape.at(-1)!;
      const none = tf.zeros([0]);
      const local = runOpMany(
        backend,
        "FusedBatchNormV3",
        [x, gamma, beta, none, none],
        6,
        fusedNormAttributes({ epsilon }),
      );
      none.dispose();
      const own = tf.tidy(() => tf.stack([local[1]!, tf.mul(local[2]!, Math.max(n - 1, 0))]));
      local.forEach((tensor) => tensor.dispose());
      const { mean, variance, unbiased } = joinMoments(collectives, own, n);
      own.dispose();
      const output = normalizeBy(backend, x, gamma, beta, { mean, variance }, epsilon);
      return { output, mean, variance: unbiased, saved: [tf.clone(mean), variance] };
    },
    forwardAgain(x, gamma, beta, saved, epsilon) {
      const [mean, variance] = saved as [AnyTensor, AnyTensor];
      return normalizeBy(backend, x, gamma, beta, { mean, variance }, epsilon);
    },
    gradient(dy, x, gamma, saved, epsilon) {
      const total = x.size / x.shape.at(-1)! * count;
      const [mean, variance] = saved as [AnyTensor, AnyTensor];
      // as if mean and variance were constants: dγ = Σ dy·x̂ and dβ = Σ dy of this process, dx = γ/√(σ² + ε) · dy
      const inputs = [dy, x, gamma, mean, variance, variance];
      const [direct, dgamma, dbeta] = first(
        runOpMany(backend, "FusedBatchNormGradV3", inputs, 5, fusedNormAttributes({ epsilon }, false)),
        3,
      ) as [AnyTensor, AnyTensor, AnyTensor];
      // what flows through them: γ/√(σ² + ε) · (mean(dy) + x̂ · mean(dy·x̂)), itself a normalization of x
      const dx = tf.tidy(() => {
        const own = tf.stack([dbeta, dgamma]);
        const factor = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
        const sums = tf.mul(tf.div(collectives.sumFew(own), total), factor);
        const [shift, scale] = tf.unstack(sums) as [AnyTensor, AnyTensor];
        return tf.sub(direct, normalizeBy(backend, x, scale, shift, { mean, variance }, epsilon));
      });
      direct.dispose();
      return [dx, dgamma, dbeta];
    },
  };
}
