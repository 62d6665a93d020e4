import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import {
  type OpAttribute,
  TF_ATTR_BOOL,
  TF_ATTR_FLOAT,
  TF_ATTR_INT,
  TF_ATTR_STRING,
  TF_ATTR_TYPE,
} from "./attributes.ts";
import { TF_FLOAT } from "./dtypes.ts";
import type { NodeKernelBackend } from "./node_kernels.ts";

/** Attributes of a TensorFlow op, by kind, as plain objects. */
export interface OpAttributes {
  readonly types?: Readonly<Record<string, number>>;
  readonly ints?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly bools?: Readonly<Record<string, boolean>>;
  readonly strings?: Readonly<Record<string, string>>;
}

type Kind = readonly [number, Readonly<Record<string, OpAttribute["value"]>> | undefined];

/** The attribute list of tfjs-node for attributes given by kind; `T` is float32 unless given. */
export function attributeList(attributes: OpAttributes): OpAttribute[] {
  const kinds: Kind[] = [
    [TF_ATTR_TYPE, { T: TF_FLOAT, ...attributes.types }],
    [TF_ATTR_INT, attributes.ints],
    [TF_ATTR_FLOAT, attributes.floats],
    [TF_ATTR_BOOL, attributes.bools],
    [TF_ATTR_STRING, attributes.strings],
  ];
  return kinds.flatMap(([type, values]) =>
    Object.entries(values ?? {}).map(([name, value]) => ({ name, type, value }))
  );
}

/** Runs a TensorFlow op with one output; the caller disposes it. */
export function runOp(
  backend: NodeKernelBackend,
  name: string,
  inputs: readonly TensorInfo[],
  attributes: OpAttributes = {},
): Tensor {
  return backend.executeSingleOutput(name, attributeList(attributes), inputs);
}

/** Runs a TensorFlow op with several outputs; the caller disposes them. */
export function runOpMany(
  backend: NodeKernelBackend,
  name: string,
  inputs: readonly TensorInfo[],
  outputs: number,
  attributes: OpAttributes = {},
): Tensor[] {
  return backend.executeMultipleOutputs(name, attributeList(attributes), inputs, outputs);
}
