import * as tf from "@tensorflow/tfjs-core";
import { TF_BFLOAT16, TF_FLOAT } from "../backends/tensorflow/dtypes.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { attributeList, type OpAttributes } from "../backends/tensorflow/run_op.ts";
import type { AnyTensor } from "./tensors.ts";

/** Element type of native products: float32, or bfloat16 with sums in float32. */
export type ProductType = "float32" | "bfloat16";

const DATA_TYPES = { float32: TF_FLOAT, bfloat16: TF_BFLOAT16 } as const;

/**
 * TensorFlow ops of one element type. tfjs knows no bfloat16: such tensors stand in its books as float32, and only the
 * methods here can use them (TensorFlow refuses any other op, as its type differs). Results are the caller's.
 */
export class NativeMath {
  readonly #backend: NodeKernelBackend;
  readonly #dtype: number;

  /** Ops of `type` on the native backend. */
  constructor(backend: NodeKernelBackend, readonly type: ProductType) {
    this.#backend = backend;
    this.#dtype = DATA_TYPES[type];
  }

  /** Runs an op whose `T` is this type; the output has it too. */
  run(name: string, inputs: readonly AnyTensor[], attributes: OpAttributes = {}): AnyTensor {
    return this.#execute(name, inputs, { ...attributes, types: { T: this.#dtype, ...attributes.types } });
  }

  /** A float32 tensor in this type; a new tensor. */
  from(x: AnyTensor): AnyTensor {
    return this.type === "float32" ? tf.clone(x) : this.#cast(x, TF_FLOAT, TF_BFLOAT16);
  }

  /** Back to float32; `x` is given up. */
  toFloat(x: AnyTensor): AnyTensor {
    if (this.type === "float32") return x;
    const result = this.#cast(x, TF_BFLOAT16, TF_FLOAT);
    x.dispose();
    return result;
  }

  /** The same elements in another shape. */
  reshape(x: AnyTensor, shape: readonly number[]): AnyTensor {
    return this.#withNumbers([shape], ([target]) => this.run("Reshape", [x, target!], indexType("Tshape")));
  }

  /** A part of each axis. */
  slice(x: AnyTensor, begin: readonly number[], size: readonly number[]): AnyTensor {
    return this.#withNumbers(
      [begin, size],
      (numbers) => this.run("Slice", [x, ...numbers], indexType("Index")),
    );
  }

  /** Matrix product `[M, K]` · `[K, N]`, each transposed on request. */
  product(a: AnyTensor, b: AnyTensor, transposeA = false, transposeB = false): AnyTensor {
    return this.run("BatchMatMulV2", [a, b], { bools: { adj_x: transposeA, adj_y: transposeB } });
  }

  /** Joins along the first axis. */
  join(parts: readonly AnyTensor[]): AnyTensor {
    const axis = tf.scalar(0, "int32");
    const attributes = { ...indexType("Tidx"), ints: { N: parts.length } };
    const result = this.run("ConcatV2", [...parts, axis], attributes);
    axis.dispose();
    return result;
  }

  #cast(x: AnyTensor, from: number, to: number): AnyTensor {
    const attributes = { types: { SrcT: from, DstT: to }, bools: { Truncate: false } };
    return this.#execute("Cast", [x], attributes);
  }

  #execute(name: string, inputs: readonly AnyTensor[], attributes: OpAttributes): AnyTensor {
    const list = attributeList(attributes).filter((one) =>
      one.name !== "T" || attributes.types?.T !== undefined
    );
    const ids = this.#backend.getInputTensorIds(inputs);
    const { id, shape } = this.#backend.binding.executeOp(name, list, ids, 1)[0]!;
    return this.#backend.createOutputTensor({ id, shape, dtype: TF_FLOAT });
  }

  #withNumbers(lists: readonly (readonly number[])[], f: (tensors: AnyTensor[]) => AnyTensor): AnyTensor {
    const tensors = lists.map((list) => tf.tensor1d(list as number[], "int32"));
    const result = f(tensors);
    for (const tensor of tensors) tensor.dispose();
    return result;
  }
}

const TF_INT32 = 3;

function indexType(name: "Tshape" | "Index" | "Tidx"): OpAttributes {
  return { types: { [name]: TF_INT32 } };
}
