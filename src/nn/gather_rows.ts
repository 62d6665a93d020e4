import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { TF_ATTR_INT, TF_ATTR_TYPE } from "../backends/tensorflow/attributes.ts";
import { TF_FLOAT, TF_INT32 } from "../backends/tensorflow/dtypes.ts";
import type { AnyTensor } from "./tensors.ts";

/**
 * Elements of the first axis, with repetition. tfjs's own kernel reads the indices back on the native backend, to look
 * whether they fit; TensorFlow refuses those that do not by itself.
 * @param x float32 or int32 `[N, …]`
 * @param indices int32 `[M]` or of any shape, each in [0, N)
 * @returns `[M, …]`; a new tensor
 */
export function gatherRows<T extends AnyTensor>(x: T, indices: AnyTensor): T {
  const backend = nativeBackend();
  if (backend === undefined) return tf.gather(x, indices as tf.Tensor1D);
  const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
  const attributes = [
    type("Tparams", x.dtype === "int32" ? TF_INT32 : TF_FLOAT),
    type("Tindices", TF_INT32),
    type("Taxis", TF_INT32),
    { name: "batch_dims", type: TF_ATTR_INT, value: 0 },
  ];
  const axis = tf.scalar(0, "int32");
  const picked = backend.executeSingleOutput("GatherV2", attributes, [x, indices, axis]);
  axis.dispose();
  return picked as T;
}
