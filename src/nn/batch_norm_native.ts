import * as tf from "@tensorflow/tfjs-core";
import { TF_FLOAT } from "../backends/tensorflow/dtypes.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { type OpAttributes, runOpMany } from "../backends/tensorflow/run_op.ts";
import type { BatchNormKernels } from "./batch_norm_kernels.ts";

function attributes(epsilon: number): OpAttributes {
  return {
    types: { U: TF_FLOAT },
    floats: { epsilon },
    strings: { data_format: "NHWC" },
    bools: { is_training: true },
  };
}

/** Batch norm by TensorFlow's fused kernels; their variance already has n / (n − 1). */
export function nativeBatchNorm(backend: NodeKernelBackend): BatchNormKernels {
  return {
    forward(x, gamma, beta, epsilon) {
      const none = tf.zeros([0]);
      const outputs = runOpMany(
        backend,
        "FusedBatchNormV3",
        [x, gamma, beta, none, none],
        6,
        attributes(epsilon),
      );
      none.dispose();
      const [output, mean, variance, ...saved] = outputs;
      return { output: output!, mean: mean!, variance: variance!, saved };
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
