import * as tf from "@tensorflow/tfjs-core";
import { TF_FLOAT } from "../backends/tensorflow/dtypes.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { type OpAttributes, runOpMany } from "../backends/tensorflow/run_op.ts";
import type { BatchNormKernels, BatchStatistics, NormalizedBatch } from "./batch_norm_kernels.ts";
import type { AnyTensor } from "./tensors.ts";

function attributes(epsilon: number, share?: number): OpAttributes {
  return fusedNormAttributes(share === undefined ? { epsilon } : { epsilon, exponential_avg_factor: share });
}

/** Attributes of TensorFlow's fused batch norm over NHWC, forward and backward. */
export function fusedNormAttributes(
  floats: { readonly epsilon: number; readonly exponential_avg_factor?: number },
  training = true,
): OpAttributes {
  return {
    types: { U: TF_FLOAT },
    floats,
    strings: { data_format: "NHWC" },
    bools: { is_training: training },
  };
}

/** γ (x − mean) / √(variance + ε) + β in one pass, by given statistics `[C]`; a new tensor. */
export function normalizeBy(
  backend: NodeKernelBackend,
  x: AnyTensor,
  gamma: AnyTensor,
  beta: AnyTensor,
  { mean, variance }: BatchStatistics,
  epsilon: number,
): AnyTensor {
  const inputs = [x, gamma, beta, mean, variance];
  const outputs = runOpMany(backend, "FusedBatchNormV3", inputs, 6, fusedNormAttributes({ epsilon }, false));
  const [output, ...unused] = outputs;
  unused.forEach((tensor) => tensor.dispose());
  return output!;
}

function forward(
  backend: NodeKernelBackend,
  inputs: readonly AnyTensor[],
  attributes: OpAttributes,
): NormalizedBatch {
  const outputs = runOpMany(backend, "FusedBatchNormV3", inputs, 6, attributes);
  const [output, mean, variance, ...saved] = outputs;
  return { output: output!, mean: mean!, variance: variance!, saved };
}

/** Batch norm by TensorFlow's fused kernels; their variance already has n / (n − 1). */
export function nativeBatchNorm(backend: NodeKernelBackend): BatchNormKernels {
  return {
    forward(x, gamma, beta, epsilon) {
      const none = tf.zeros([0]);
      const batch = forward(backend, [x, gamma, beta, none, none], attributes(epsilon));
      none.dispose();
      return batch;
    },
    forwardMoving(x, gamma, beta, epsilon, { mean, variance, share }) {
      return forward(backend, [x, gamma, beta, mean, variance], attributes(epsilon, share));
    },
    gradient(dy, x, gamma, saved, epsilon) {
      const inputs = [dy, x, gamma, ...saved];
      const outputs = runOpMany(backend, "FusedBatchNormGradV3", inputs, 5, attributes(epsilon));
      const [dx, dgamma, dbeta, ...unused] = outputs;
      unused.forEach((tensor) => tensor.dispose());
      return [dx!, dgamma!, dbeta!];
    },
  };
}
