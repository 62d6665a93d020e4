import { KernelError } from "../../../core/errors.ts";
import { graphSetters } from "../attribute_setters.ts";
import { type OpAttribute, setAttribute } from "../attributes.ts";
import type { TensorflowContext } from "../context.ts";
import { describeHandles } from "../handles.ts";
import type { OpDefinition } from "../op_definitions.ts";
import { cString, readCString } from "../symbols.ts";

/** A tensor of a graph: known by shape and dtype, without a value. */
export interface GraphTensor {
  readonly id: number;
  /** The node that makes it, a TF_Operation. */
  readonly operation: Deno.PointerObject;
  /** Which of the node's outputs it is. */
  readonly index: number;
  /** TF_DataType. */
  readonly dtype: number;
  readonly shape: number[];
}

/** A node before it stands in the graph. */
export interface NodeDescription {
  readonly name: string;
  readonly op: string;
  readonly definition: OpDefinition | undefined;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly GraphTensor[];
  /** Nodes that must have run before it. */
  readonly after: readonly Deno.PointerObject[];
}

/** struct TF_Output { TF_Operation* oper; int index; }, one after the other. */
export function outputStructs(
  tensors: readonly Pick<GraphTensor, "operation" | "index">[],
): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(
    tensors.flatMap(({ operation, index }) => [Deno.UnsafePointer.value(operation), BigInt(index)]),
  );
}

/** The same as a parameter of a call. */
export function outputStruct(tensor: Pick<GraphTensor, "operation" | "index">): Uint8Array<ArrayBuffer> {
  return new Uint8Array(outputStructs([tensor]).buffer);
}

/** Throws what TensorFlow has against a node. @param inputs For the text */
export function checkStatus(
  { symbols, status }: TensorflowContext,
  op: string,
  inputs: readonly GraphTensor[] = [],
): void {
  if (symbols.TF_GetCode(status) === 0) return;
  const text = readCString(symbols.TF_Message(status)).split("\n")[0]!;
  symbols.TF_SetStatus(status, 0, cString(""));
  throw new KernelError(`Cannot record ${op}(${describeHandles(inputs)}): ${text}`);
}

function lengthOf(list: string, attributes: readonly OpAttribute[], rest: number): number {
  const value = attributes.find(({ name }) => name === list)?.value;
  return typeof value === "number" ? value : Array.isArray(value) ? value.length : rest;
}

/** Inputs in the order of the op's definition, lists as lists. */
function addInputs({ symbols }: TensorflowContext, node: Deno.PointerValue, given: NodeDescription): void {
  const { definition, attributes, inputs } = given;
  const lists = definition?.inputLists ?? inputs.map(() => undefined);
  let at = 0;
  lists.forEach((list, i) => {
    if (list === undefined) {
      symbols.TF_AddInput(node, outputStruct(inputs[at++]!));
      return;
    }
    const count = lengthOf(list, attributes, inputs.length - at - (lists.length - 1 - i));
    symbols.TF_AddInputList(node, outputStructs(inputs.slice(at, at + count)), count);
    at += count;
  });
}

/**
 * Adds a node to a graph.
 * @returns The TF_Operation, which is the graph's
 * @throws {KernelError} If TensorFlow refuses it
 */
export function addNode(
  context: TensorflowContext,
  graph: Deno.PointerObject,
  given: NodeDescription,
): Deno.PointerObject {
  const { symbols, status } = context;
  const { op, definition, attributes, inputs, after } = given;
  const node = symbols.TF_NewOperation(graph, cString(op), cString(given.name));
  addInputs(context, node, given);
  for (const operation of after) symbols.TF_AddControlInput(node, operation);
  const setters = graphSetters(symbols);
  for (const attribute of attributes) {
    // tfjs's kernels give some that an op does not have; eager calls overlook them
    if (definition?.attributes.has(attribute.name) === false) continue;
    setAttribute(setters, op, node!, attribute);
  }
  const operation = symbols.TF_FinishOperation(node, status);
  checkStatus(context, op, inputs);
  return operation!;
}
