import * as tf from "@tensorflow/tfjs-core";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import type { Lender, ParameterStore } from "../nn/parameters.ts";
import { Variable } from "./variables.ts";

interface Resident {
  readonly variable: Variable;
  /** How the store reads it. */
  readonly lender: Lender;
}

/**
 * A network's parameters and running statistics in TensorFlow variables, which recorded steps change in place. The store
 * goes on answering: it reads a variable when it is asked. Whatever others put into the store is taken over before the
 * next step. Dispose it to give the values back.
 */
export class ResidentParameters {
  readonly #backend: NodeKernelBackend;
  readonly #store: ParameterStore;
  readonly #residents = new Map<string, Resident>();

  /** Takes nothing over yet. */
  constructor(backend: NodeKernelBackend, store: ParameterStore) {
    this.#backend = backend;
    this.#store = store;
  }

  /** Brings all values into the variables, and gives up the store's tensors: buffers are then changed in place. */
  enter(): void {
    for (const { name, shape } of this.#store.specs()) {
      const resident = this.#residentOf(name, shape);
      if (this.#store.lender(name) !== resident.lender) resident.variable.assign(this.#store.tensor(name));
      this.#store.lend(name, resident.lender);
    }
  }

  /** The variable of a parameter, after `enter`. */
  variable(name: string): Variable {
    return this.#residents.get(name)!.variable;
  }

  /**
   * Runs `f`, which is being recorded, over a store whose tensors are those that the function reads from its variables.
   * Running statistics that `f` moves are moved in the variables; counters stay as they are.
   * @returns The result, and how much `f` would have counted
   */
  recorded<R>(f: () => R): { result: R; counted: ReadonlyMap<string, number> } {
    const before = this.#store.counts();
    const read = new Map(this.#store.specs().map(({ name }) => [name, this.variable(name).read()]));
    for (const [name, tensor] of read) this.#store.replace(name, tensor);
    try {
      const result = f();
      for (const [name, tensor] of read) {
        const after = this.#store.tensor(name);
        if (after !== tensor) this.variable(name).assign(after);
      }
      const counted = [...this.#store.counts()].map(([name, count]) =>
        [name, count - before.get(name)!] as const
      );
      return { result, counted: new Map(counted) };
    } finally {
      this.#store.setCounts(before);
      for (const [name, { lender }] of this.#residents) {
        if (this.#store.has(name)) this.#store.lend(name, lender);
      }
    }
  }

  /** Adds to the store's counters. */
  count(counted: ReadonlyMap<string, number>): void {
    const counts = this.#store.counts();
    this.#store.setCounts(new Map([...counted].map(([name, more]) => [name, counts.get(name)! + more])));
  }

  /** Gives all values back to the store and frees the variables. */
  dispose(): void {
    for (const [name, { variable }] of this.#residents) {
      // read while the variable is there; the tensor keeps the buffer
      if (this.#store.has(name)) this.#store.takeBack(name);
      variable.dispose();
    }
    this.#residents.clear();
  }

  #residentOf(name: string, shape: readonly number[]): Resident {
    let resident = this.#residents.get(name);
    if (resident === undefined) {
      const variable = new Variable(this.#backend, shape);
      resident = { variable, lender: () => tf.keep(variable.read()) };
      this.#residents.set(name, resident);
    }
    return resident;
  }
}
