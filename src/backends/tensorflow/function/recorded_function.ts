import { KernelError } from "../../../core/errors.ts";
import { type OpAttribute, TF_ATTR_STRING } from "../attributes.ts";
import type { TensorflowContext } from "../context.ts";
import { cString } from "../symbols.ts";
import { checkStatus, type GraphTensor, outputStructs } from "./graph_node.ts";
import type { GraphRecording } from "./graph_recording.ts";

let made = 0;

/** A function that TensorFlow knows by its name. */
export interface RecordedFunction {
  readonly name: string;
  /** Numbers of the tensors that were its arguments, in order. */
  readonly argumentIds: readonly number[];
  /** Number of results. */
  readonly results: number;
  /** Nodes of the graph before TensorFlow's passes. */
  readonly nodes: number;
}

/** How a function is run. */
export interface CallOptions {
  /** Serialized ConfigProto: which of its graph passes TensorFlow runs. Without it those that are on by themselves. */
  readonly config?: Uint8Array<ArrayBuffer>;
  /** `SINGLE_THREADED_EXECUTOR` runs one op after the other, in an order fixed beforehand. */
  readonly executor?: string;
}

/**
 * Makes a function of a recording and hands it to the eager context.
 * @param outputs Results in order
 * @throws {KernelError} With TensorFlow's reason, if it makes none of it
 */
export function finishFunction(
  context: TensorflowContext,
  recording: GraphRecording,
  outputs: readonly GraphTensor[],
): RecordedFunction {
  const { symbols, pointer, status } = context;
  const name = `guidedmix_${made++}`;
  const inputs = recording.placeholders;
  const { effects } = recording;
  const handle = symbols.TF_GraphToFunctionWithControlOutputs(
    recording.graph,
    cString(name),
    0,
    -1,
    null,
    inputs.length,
    outputStructs(inputs),
    outputs.length,
    outputStructs(outputs),
    null,
    effects.length,
    BigUint64Array.from(effects, (operation) => Deno.UnsafePointer.value(operation)),
    null,
    null,
    null,
    status,
  );
  checkStatus(context, "a function");
  if (handle === null) throw new KernelError("Cannot record a function: TensorFlow made none of the graph");
  symbols.TFE_ContextAddFunction(pointer, handle, status);
  symbols.TF_DeleteFunction(handle);
  checkStatus(context, "a function");
  const { argumentIds, nodes } = recording;
  return { name, argumentIds, results: outputs.length, nodes };
}

/** Takes a function away from the context. */
export function removeFunction({ symbols, pointer, status }: TensorflowContext, name: string): void {
  symbols.TFE_ContextRemoveFunction(pointer, cString(name), status);
  // one that never ran is gone already
  symbols.TF_SetStatus(status, 0, cString(""));
}

/** Attributes of a call of a function. */
export function callAttributes({ config, executor }: CallOptions): OpAttribute[] {
  return [
    ...(config === undefined ? [] : [{ name: "config_proto", type: TF_ATTR_STRING, value: config }]),
    ...(executor === undefined ? [] : [{ name: "executor_type", type: TF_ATTR_STRING, value: executor }]),
  ];
}
