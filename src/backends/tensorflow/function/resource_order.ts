import { TF_RESOURCE } from "../dtypes.ts";
import type { GraphTensor } from "./graph_node.ts";

type Operation = Deno.PointerObject;

/** What has happened to a variable. */
interface History {
  /** The last node that changed it. */
  writer?: Operation;
  /** Nodes that read it since, and nodes that use what they read. */
  readers: Operation[];
}

const READ = "ReadVariableOp";

/**
 * The order of nodes that share a variable, which a graph does not have by itself: reads see the changes recorded before
 * them alone. A change comes after all uses of what was read too, so that TensorFlow need not copy the variable for them.
 */
export class ResourceOrder {
  readonly #histories = new Map<number, History>();
  /** Which variable a tensor was read from, by node. */
  readonly #origins = new Map<bigint, History>();

  /** Nodes that must come before the next one, and whether that one changes a variable. */
  before(op: string, inputs: readonly GraphTensor[]): { after: Operation[]; writes: boolean } {
    const histories = this.#of(inputs);
    const writes = histories.length > 0 && op !== READ;
    const after = histories.flatMap(({ writer, readers }) => [
      ...(writer === undefined ? [] : [writer]),
      ...(writes ? readers : []),
    ]);
    return { after, writes };
  }

  /** Notes a node. */
  ran(operation: Operation, op: string, inputs: readonly GraphTensor[]): void {
    for (const { operation: source } of inputs) this.#origins.get(key(source))?.readers.push(operation);
    for (const history of this.#of(inputs)) {
      if (op === READ) {
        history.readers.push(operation);
        this.#origins.set(key(operation), history);
      } else {
        history.writer = operation;
        history.readers = [];
      }
    }
  }

  #of(inputs: readonly GraphTensor[]): History[] {
    return inputs.filter(({ dtype }) => dtype === TF_RESOURCE).map(({ id }) => {
      let history = this.#histories.get(id);
      if (history === undefined) this.#histories.set(id, history = { readers: [] });
      return history;
    });
  }
}

/** Pointers are equal by their address. */
function key(operation: Operation): bigint {
  return Deno.UnsafePointer.value(operation);
}
