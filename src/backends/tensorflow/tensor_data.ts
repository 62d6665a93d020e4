import { KernelError } from "../../core/errors.ts";
import type { TensorflowContext } from "./context.ts";
import { BYTES_PER_ELEMENT, dtypeName, TF_FLOAT, TF_INT32, TF_STRING, viewOf } from "./dtypes.ts";

/** Of a string element in the C API; TF_AllocateTensor yields zeroed ones. */
const STRING_HEADER_BYTES = 24;
const encoder = new TextEncoder();

/** Values tfjs hands over: typed arrays, or byte strings for string tensors. */
export type TensorValues = ArrayBufferView | readonly (Uint8Array | string)[];

function elementCount(shape: readonly number[]): number {
  return shape.reduce((n, dim) => n * dim, 1);
}

function allocate(context: TensorflowContext, dtype: number, shape: readonly number[], bytes: number) {
  const dims = BigInt64Array.from(shape, (dim) => BigInt(dim));
  const tensor = context.symbols.TF_AllocateTensor(dtype, dims, shape.length, BigInt(bytes));
  if (tensor === null) {
    throw new KernelError(`Cannot create a ${dtypeName(dtype)}[${shape.join(", ")}] tensor: out of memory`);
  }
  return tensor;
}

function fillStrings(
  context: TensorflowContext,
  data: Deno.PointerObject,
  values: readonly (Uint8Array | string)[],
) {
  values.forEach((value, i) => {
    const header = Deno.UnsafePointer.offset(data, i * STRING_HEADER_BYTES);
    const bytes = typeof value === "string" ? encoder.encode(value) : new Uint8Array(value);
    context.symbols.TF_StringInit(header);
    context.symbols.TF_StringCopy(header, bytes, BigInt(bytes.length));
  });
}

/** TensorFlow aborts the process at more axes. */
const MOST_AXES = 254;

function checkShape(dtype: number, shape: readonly number[]): void {
  const known = BYTES_PER_ELEMENT[dtype] !== undefined;
  const whole = shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (known && whole && shape.length <= MOST_AXES) return;
  const shown = shape.length <= MOST_AXES ? `[${shape.join(", ")}]` : `of ${shape.length} axes`;
  throw new KernelError(
    `Cannot create a ${
      dtypeName(dtype)
    } tensor: shape is ${shown}, expected at most ${MOST_AXES} whole numbers ` +
      "from 0, and a dtype that has elements",
  );
}

/** Bytes that the values take in TensorFlow, or why they are none of that dtype. */
function bytesOf(dtype: number, values: TensorValues): number | string {
  if (dtype === TF_STRING) {
    const texts = Array.isArray(values) &&
      values.every((value) => typeof value === "string" || value instanceof Uint8Array);
    return texts ? values.length * STRING_HEADER_BYTES : "not a list of byte strings";
  }
  const wrongClass = dtype === TF_FLOAT && !(values instanceof Float32Array) ||
    dtype === TF_INT32 && !(values instanceof Int32Array);
  if (wrongClass || !ArrayBuffer.isView(values)) {
    return `a ${(values as object | undefined)?.constructor?.name ?? values}`;
  }
  return values.byteLength;
}

/**
 * Copies values into a new TF_Tensor.
 * @returns The tensor; the caller deletes it
 * @throws {KernelError} If the number of values does not fit the shape
 */
export function createTensor(
  context: TensorflowContext,
  dtype: number,
  shape: readonly number[],
  values: TensorValues,
): Deno.PointerObject {
  checkShape(dtype, shape);
  const expected = elementCount(shape) * (BYTES_PER_ELEMENT[dtype] ?? 0);
  const actual = bytesOf(dtype, values);
  if (actual !== expected) {
    throw new KernelError(
      `Cannot create a ${dtypeName(dtype)}[${shape.join(", ")}] tensor: values are ${
        typeof actual === "string" ? actual : `${actual} bytes`
      }, ` +
        `expected ${expected} bytes of that dtype`,
    );
  }
  const tensor = allocate(context, dtype, shape, expected);
  const data = context.symbols.TF_TensorData(tensor);
  if (data === null || expected === 0) return tensor;
  if (dtype === TF_STRING) fillStrings(context, data, values as (Uint8Array | string)[]);
  else copyInto(data, values as ArrayBufferView);
  return tensor;
}

function copyInto(data: Deno.PointerObject, values: ArrayBufferView): void {
  const target = Deno.UnsafePointerView.getArrayBuffer(data, values.byteLength);
  new Uint8Array(target).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function readStrings(context: TensorflowContext, data: Deno.PointerObject, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const header = Deno.UnsafePointer.offset(data, i * STRING_HEADER_BYTES);
    const length = Number(context.symbols.TF_StringGetSize(header));
    const start = context.symbols.TF_StringGetDataPointer(header);
    if (start === null || length === 0) return new Uint8Array(0);
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(start, length)).slice();
  });
}

/**
 * Copies a TF_Tensor's elements out and deletes it.
 * @param shape The tensor's shape
 */
export function takeTensorData(
  context: TensorflowContext,
  tensor: Deno.PointerObject,
  dtype: number,
  shape: readonly number[],
): ArrayBufferView | Uint8Array[] {
  const { symbols } = context;
  try {
    const data = symbols.TF_TensorData(tensor);
    if (dtype === TF_STRING) return data === null ? [] : readStrings(context, data, elementCount(shape));
    const bytes = Number(symbols.TF_TensorByteSize(tensor));
    if (data === null || bytes === 0) return viewOf(dtype, new ArrayBuffer(0));
    return viewOf(dtype, Deno.UnsafePointerView.getArrayBuffer(data, bytes).slice(0));
  } finally {
    symbols.TF_DeleteTensor(tensor);
  }
}
