import type { StoredDtype } from "./stored_tensor.ts";

/** PyTorch's storage class of each element type. */
const STORAGE_CLASSES: Readonly<Record<StoredDtype, string>> = {
  float64: "DoubleStorage",
  float32: "FloatStorage",
  float16: "HalfStorage",
  bfloat16: "BFloat16Storage",
  int64: "LongStorage",
  int32: "IntStorage",
  int16: "ShortStorage",
  int8: "CharStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
};

const MARK = "(";
const TUPLE = "t";
const REDUCE = "R";
const EMPTY_TUPLE = ")";
const NEW_FALSE = [0x89];

/** What the description of a tensor says; its elements lie elsewhere. */
export interface DescribedTensor {
  /** Name in the state dict. */
  readonly name: string;
  /** Element type. */
  readonly dtype: StoredDtype;
  /** Sizes. */
  readonly shape: readonly number[];
  /** Key of its storage, which it fills alone. */
  readonly key: string;
}

type Piece = string | readonly number[];

function littleEndian(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}

/** An int of 0 to 2^53 − 1. */
function int(value: number): Piece[] {
  if (value < 0x100) return ["K", [value]];
  if (value < 0x80000000) return ["J", littleEndian(value, 4)];
  return [[0x8a, 8], littleEndian(value, 8)];
}

function text(value: string): Piece[] {
  const bytes = [...new TextEncoder().encode(value)];
  return ["X", littleEndian(bytes.length, 4), bytes];
}

function name(module: string, member: string): Piece[] {
  return [`c${module}\n${member}\n`];
}

function tuple(values: readonly Piece[][]): Piece[] {
  return [MARK, ...values.flat(), TUPLE];
}

function orderedDict(): Piece[] {
  return [...name("collections", "OrderedDict"), EMPTY_TUPLE, REDUCE];
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= Math.max(1, shape[axis]!), axis--) {
    strides[axis] = step;
  }
  return strides;
}

function tensor({ dtype, shape, key }: DescribedTensor): Piece[] {
  const count = shape.reduce((product, size) => product * size, 1);
  const storage = [
    ...tuple([
      text("storage"),
      name("torch", STORAGE_CLASSES[dtype]),
      text(key),
      text("cpu"),
      int(count),
    ]),
    "Q", // persistent id
  ];
  const sizes = tuple(shape.map(int));
  const strides = tuple(rowMajorStrides(shape).map(int));
  return [
    ...name("torch._utils", "_rebuild_tensor_v2"),
    ...tuple([storage, int(0), sizes, strides, [NEW_FALSE], orderedDict()]),
    REDUCE,
  ];
}

/** A pickle (protocol 2) of an OrderedDict of tensors, as `torch.save` describes a state dict. */
export function writeStateDictPickle(tensors: readonly DescribedTensor[]): Uint8Array {
  const items = tensors.flatMap((described) => [...text(described.name), ...tensor(described)]);
  const pieces: Piece[] = [[0x80, 2], ...orderedDict(), MARK, ...items, "u", "."];
  const bytes = pieces.map((piece) => typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
  const file = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const piece of bytes) {
    file.set(piece, position);
    position += piece.length;
  }
  return file;
}
