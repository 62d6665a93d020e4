/** Ops that run at once on an eager context: the call, its outputs, and the sentence where TensorFlow refuses. */
import { KernelError } from "../../core/errors.ts";
import { type AttributeSetters, eagerSetters } from "./attribute_setters.ts";
import { type OpAttribute, setAttribute } from "./attributes.ts";
import { problemOfCall } from "./check_call.ts";
import type { TensorflowContext } from "./context.ts";
import { describeHandles, type HandleTable, type TensorHandle } from "./handles.ts";
import type { OpDefinitions } from "./op_definitions.ts";
import { cString, readCString } from "./symbols.ts";

const MOST_OUTPUTS = 4096;

/** What TensorFlow appends to its messages: the op's whole definition. */
const OP_DEFINITION = /\s*(\[Op:[^\]]*\]|;? ?NodeDef: |; Op<)[\s\S]*$/;

/** Told of an op that ran, and how many milliseconds it took. */
export type OnOp = (op: string, milliseconds: number, inputs: readonly TensorHandle[]) => void;

/** An op and what it is called with. */
export interface OpCall {
  /** TensorFlow's name, or a function's. */
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly TensorHandle[];
  /** How many outputs it must have. */
  readonly outputCount: number;
}

/**
 * The error of an op that failed.
 * @param text TensorFlow's message, or ours
 */
export function failedOp(
  name: string,
  inputs: readonly { readonly dtype: number; readonly shape: readonly number[] }[],
  text: string,
): KernelError {
  // few inputs: the cause must be in sight, and a function has hundreds
  return new KernelError(
    `Cannot run ${name}(${describeHandles(inputs)}): ${text.replace(OP_DEFINITION, "")}`,
  );
}

/** Runs ops; their outputs are adopted by a table of handles. */
export class EagerOps {
  readonly #context: TensorflowContext;
  readonly #handles: HandleTable;
  readonly #definitions: OpDefinitions;
  readonly #setters: AttributeSetters;
  readonly #outputs = new BigUint64Array(MOST_OUTPUTS);
  readonly #outputCount = new Int32Array(1);

  constructor(context: TensorflowContext, handles: HandleTable, definitions: OpDefinitions) {
    this.#context = context;
    this.#handles = handles;
    this.#definitions = definitions;
    this.#setters = eagerSetters(context.symbols, context.status);
  }

  /**
   * Runs one op.
   * @returns Its outputs, in the table
   * @throws {KernelError} With TensorFlow's message, the op and its inputs
   */
  run(call: OpCall, onOp?: OnOp): TensorHandle[] {
    const { symbols, status } = this.#context;
    const { name, inputs } = call;
    const op = this.#prepare(call);
    this.#outputCount[0] = call.outputCount;
    const start = onOp === undefined ? 0 : performance.now();
    try {
      symbols.TFE_Execute(op, this.#outputs, this.#outputCount, status);
    } finally {
      symbols.TFE_DeleteOp(op);
    }
    this.check(name, inputs);
    onOp?.(name, performance.now() - start, inputs);
    return this.#adopt(call, this.#outputs, this.#outputCount[0]!);
  }

  /** The same on another thread: for ops that wait for other processes. */
  async runInBackground(call: OpCall): Promise<TensorHandle[]> {
    const { symbols } = this.#context;
    const op = this.#prepare(call);
    const outputs = new BigUint64Array(MOST_OUTPUTS);
    const count = Int32Array.of(call.outputCount);
    const status = symbols.TF_NewStatus();
    await symbols.executeInBackground(op, outputs, count, status);
    symbols.TFE_DeleteOp(op);
    const failed = symbols.TF_GetCode(status) !== 0;
    const text = readCString(symbols.TF_Message(status));
    symbols.TF_DeleteStatus(status);
    if (failed) throw failedOp(call.name, call.inputs, text);
    return this.#adopt(call, outputs, count[0]!);
  }

  /** @throws {KernelError} If the last call into TensorFlow failed; the next one begins with a clean status */
  check(name: string, inputs: readonly TensorHandle[]): void {
    const { symbols, status } = this.#context;
    if (symbols.TF_GetCode(status) === 0) return;
    const text = readCString(symbols.TF_Message(status));
    symbols.TF_SetStatus(status, 0, cString(""));
    throw failedOp(name, inputs, text);
  }

  #prepare({ name, attributes, inputs, outputCount }: OpCall): Deno.PointerObject {
    const { symbols, pointer, status } = this.#context;
    if (outputCount > MOST_OUTPUTS) {
      throw new KernelError(
        `Cannot run ${name}: ${outputCount} outputs asked for, expected at most ${MOST_OUTPUTS}`,
      );
    }
    const definition = this.#definitions.get(name);
    const problem = definition && problemOfCall(name, definition, inputs, outputCount, attributes);
    if (problem !== undefined) throw failedOp(name, inputs, problem);
    const op = symbols.TFE_NewOp(pointer, cString(name), status);
    this.check(name, inputs);
    try {
      for (const input of inputs) symbols.TFE_OpAddInput(op, input.pointer, status);
      this.check(name, inputs);
      for (const attribute of attributes) setAttribute(this.#setters, name, op!, attribute);
      this.check(name, inputs);
    } catch (error) {
      symbols.TFE_DeleteOp(op);
      throw error;
    }
    return op!;
  }

  #adopt({ name, inputs, outputCount }: OpCall, outputs: BigUint64Array, count: number): TensorHandle[] {
    const handles = Array.from(
      { length: count },
      (_, i) => this.#handles.adopt(Deno.UnsafePointer.create(outputs[i]!)!),
    );
    if (count === outputCount) return handles;
    handles.forEach(({ id }) => this.#handles.delete(id));
    throw failedOp(name, inputs, `it has ${count} outputs, expected ${outputCount}`);
  }
}
