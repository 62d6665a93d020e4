/** Reads back what the tests ask of an ONNX file: operators, names and constants. Independent of the writer. */
import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";

/** Names in an ONNX file. */
export interface OnnxContents {
  readonly opset: number;
  readonly ops: string[];
  /** Names of nodes, values and constants. */
  readonly names: string[];
  /** Elements of all constants. */
  readonly weights: number;
  readonly metadata: Record<string, string>;
}

type Field = [number: number, wire: WireType, reader: BinaryReader];

function* fields(bytes: Uint8Array): Generator<Field> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const before = reader.pos;
    yield [number, wire, reader];
    if (reader.pos === before) reader.skip(wire);
  }
}

/** The parts of a `ModelProto`. */
export function readOnnx(bytes: Uint8Array): OnnxContents {
  const contents = { opset: 0, ops: [], names: [], weights: 0, metadata: {} } as OnnxContents & {
    opset: number;
  };
  for (const [number, , reader] of fields(bytes)) {
    if (number === 7) readGraph(reader.bytes(), contents);
    if (number === 8) {
      for (const [inner, , opset] of fields(reader.bytes())) {
        if (inner === 2) contents.opset = Number(opset.int64());
      }
    }
    if (number === 14) {
      const [key, value] = [...strings(reader.bytes())];
      contents.metadata[key!] = value!;
    }
  }
  return contents;
}

function* strings(bytes: Uint8Array): Generator<string> {
  for (const [, , reader] of fields(bytes)) yield reader.string();
}

function readGraph(bytes: Uint8Array, contents: OnnxContents & { weights: number }): void {
  for (const [number, , reader] of fields(bytes)) {
    if (number === 1) readNode(reader.bytes(), contents);
    if (number === 5) contents.weights += readTensor(reader.bytes(), contents);
  }
}

function readNode(bytes: Uint8Array, contents: OnnxContents): void {
  for (const [number, , reader] of fields(bytes)) {
    if (number === 4) contents.ops.push(reader.string());
    if (number === 1 || number === 2 || number === 3) contents.names.push(reader.string());
  }
}

function readTensor(bytes: Uint8Array, contents: OnnxContents): number {
  let count = 1;
  for (const [number, , reader] of fields(bytes)) {
    if (number === 1) count *= Number(reader.int64());
    if (number === 8) contents.names.push(reader.string());
  }
  return count;
}
