import type { Tensor } from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { TensorFunction } from "../backends/tensorflow/function/tensor_function.ts";
import { isUnrecordable } from "../backends/tensorflow/function/unrecordable.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import type { Lender, ParameterStore } from "../nn/parameters.ts";
import type { FeatureMap } from "../nn/tensors.ts";

/** Functions kept at the same time; the one not used for longest goes first. */
const MOST_KEPT = 4;

/** Shapes whose first use is remembered. */
const MOST_SEEN = 64;

interface Recorded {
  readonly function: TensorFunction;
  /** Who held each parameter's value: the function reads those itself, others are its arguments. */
  readonly lenders: readonly (Lender | undefined)[];
}

/**
 * Inference as TensorFlow functions, one for each shape of images. A shape is recorded at its second use: photos of a size
 * of their own each would be recorded for nothing. Dispose it when done.
 */
export class RecordedLogits {
  readonly #parameters: ParameterStore;
  readonly #names: readonly string[];
  readonly #kept = new Map<string, Recorded>();
  readonly #seen = new Set<string>();
  #refused: string | undefined;

  /** @param names Of the parameters that inference reads */
  constructor(parameters: ParameterStore, names: readonly string[]) {
    this.#parameters = parameters;
    this.#names = names;
  }

  /**
   * What `f` makes of the images, by a function where there is one; op by op for good once one cannot be recorded.
   * @param key What else decides what `f` does
   * @param f Runs the ops
   * @returns The caller disposes it
   */
  run(images: FeatureMap, key: string, f: () => FeatureMap): FeatureMap {
    const backend = nativeBackend();
    if (backend === undefined || backend.binding.isRecording) return f();
    const shape = `${key} ${images.shape}`;
    const recorded = this.#keptFor(shape) ?? this.#record(backend, shape, images, f);
    if (recorded === undefined) return f();
    this.#use(shape, recorded);
    return recorded.function.call(this.#given(images))[0] as Tensor as FeatureMap;
  }

  /** Why nothing is recorded any more, naming the op; `undefined` while recording works. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** Number of functions kept. */
  get kept(): number {
    return this.#kept.size;
  }

  /** Frees all functions. */
  dispose(): void {
    for (const { function: recorded } of this.#kept.values()) recorded.dispose();
    this.#kept.clear();
    this.#seen.clear();
  }

  #lenders(): Recorded["lenders"] {
    return this.#names.map((name) => this.#parameters.lender(name));
  }

  /** The images and the parameters that the store holds itself. */
  #given(images: FeatureMap): Tensor[] {
    const own = this.#names.filter((name) => this.#parameters.lender(name) === undefined);
    return [images, ...own.map((name) => this.#parameters.tensor(name))];
  }

  /** The function of a shape, unless parameters have come into other hands since. */
  #keptFor(shape: string): Recorded | undefined {
    const found = this.#kept.get(shape);
    if (found === undefined) return undefined;
    if (this.#lenders().every((lender, i) => lender === found.lenders[i])) return found;
    found.function.dispose();
    this.#kept.delete(shape);
    return undefined;
  }

  /** `undefined` at a shape's first use, and where an op cannot be recorded. */
  #record(
    backend: NodeKernelBackend,
    shape: string,
    images: FeatureMap,
    f: () => FeatureMap,
  ): Recorded | undefined {
    if (this.#refused !== undefined || !this.#wasSeen(shape)) return undefined;
    const run = () => this.#parameters.readingAnew(this.#names, f);
    try {
      const made = new TensorFunction(backend, this.#given(images), () => [run()]);
      return { function: made, lenders: this.#lenders() };
    } catch (error) {
      if (!isUnrecordable(error)) throw error;
      this.#refused = error.message;
      return undefined;
    }
  }

  #wasSeen(shape: string): boolean {
    if (this.#seen.has(shape)) return true;
    this.#seen.add(shape);
    if (this.#seen.size > MOST_SEEN) this.#seen.delete(this.#seen.values().next().value!);
    return false;
  }

  #use(shape: string, recorded: Recorded): void {
    this.#kept.delete(shape);
    this.#kept.set(shape, recorded);
    if (this.#kept.size <= MOST_KEPT) return;
    const [oldest, unused] = this.#kept.entries().next().value!;
    unused.function.dispose();
    this.#kept.delete(oldest);
  }
}
