/**
 * Ops as nodes of a graph in place of running: what they make has a shape and a dtype, by TensorFlow's own shape
 * inference, and no values.
 */
import { KernelError } from "../../../core/errors.ts";
import { type OpAttribute, TF_ATTR_SHAPE, TF_ATTR_TYPE } from "../attributes.ts";
import type { TensorflowContext } from "../context.ts";
import { TF_RESOURCE } from "../dtypes.ts";
import { describeHandle, describeHandles } from "../handles.ts";
import type { OpDefinition } from "../op_definitions.ts";
import { cString } from "../symbols.ts";
import { createTensor, type TensorValues } from "../tensor_data.ts";
import { addNode, checkStatus, type GraphTensor, outputStruct } from "./graph_node.ts";
import { ResourceOrder } from "./resource_order.ts";

/** Numbers of tensors of graphs begin here, those of tensors with values never get so far. */
const FIRST_ID = 2 ** 48;

let nextId = FIRST_ID;

/** Whether a tensor's number is that of a graph's tensor, of any recording. */
export function isGraphTensor(id: number): boolean {
  return id >= FIRST_ID;
}

/** Outputs whose shape nothing but the op's own gradient asks for; TensorFlow does not tell it before. */
const OPAQUE: Readonly<Record<string, number>> = { FusedBatchNormV3: 5 };

/** Constants of at most so many bytes are made once each. */
const SHARED_BYTES = 64;

/** A tensor with values that the graph takes as an argument. */
export interface OutsideTensor {
  readonly id: number;
  readonly dtype: number;
  readonly shape: number[];
}

/** A graph that grows by the ops of a callback. */
export class GraphRecording {
  readonly graph: Deno.PointerObject;
  readonly #context: TensorflowContext;
  readonly #tensors = new Map<number, GraphTensor>();
  readonly #arguments = new Map<number, GraphTensor>();
  readonly #constants = new Map<string, GraphTensor>();
  readonly #order = new ResourceOrder();
  readonly #effects: Deno.PointerObject[] = [];
  readonly #accepts: (id: number) => boolean;
  readonly #guards: Deno.PointerObject[] = [];
  /** The op before the next one, where they run one after the other. */
  #before: readonly Deno.PointerObject[] = [];
  #nodes = 0;

  /**
   * An empty graph.
   * @param accepts Whether a tensor from outside may be an argument
   */
  constructor(context: TensorflowContext, accepts: (id: number) => boolean) {
    this.#context = context;
    this.#accepts = accepts;
    this.graph = context.symbols.TF_NewGraph()!;
  }

  /** Number of nodes so far. */
  get nodes(): number {
    return this.#nodes;
  }

  /** Numbers of the tensors that came from outside, in the order of their first use. */
  get argumentIds(): number[] {
    return [...this.#arguments.keys()];
  }

  /** The arguments' places in the graph, in that order. */
  get placeholders(): GraphTensor[] {
    return [...this.#arguments.values()];
  }

  /** Nodes that change something beside their results: they run, whoever asks for results. */
  get effects(): readonly Deno.PointerObject[] {
    return this.#effects;
  }

  /** Tensors of the graph that nobody has given up. */
  get live(): number {
    return this.#tensors.size;
  }

  /** A tensor of this graph. @throws {KernelError} If it is of another, or disposed */
  get(id: number, user: string): GraphTensor {
    const tensor = this.#tensors.get(id);
    if (tensor !== undefined) return tensor;
    throw new KernelError(
      `Cannot record ${user}: input tensor ${id} is disposed or of another recording, expected a live tensor`,
    );
  }

  /**
   * The argument for a tensor from outside, or for a variable.
   * @throws {KernelError} If the tensor is none: its values would be fixed for ever
   */
  argument({ id, dtype, shape }: OutsideTensor, user: string): GraphTensor {
    let found = this.#arguments.get(id);
    if (found !== undefined) return found;
    if (dtype !== TF_RESOURCE && !this.#accepts(id)) {
      throw new KernelError(
        `Cannot record ${user}: an input is ${
          describeHandle({ dtype, shape })
        }, made before the recording and no argument ` +
          "of it, expected arguments and what is made from them",
      );
    }
    const type: OpAttribute[] = [{ name: "dtype", type: TF_ATTR_TYPE, value: dtype }];
    const sized: OpAttribute[] = dtype === TF_RESOURCE
      ? type
      : [...type, { name: "shape", type: TF_ATTR_SHAPE, value: shape }];
    const operation = this.#add("Placeholder", undefined, sized, [], []);
    found = { id, operation, index: 0, dtype, shape };
    this.#arguments.set(id, found);
    return found;
  }

  /** A constant of the graph. @returns Its number */
  constant(shape: readonly number[], dtype: number, values: TensorValues): number {
    const key = sharedKey(shape, dtype, values);
    const known = key === undefined ? undefined : this.#constants.get(key);
    const { operation } = known ?? this.#makeConstant(shape, dtype, values, key);
    return this.#keep({ operation, index: 0, dtype, shape: [...shape] }).id;
  }

  /**
   * Adds an op.
   * @param variableShape Of the variable behind a resource argument, where it is known
   * @throws {KernelError} If TensorFlow refuses it, or does not know the shape of its outputs beforehand
   */
  run(
    op: string,
    definition: OpDefinition,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphTensor[],
    outputCount: number,
    variableShape: readonly number[] | undefined,
  ): GraphTensor[] {
    const { after, writes } = this.#order.before(op, inputs);
    const guards = writes ? this.#guards : [];
    const operation = this.#add(op, definition, attributes, inputs, [...after, ...guards, ...this.#before]);
    // several ops at a time would hold more memory than the recording did, and their threads wait for each other
    if (this.#context.threadedOps) this.#before = [operation];
    this.#order.ran(operation, op, inputs);
    if (writes || (definition.stateful && op !== "ReadVariableOp")) this.#effects.push(operation);
    if (op === "ReadVariableOp" && variableShape !== undefined) this.#setShape(operation, variableShape);
    return Array.from({ length: outputCount }, (_, index) => this.#output(op, operation, index, inputs));
  }

  /** Whatever changes a variable from now on runs after this tensor is made. */
  guard(id: number): void {
    this.#guards.push(this.get(id, "a guard").operation);
  }

  /** Gives up a tensor; the node stays. */
  delete(id: number): void {
    if (!this.#tensors.delete(id)) this.get(id, "dispose");
  }

  /** Frees the graph. */
  dispose(): void {
    this.#context.symbols.TF_DeleteGraph(this.graph);
  }

  #makeConstant(
    shape: readonly number[],
    dtype: number,
    values: TensorValues,
    key: string | undefined,
  ): GraphTensor {
    const { symbols, status } = this.#context;
    const tensor = createTensor(this.#context, dtype, shape, values);
    const node = symbols.TF_NewOperation(this.graph, cString("Const"), cString(this.#nextName()));
    symbols.TF_SetAttrTensor(node, cString("value"), tensor, status);
    symbols.TF_SetAttrType(node, cString("dtype"), dtype);
    symbols.TF_DeleteTensor(tensor);
    checkStatus(this.#context, "a constant");
    const operation = symbols.TF_FinishOperation(node, status)!;
    checkStatus(this.#context, "a constant");
    const made = { id: -1, operation, index: 0, dtype, shape: [...shape] };
    if (key !== undefined) this.#constants.set(key, made);
    return made;
  }

  #add(
    op: string,
    definition: OpDefinition | undefined,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphTensor[],
    after: readonly Deno.PointerObject[],
  ): Deno.PointerObject {
    const given = { name: this.#nextName(), op, definition, attributes, inputs, after };
    return addNode(this.#context, this.graph, given);
  }

  #nextName(): string {
    return `n${this.#nodes++}`;
  }

  #keep(tensor: Omit<GraphTensor, "id">): GraphTensor {
    const kept = { id: nextId++, ...tensor };
    this.#tensors.set(kept.id, kept);
    return kept;
  }

  #setShape(operation: Deno.PointerObject, shape: readonly number[]): void {
    const { symbols, status } = this.#context;
    const dims = BigInt64Array.from(shape, (dim) => BigInt(dim));
    const output = outputStruct({ operation, index: 0 });
    symbols.TF_GraphSetTensorShape(this.graph, output, dims, shape.length, status);
    checkStatus(this.#context, "ReadVariableOp");
  }

  #output(
    op: string,
    operation: Deno.PointerObject,
    index: number,
    inputs: readonly GraphTensor[],
  ): GraphTensor {
    const { symbols, status } = this.#context;
    const output = outputStruct({ operation, index });
    const dtype = symbols.TF_OperationOutputType(output);
    const rank = symbols.TF_GraphGetTensorNumDims(this.graph, output, status);
    checkStatus(this.#context, op, inputs);
    const dims = new BigInt64Array(Math.max(0, rank));
    if (rank > 0) symbols.TF_GraphGetTensorShape(this.graph, output, dims, rank, status);
    const shape = Array.from(dims, Number);
    const known = rank >= 0 && shape.every((dim) => dim >= 0);
    if (known) return this.#keep({ operation, index, dtype, shape });
    if (OPAQUE[op] === index) return this.#keep({ operation, index, dtype, shape: [] });
    throw new KernelError(
      `Cannot record ${op}(${describeHandles(inputs)}): the shape of output ${index} is not known ` +
        "before it runs, expected an op whose shapes follow from those of its inputs",
    );
  }
}

function sharedKey(shape: readonly number[], dtype: number, values: TensorValues): string | undefined {
  if (!ArrayBuffer.isView(values) || values.byteLength > SHARED_BYTES) return undefined;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return `${dtype}/${shape}/${bytes}`;
}
