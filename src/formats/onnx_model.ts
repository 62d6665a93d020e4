import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Element types of ONNX tensors that are written here, with their numbers in `TensorProto.DataType`. */
export const ONNX_DTYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

/** Name of an element type. */
export type OnnxDtype = keyof typeof ONNX_DTYPES;

/** A constant of the graph; `data` are its little-endian bytes. */
export interface OnnxTensor {
  /** Unique in the graph. */
  readonly name: string;
  /** Element type. */
  readonly dtype: OnnxDtype;
  /** Axis lengths; empty for a single number. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: Uint8Array;
}

/** Values of an attribute: integers, floats (written as float32) or a text. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

/** A node: an operator of the default domain. */
export interface OnnxNode {
  /** Name of the operator. */
  readonly op: string;
  /** Unique in the graph. */
  readonly name: string;
  /** An empty name leaves an optional input out. */
  readonly inputs: readonly string[];
  /** Names of the values that it makes. */
  readonly outputs: readonly string[];
  /** By name. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of the graph; a text stands for an axis whose length is known at run time only. */
export interface OnnxValue {
  /** Unique in the graph. */
  readonly name: string;
  /** Element type. */
  readonly dtype: OnnxDtype;
  /** Axis lengths. */
  readonly shape: readonly (number | string)[];
}

/** A model of one graph. */
export interface OnnxModel {
  /** Version of the file format; 8 reads everywhere that opset 13 does. */
  readonly irVersion: number;
  /** Version of the default operator set. */
  readonly opset: number;
  /** The program that writes. */
  readonly producer: { readonly name: string; readonly version: string };
  /** Any text. */
  readonly graphName: string;
  /** Values that the caller gives. */
  readonly inputs: readonly OnnxValue[];
  /** Values that the caller gets. */
  readonly outputs: readonly OnnxValue[];
  /** In an order in which they can run. */
  readonly nodes: readonly OnnxNode[];
  /** Constants. */
  readonly initializers: readonly OnnxTensor[];
  /** Texts for readers of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX file (`ModelProto`, onnx.proto3; numbers below are its field numbers). */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(model.irVersion);
  message(writer, 8, (opset) => opset.tag(2, WireType.Varint).int64(model.opset));
  text(writer, 2, model.producer.name);
  text(writer, 3, model.producer.version);
  message(writer, 7, (graph) => writeGraph(graph, model));
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, (entry) => text(text(entry, 1, key), 2, value));
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, (entry) => writeNode(entry, node));
  text(writer, 2, model.graphName);
  for (const tensor of model.initializers) message(writer, 5, (entry) => writeTensor(entry, tensor));
  for (const value of model.inputs) message(writer, 11, (entry) => writeValue(entry, value));
  for (const value of model.outputs) message(writer, 12, (entry) => writeValue(entry, value));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) text(writer, 1, name);
  for (const name of node.outputs) text(writer, 2, name);
  text(writer, 3, node.name);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    message(writer, 5, (entry) => writeAttribute(text(entry, 1, name), value));
  }
}

function writeAttribute(writer: BinaryWriter, value: OnnxAttribute): void {
  const kind = (type: number) => writer.tag(20, WireType.Varint).int32(type);
  if ("int" in value) {
    writer.tag(3, WireType.Varint).int64(value.int);
    kind(2);
  } else if ("ints" in value) {
    for (const entry of value.ints) writer.tag(8, WireType.Varint).int64(entry);
    kind(7);
  } else if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    kind(1);
  } else {
    text(writer, 4, value.text);
    kind(3);
  }
}

function writeTensor(writer: BinaryWriter, tensor: OnnxTensor): void {
  for (const length of tensor.shape) writer.tag(1, WireType.Varint).int64(length);
  writer.tag(2, WireType.Varint).int32(ONNX_DTYPES[tensor.dtype]);
  text(writer, 8, tensor.name);
  writer.tag(9, WireType.LengthDelimited).bytes(tensor.data);
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  text(writer, 1, value.name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(ONNX_DTYPES[value.dtype]);
      message(tensor, 2, (shape) => {
        for (const length of value.shape) message(shape, 1, (axis) => writeAxis(axis, length));
      });
    }));
}

function writeAxis(writer: BinaryWriter, length: number | string): void {
  if (typeof length === "number") writer.tag(1, WireType.Varint).int64(length);
  else text(writer, 2, length);
}

function text(writer: BinaryWriter, field: number, value: string): BinaryWriter {
  return writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
