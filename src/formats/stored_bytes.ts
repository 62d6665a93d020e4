import type { StoredData, StoredDtype, StoredTensor } from "./stored_tensor.ts";

const BYTES_PER_ELEMENT: Readonly<Record<StoredDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Bytes that one element takes in a file: 1, 2, 4 or 8. */
export function bytesPerElement(dtype: StoredDtype): number {
  return BYTES_PER_ELEMENT[dtype];
}

/**
 * Number of elements of a shape.
 * @returns `undefined` where a size is negative, not an integer, or the product is above 2^53 − 1
 */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** The same bytes at an offset that every typed array accepts: a view where it is aligned, else a copy. */
function aligned(bytes: Uint8Array, width: number): { buffer: ArrayBufferLike; offset: number } {
  if (bytes.byteOffset % width === 0) return { buffer: bytes.buffer, offset: bytes.byteOffset };
  return { buffer: bytes.slice().buffer, offset: 0 };
}

function bfloat16ToFloat32(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Rounds to the nearest bfloat16, ties to even; NaN stays NaN. */
function float32ToBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.slice().buffer);
  const words = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    words[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return words;
}

/**
 * Little-endian elements as a typed array; its length is that of the bytes divided by the element's.
 * A view on `bytes` where the offset is aligned and nothing is converted, otherwise a copy.
 * float16 and bfloat16 become float32, bool becomes bytes of 0 and 1.
 * @param bytes A whole number of elements
 */
export function decodeElements(dtype: StoredDtype, bytes: Uint8Array): StoredData {
  const width = BYTES_PER_ELEMENT[dtype];
  const { buffer, offset } = aligned(bytes, width);
  const length = Math.floor(bytes.byteLength / width);
  switch (dtype) {
    case "float64":
      return new Float64Array(buffer, offset, length);
    case "float32":
      return new Float32Array(buffer, offset, length);
    case "float16":
      return Float32Array.from(new Float16Array(buffer, offset, length));
    case "bfloat16":
      return bfloat16ToFloat32(new Uint16Array(buffer, offset, length));
    case "int64":
      return new BigInt64Array(buffer, offset, length);
    case "int32":
      return new Int32Array(buffer, offset, length);
    case "int16":
      return new Int16Array(buffer, offset, length);
    case "int8":
      return new Int8Array(buffer, offset, length);
    case "uint8":
      return new Uint8Array(buffer, offset, length);
    case "bool":
      return new Uint8Array(buffer, offset, length).map((value) => value === 0 ? 0 : 1);
  }
}

/** The little-endian bytes of a tensor in its own `dtype`; a view on its data where nothing is converted. */
export function encodeElements(tensor: StoredTensor): Uint8Array {
  const data = packedElements(tensor);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function packedElements({ dtype, data }: StoredTensor): ArrayBufferView {
  if (dtype === "float16") return Float16Array.from(data as Float32Array);
  if (dtype === "bfloat16") return float32ToBfloat16(data as Float32Array);
  return data;
}
