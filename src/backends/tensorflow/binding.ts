/**
 * The native part of tfjs-node-gpu's kernel backend, over TensorFlow's C API. It stands in for the addon of that
 * package (`TFJSBinding` in its tfjs_binding.d.ts), whose install step fetches a libtensorflow of 2022.
 */
import { KernelError } from "../../core/errors.ts";
import * as attributes from "./attributes.ts";
import { problemOfCall } from "./check_call.ts";
import type { OpAttribute } from "./attributes.ts";
import type { TensorflowContext } from "./context.ts";
import * as dtypes from "./dtypes.ts";
import { EagerOps, failedOp, type OnOp } from "./eager_ops.ts";
import { type HandleMemory, HandleTable } from "./handles.ts";
import { OpDefinitions } from "./op_definitions.ts";
import { GraphRecording, isGraphTensor } from "./function/graph_recording.ts";
import {
  callAttributes,
  type CallOptions,
  finishFunction,
  type RecordedFunction,
  removeFunction,
} from "./function/recorded_function.ts";
import { readCString } from "./symbols.ts";
import { createTensor, takeTensorData, type TensorValues } from "./tensor_data.ts";

/** What the kernels of tfjs-node need to know of an output. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

function metadataOf({ id, shape, dtype }: TensorMetadata): TensorMetadata {
  return { id, shape, dtype };
}

/** Runs ops on one eager context and keeps their tensors. */
export class TensorflowBinding {
  readonly TF_FLOAT = dtypes.TF_FLOAT;
  readonly TF_INT32 = dtypes.TF_INT32;
  readonly TF_INT64 = dtypes.TF_INT64;
  readonly TF_BOOL = dtypes.TF_BOOL;
  readonly TF_COMPLEX64 = dtypes.TF_COMPLEX64;
  readonly TF_STRING = dtypes.TF_STRING;
  readonly TF_RESOURCE = dtypes.TF_RESOURCE;
  readonly TF_UINT8 = dtypes.TF_UINT8;
  readonly TF_ATTR_STRING = attributes.TF_ATTR_STRING;
  readonly TF_ATTR_INT = attributes.TF_ATTR_INT;
  readonly TF_ATTR_FLOAT = attributes.TF_ATTR_FLOAT;
  readonly TF_ATTR_BOOL = attributes.TF_ATTR_BOOL;
  readonly TF_ATTR_TYPE = attributes.TF_ATTR_TYPE;
  readonly TF_ATTR_SHAPE = attributes.TF_ATTR_SHAPE;
  readonly TF_ATTR_RESOURCE = attributes.TF_ATTR_RESOURCE;
  readonly TF_Version: string;

  #context: TensorflowContext;
  #handles: HandleTable;
  #definitions: OpDefinitions;
  #ops: EagerOps;
  #recording: GraphRecording | undefined;
  /** Shapes of variables, by the number of their handle: a recording must know them. */
  #variableShapes = new Map<number, readonly number[]>();
  /** Called after each op with its name and milliseconds, when set. */
  onOp: OnOp | undefined;

  constructor(context: TensorflowContext) {
    this.#context = context;
    this.#handles = new HandleTable(context);
    this.#definitions = new OpDefinitions(context);
    this.#ops = new EagerOps(context, this.#handles, this.#definitions);
    this.TF_Version = context.version;
  }

  /** True when TensorFlow found a CUDA device. */
  isUsingGpuDevice(): boolean {
    return this.#context.devices.some((device) => device.type === "GPU");
  }

  /** Copies values into a new tensor. @returns Its id */
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number {
    if (this.#recording !== undefined) return this.#recording.constant(shape, dtype, values);
    const { symbols, status } = this.#context;
    const tensor = createTensor(this.#context, dtype, shape, values);
    const pointer = symbols.TFE_NewTensorHandle(tensor, status);
    symbols.TF_DeleteTensor(tensor);
    this.#ops.check("createTensor", []);
    return this.#handles.adopt(pointer!).id;
  }

  deleteTensor(id: number): void {
    if (isGraphTensor(id)) {
      // what is left of a recording that is over, or failed, is nothing
      this.#recording?.delete(id);
      return;
    }
    this.#variableShapes.delete(id);
    this.#handles.delete(id);
  }

  /** Copies a tensor's elements out, waiting for them. */
  tensorDataSync(id: number): ArrayBufferView | Uint8Array[] {
    this.#refuseReading("dataSync", id);
    const handle = this.#handles.get(id, "dataSync");
    const tensor = this.#context.symbols.TFE_TensorHandleResolve(handle.pointer, this.#context.status);
    this.#ops.check("dataSync", [handle]);
    return takeTensorData(this.#context, tensor!, handle.dtype, handle.shape);
  }

  /** Copies a tensor's elements out without blocking the event loop. */
  async tensorData(id: number): Promise<ArrayBufferView | Uint8Array[]> {
    this.#refuseReading("data", id);
    const handle = this.#handles.get(id, "data");
    if (!this.isUsingGpuDevice()) return this.tensorDataSync(id);
    const { symbols } = this.#context;
    const status = symbols.TF_NewStatus();
    const tensor = await symbols.resolveInBackground(handle.pointer, status);
    const text = readCString(symbols.TF_Message(status));
    symbols.TF_DeleteStatus(status);
    if (tensor === null) throw failedOp("data", [handle], text);
    return takeTensorData(this.#context, tensor, handle.dtype, handle.shape);
  }

  /**
   * Runs one TensorFlow op.
   * @throws {KernelError} With TensorFlow's message, the op and its inputs
   */
  executeOp(
    name: string,
    opAttributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): TensorMetadata[] {
    if (this.#recording !== undefined) {
      return this.#record(this.#recording, name, opAttributes, inputIds, outputCount);
    }
    const inputs = inputIds.map((id) => this.#handles.get(id, name));
    const made = this.#ops.run({ name, attributes: opAttributes, inputs, outputCount }, this.onOp);
    if (name === "VarHandleOp") this.#variableShapes.set(made[0]!.id, shapeAttribute(opAttributes));
    return made.map(metadataOf);
  }

  /** Whether ops are recorded now, not run. */
  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  /**
   * Records the ops of `f` into a TensorFlow function, without running them.
   * @param accepts Whether a tensor made before may be an argument; others are refused, as their values would stay for ever
   * @param f Makes the results and gives their numbers, and how to give them up; constants that it makes are the function's
   * @returns The function; `removeFunction` frees it
   * @throws {KernelError} If an op cannot be recorded, by name; if `f` reads values
   */
  recordFunction(
    accepts: (id: number) => boolean,
    f: () => { readonly ids: readonly number[]; release(): void },
  ): RecordedFunction {
    if (this.#recording !== undefined) {
      throw new KernelError("Cannot record a function: one is being recorded, expected one after the other");
    }
    const recording = new GraphRecording(this.#context, accepts);
    this.#recording = recording;
    try {
      const { ids, release } = f();
      const outputs = ids.map((id) => this.#recorded(recording, id, "a function"));
      release();
      if (recording.live > 0) {
        throw new KernelError(
          `Cannot record a function: ${recording.live} tensors outlive it, expected its results alone`,
        );
      }
      return finishFunction(this.#context, recording, outputs);
    } finally {
      this.#recording = undefined;
      recording.dispose();
    }
  }

  /** Changes of variables that are recorded from now on come after this tensor is made: one that fails keeps them off. */
  guardChanges(id: number): void {
    this.#recording?.guard(id);
  }

  /** Runs `f` at once in the middle of a recording; elsewhere as it is. */
  outsideOfRecording<R>(f: () => R): R {
    const recording = this.#recording;
    this.#recording = undefined;
    try {
      return f();
    } finally {
      this.#recording = recording;
    }
  }

  /** Runs a recorded function. @param inputIds Tensors in place of its arguments, in their order */
  callFunction(
    { name, results }: RecordedFunction,
    inputIds: readonly number[],
    options: CallOptions = {},
  ): TensorMetadata[] {
    return this.executeOp(name, callAttributes(options), inputIds, results);
  }

  /** Frees a recorded function. */
  removeFunction({ name }: RecordedFunction): void {
    removeFunction(this.#context, name);
  }

  /** As `executeOp`, on another thread: for ops that wait for other processes. */
  async executeOpInBackground(
    name: string,
    opAttributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): Promise<TensorMetadata[]> {
    if (this.#recording !== undefined) {
      throw new KernelError(
        `Cannot record ${name}: it waits for other processes, expected an op that does not`,
      );
    }
    const inputs = inputIds.map((id) => this.#handles.get(id, name));
    const made = await this.#ops.runInBackground({ name, attributes: opAttributes, inputs, outputCount });
    return made.map(metadataOf);
  }

  /** Live tensors and bytes, with the peak since `resetPeak`. */
  memory(): HandleMemory {
    return this.#handles.memory();
  }

  /** Starts a new peak from what is alive now. */
  resetPeak(): void {
    this.#handles.resetPeak();
  }

  getNumOfTensors(): number {
    return this.#handles.memory().tensors;
  }

  getNumOfSavedModels(): number {
    return 0;
  }

  #record(
    recording: GraphRecording,
    name: string,
    opAttributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): TensorMetadata[] {
    const inputs = inputIds.map((id) => this.#recorded(recording, id, name));
    const definition = this.#definitions.get(name);
    const problem = definition === undefined
      ? "TensorFlow has no op of that name"
      : problemOfCall(name, definition, inputs, outputCount, opAttributes);
    if (definition === undefined || problem !== undefined) throw failedOp(name, inputs, problem!);
    const variable = this.#variableShapes.get(inputIds[0] ?? -1);
    const made = recording.run(name, definition, opAttributes, inputs, outputCount, variable);
    return made.map(({ id, shape, dtype }) => ({ id, shape: [...shape], dtype }));
  }

  #recorded(recording: GraphRecording, id: number, user: string) {
    if (isGraphTensor(id)) return recording.get(id, user);
    return recording.argument(this.#handles.get(id, user), user);
  }

  #refuseReading(action: string, id: number): void {
    if (!isGraphTensor(id)) return;
    throw new KernelError(
      this.#recording === undefined
        ? `Cannot run ${action}: tensor ${id} was made while a function was recorded and has no values, ` +
          "expected one of its results"
        : `Cannot record ${action}: values do not exist before the function runs, expected ops alone`,
    );
  }
}

function shapeAttribute(opAttributes: readonly OpAttribute[]): readonly number[] {
  return opAttributes.find(({ name }) => name === "shape")?.value as readonly number[] | undefined ?? [];
}
