import type { TapeNode } from "./op_record.ts";
import type { Value } from "./value.ts";

/** How many recorded ops that are still to be differentiated each parameter is an input of. */
export class ParameterUses {
  readonly #uses = new Map<Value, number>();

  /** Counts the uses of `parameters` in `nodes`. */
  constructor(parameters: Iterable<Value>, nodes: readonly TapeNode[]) {
    for (const parameter of parameters) this.#uses.set(parameter, 0);
    this.add(nodes);
  }

  /** Counts further ops. */
  add(nodes: readonly TapeNode[]): void {
    for (const { inputs } of nodes) {
      for (const input of inputs) this.#change(input, 1);
    }
  }

  /**
   * Counts one use less.
   * @returns Whether it was the parameter's last one; false for what is no parameter
   */
  done(input: Value): boolean {
    return this.#change(input, -1) === 0;
  }

  #change(input: Value, by: number): number | undefined {
    const before = this.#uses.get(input);
    if (before === undefined) return undefined;
    this.#uses.set(input, before + by);
    return before + by;
  }
}
