import { keep, type Tensor } from "@tensorflow/tfjs-core";
import { KernelError } from "../../../core/errors.ts";
import type { NodeKernelBackend } from "../node_kernels.ts";
import { WITHOUT_GRAPPLER } from "./graph_passes.ts";
import type { CallOptions, RecordedFunction } from "./recorded_function.ts";

/** Makes an argument that is made anew before each call: a value now, and how to get later ones. */
export type AskedTensors = (make: () => Tensor) => Tensor;

/** Kernels know nothing of recordings: what they refuse is said to have failed to run. */
function whileRecording(error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  return new KernelError(error.message.replace(/^Cannot run /, "Cannot record "), { cause: error });
}

interface Asked {
  readonly id: number;
  readonly make: () => Tensor;
  /** What the recording made, for the first call. */
  first?: Tensor;
}

/**
 * A TensorFlow function of tfjs tensors, recorded once from what a callback runs on the native backend: one call in place
 * of hundreds of ops. Arguments are the tensors given, what the callback asks for, and variables of TensorFlow's; whatever
 * else it makes is constant. Dispose it when done.
 */
export class TensorFunction {
  readonly #backend: NodeKernelBackend;
  readonly #function: RecordedFunction;
  readonly #asked: readonly Asked[];
  /** Of each argument: a given tensor's place, what is asked for, or the number of a variable's handle. */
  readonly #sources: readonly (
    | { readonly given: number }
    | { readonly asked: Asked }
    | { readonly fixed: number }
  )[];

  /**
   * Records a function.
   * @param given Tensors whose places others take in later calls; they stay the caller's
   * @param f Makes the results, which are taken over, and disposes whatever else it makes
   * @throws {KernelError} If an op cannot be recorded, by its name; if `f` reads values or leaves tensors over
   */
  constructor(
    backend: NodeKernelBackend,
    given: readonly Tensor[],
    f: (ask: AskedTensors) => readonly Tensor[],
  ) {
    this.#backend = backend;
    const { binding } = backend;
    const givenIds = backend.getInputTensorIds(given);
    const asked: Asked[] = [];
    const ask: AskedTensors = (make) =>
      binding.outsideOfRecording(() => {
        const tensor = make();
        const [id] = backend.getInputTensorIds([tensor]);
        asked.push({ id: id!, make, first: keep(tensor.clone()) });
        return tensor;
      });
    const places = new Map(givenIds.map((id, given) => [id, { given }]));
    const accepts = (id: number) => places.has(id) || asked.some((one) => one.id === id);
    try {
      this.#function = binding.recordFunction(accepts, () => {
        const results = f(ask);
        return {
          ids: backend.getInputTensorIds(results),
          release: () => results.forEach((one) => one.dispose()),
        };
      });
    } catch (error) {
      asked.forEach(({ first }) => first?.dispose());
      throw whileRecording(error);
    }
    this.#asked = asked;
    this.#sources = this.#function.argumentIds.map((id) => {
      const found = asked.find((one) => one.id === id);
      return places.get(id) ?? (found === undefined ? { fixed: id } : { asked: found });
    });
  }

  /** Nodes as they were recorded. */
  get nodes(): number {
    return this.#function.nodes;
  }

  /**
   * Runs it.
   * @param given As at the recording, of equal shapes; they stay the caller's
   * @param options How; each other way is prepared by TensorFlow anew
   * @returns The results; the caller disposes them
   * @throws {KernelError} If an op in it fails
   */
  call(given: readonly Tensor[], options: CallOptions = { config: WITHOUT_GRAPPLER }): Tensor[] {
    const { binding } = this.#backend;
    const made = new Map(this.#asked.map((asked) => {
      const tensor = asked.first ?? asked.make();
      asked.first = undefined;
      return [asked, tensor];
    }));
    try {
      const givenIds = this.#backend.getInputTensorIds(given);
      const ids = this.#sources.map((source) => {
        if ("given" in source) return givenIds[source.given]!;
        if ("fixed" in source) return source.fixed;
        return this.#backend.getInputTensorIds([made.get(source.asked)!])[0]!;
      });
      return binding.callFunction(this.#function, ids, options).map((one) =>
        this.#backend.createOutputTensor(one)
      );
    } finally {
      for (const tensor of made.values()) tensor.dispose();
    }
  }

  /** Frees the function. */
  dispose(): void {
    for (const asked of this.#asked) {
      asked.first?.dispose();
      asked.first = undefined;
    }
    this.#backend.binding.removeFunction(this.#function);
  }
}
