import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { TF_DOUBLE, TF_FLOAT, TF_INT32 } from "../../backends/tensorflow/dtypes.ts";
import type { NodeKernelBackend } from "../../backends/tensorflow/node_kernels.ts";
import { attributeList, type OpAttributes } from "../../backends/tensorflow/run_op.ts";
import { KernelError, TrainingError } from "../../core/errors.ts";
import type { AnyTensor } from "../../nn/tensors.ts";
import { LOST } from "./watch_plan.ts";

const GROUP_KEY = 1;
const FIRST_INSTANCE_KEY = 1;
const KINDS = {
  sum: {
    op: "CollectiveReduceV2",
    strings: { merge_op: "Add", final_op: "Id" },
    ints: { max_subdivs_per_device: -1 },
  },
  gather: { op: "CollectiveGatherV2", strings: {}, ints: {} },
} as const;

type Kind = keyof typeof KINDS;

/** What a collective op is given besides its input. */
interface Call {
  readonly op: string;
  readonly attributes: OpAttributes;
  /** Ids of group size, group key and instance key; the caller deletes them. */
  readonly keys: readonly number[];
}

/**
 * TensorFlow's collective ops over all processes of a cluster. Every process must make the same calls in the same order,
 * with tensors of the same shapes; results are the same on all of them, bit for bit.
 *
 * TensorFlow keeps what it knows of an instance key for ever, so keys are used again: the n-th call of one kind, dtype and
 * shape since `startRound` has the key that it had in the round before.
 */
export class Collectives {
  #instances = new Map<string, number>();
  #calls = new Map<string, number>();

  /**
   * The collective ops of an opened backend.
   * @param backend Opened with the cluster's ServerDef
   * @param count Number of processes
   */
  constructor(readonly backend: NodeKernelBackend, readonly count: number) {}

  /** Begins a step: keys are given out from the start again. */
  startRound(): void {
    this.#calls.clear();
  }

  /** The sum of all processes' tensors, float32 of one shape; the caller disposes it. It blocks until all have called. */
  sum(x: TensorInfo): Tensor {
    return this.#run("sum", x);
  }

  /** All processes' tensors, float32 or int32 `[n, …]`, joined along axis 0 by process; the caller disposes it. */
  gather(x: TensorInfo): Tensor {
    return this.#run("gather", x);
  }

  /**
   * As `sum`, for few numbers: each process gathers and adds them itself, which takes half the rounds of a ring, n − 1
   * instead of 2 (n − 1), for n / 2 times the bytes.
   */
  sumFew(x: AnyTensor): Tensor {
    return tf.tidy(() => {
      const all = this.#run("gather", tf.reshape(x, [1, x.size]));
      return tf.reshape(tf.sum(all, 0), x.shape);
    });
  }

  /** As `sum`, without blocking the event loop; several may be under way. */
  async sumInBackground(x: TensorInfo): Promise<Tensor> {
    const { op, attributes, keys } = this.#call("sum", x);
    const { binding } = this.backend;
    const [input] = this.backend.getInputTensorIds([x]);
    try {
      const [output] = await binding.executeOpInBackground(
        op,
        attributeList(attributes),
        [input!, ...keys],
        1,
      );
      return this.backend.createOutputTensor(output!);
    } catch (error) {
      throw explained(error);
    } finally {
      keys.forEach((id) => binding.deleteTensor(id));
    }
  }

  /** Sums counts of all processes, exact up to 2^53. */
  sumCounts(counts: Float64Array): Float64Array {
    const { binding } = this.backend;
    const input = binding.createTensor([counts.length], TF_DOUBLE, counts);
    const { op, attributes, keys } = this.#callFor("sum", TF_DOUBLE, [counts.length]);
    try {
      const [output] = binding.executeOp(op, attributeList(attributes), [input, ...keys], 1);
      const sum = binding.tensorDataSync(output!.id) as Float64Array;
      binding.deleteTensor(output!.id);
      return sum;
    } catch (error) {
      throw explained(error);
    } finally {
      [input, ...keys].forEach((id) => binding.deleteTensor(id));
    }
  }

  #run(kind: Kind, x: TensorInfo): Tensor {
    const { op, attributes, keys } = this.#call(kind, x);
    const { binding } = this.backend;
    const [input] = this.backend.getInputTensorIds([x]);
    try {
      const [output] = binding.executeOp(op, attributeList(attributes), [input!, ...keys], 1);
      return this.backend.createOutputTensor(output!);
    } catch (error) {
      throw explained(error);
    } finally {
      keys.forEach((id) => binding.deleteTensor(id));
    }
  }

  #call(kind: Kind, { dtype, shape }: TensorInfo): Call {
    return this.#callFor(kind, dtype === "int32" ? TF_INT32 : TF_FLOAT, shape);
  }

  #callFor(kind: Kind, dtype: number, shape: readonly number[]): Call {
    const { op, strings, ints } = KINDS[kind];
    const attributes: OpAttributes = {
      types: { T: dtype },
      strings: { ...strings, communication_hint: "auto" },
      ints: { ...ints, Nordering_token: 0 },
      floats: { timeout_seconds: 0 },
      bools: { is_stateless: false },
    };
    const instance = this.#instanceKey(`${kind} ${dtype} [${shape}]`);
    const scalar = (value: number) => this.backend.binding.createTensor([], TF_INT32, Int32Array.of(value));
    return { op, attributes, keys: [this.count, GROUP_KEY, instance].map(scalar) };
  }

  #instanceKey(call: string): number {
    const place = this.#calls.get(call) ?? 0;
    this.#calls.set(call, place + 1);
    const name = `${call} ${place}`;
    let key = this.#instances.get(name);
    if (key === undefined) {
      key = FIRST_INSTANCE_KEY + this.#instances.size;
      this.#instances.set(name, key);
    }
    return key;
  }
}

/** Reads a tensor's elements and disposes it. */
export function takeNumbers(tensor: AnyTensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

/** What a failed collective op means for a run: most often that another process has ended. */
function explained(error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  const text = error.message.split("\n")[0]!.replace(/^Cannot run \w+\(.*?\): /, "");
  const at = text.indexOf(LOST);
  return lostWorker(at < 0 ? `a collective op failed: ${text}` : text.slice(at), error);
}

/** The error that ends a run whose workers are not complete any more. */
export function lostWorker(state: string, cause: unknown): TrainingError {
  return new TrainingError(
    `Cannot go on training: ${state}, expected every worker to answer; the last checkpoint stays, --resume goes on from it`,
    { cause },
  );
}
