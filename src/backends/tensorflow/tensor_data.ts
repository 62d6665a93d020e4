import { KernelError } from "../../core/errors.ts";
import type { TensorflowContext } from "./context.ts";
import { BYTES_PER_ELEMENT, dtypeName, TF_STRING, viewOf } from "./dtypes.ts";

const STRING_HEADER_BYTES = 24;
/** TF_STRING of the C API; TF_AllocateTensor on it yields zeroed headers. */
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

function checkShape(dtype: number, shape: readonly number[]): void {
  if (shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) return;
  throw new KernelError(
    `Cannot create a ${dtypeName(dtype)} tensor: shape is [${
      shape.join(", ")
    }], expected whole numbers from 0`,
  );
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
  const actual = Array.isArray(values) && dtype === TF_STRING
    ? values.length * STRING_HEADER_BYTES
    : (values as ArrayBufferView).byteLength;
  if (actual !== expected) {
    throw new KernelError(
      `Cannot create a ${dtypeName(dtype)}[${
        shape.join(", ")
      }] tensor: values have ${actual} bytes, expected ${expected}`,
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
