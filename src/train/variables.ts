import type { Tensor } from "@tensorflow/tfjs-core";
import {
  type OpAttribute,
  TF_ATTR_BOOL,
  TF_ATTR_SHAPE,
  TF_ATTR_STRING,
  TF_ATTR_TYPE,
} from "../backends/tensorflow/attributes.ts";
import type { TensorMetadata } from "../backends/tensorflow/binding.ts";
import { TF_FLOAT } from "../backends/tensorflow/dtypes.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import type { AnyTensor } from "../nn/tensors.ts";

/** The name that TensorFlow itself gives to variables that nobody looks up by name. */
const ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

const float32 = (name: "dtype" | "T"): OpAttribute => ({ name, type: TF_ATTR_TYPE, value: TF_FLOAT });

/**
 * A float32 variable of TensorFlow's: a buffer that ops change in place. Buffers are shared, not copied, between it and
 * tensors; TensorFlow copies one before a change while a tensor still shows it. Not counted among the backend's tensors
 * by its size. Dispose it when done.
 */
export class Variable {
  readonly #backend: NodeKernelBackend;
  readonly #handle: number;

  /** A variable without a value. */
  constructor(backend: NodeKernelBackend, shape: readonly number[]) {
    this.#backend = backend;
    const attributes: OpAttribute[] = [
      float32("dtype"),
      { name: "shared_name", type: TF_ATTR_STRING, value: ANONYMOUS },
      { name: "shape", type: TF_ATTR_SHAPE, value: shape },
    ];
    this.#handle = backend.binding.executeOp("VarHandleOp", attributes, [], 1)[0]!.id;
  }

  /** Takes a tensor's buffer as the value; the tensor stays the caller's. */
  assign(tensor: AnyTensor): void {
    this.#run("AssignVariableOp", [this.#handle, this.#id(tensor)], [float32("dtype")]);
  }

  /** The value as a tensor; the caller disposes it, before the next change if that is to be made in place. */
  read(): Tensor {
    const [metadata] = this.#run("ReadVariableOp", [this.#handle], [float32("dtype")], 1);
    return this.#backend.createOutputTensor(metadata!);
  }

  /** this ← this − factor · tensor. @param factor Scalar tensor */
  subtract(tensor: AnyTensor, factor: AnyTensor): void {
    const inputs = [this.#handle, this.#id(factor), this.#id(tensor)];
    this.#run("ResourceApplyGradientDescent", inputs, [float32("T")]);
  }

  /** buffer ← momentum · buffer + gradient; this ← this − rate · buffer. @param rate, momentum Scalar tensors */
  applyMomentum(buffer: Variable, gradient: AnyTensor, rate: AnyTensor, momentum: AnyTensor): void {
    const inputs = [this.#handle, buffer.#handle, ...[rate, gradient, momentum].map((one) => this.#id(one))];
    this.#run("ResourceApplyMomentum", inputs, [float32("T")]);
  }

  /** Frees the buffer, unless a tensor still shows it. */
  dispose(): void {
    this.#run("DestroyResourceOp", [this.#handle], [
      { name: "ignore_lookup_error", type: TF_ATTR_BOOL, value: true },
    ]);
    this.#backend.binding.deleteTensor(this.#handle);
  }

  #id(tensor: AnyTensor): number {
    return this.#backend.getInputTensorIds([tensor])[0]!;
  }

  #run(name: string, inputs: number[], attributes: readonly OpAttribute[], outputs = 0): TensorMetadata[] {
    return this.#backend.binding.executeOp(name, attributes, inputs, outputs);
  }
}
