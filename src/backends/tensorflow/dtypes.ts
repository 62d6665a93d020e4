/** TF_DataType of c_api tf_datatype.h, the values the project meets. */
export const TF_FLOAT = 1;
export const TF_DOUBLE = 2;
export const TF_INT32 = 3;
export const TF_UINT8 = 4;
export const TF_INT16 = 5;
export const TF_INT8 = 6;
export const TF_STRING = 7;
export const TF_COMPLEX64 = 8;
export const TF_INT64 = 9;
export const TF_BOOL = 10;
export const TF_BFLOAT16 = 14;
export const TF_HALF = 19;
export const TF_RESOURCE = 20;

/** Bytes of an element; strings count as their 24-byte headers. */
export const BYTES_PER_ELEMENT: Readonly<Record<number, number>> = {
  [TF_FLOAT]: 4,
  [TF_DOUBLE]: 8,
  [TF_INT32]: 4,
  [TF_UINT8]: 1,
  [TF_INT16]: 2,
  [TF_INT8]: 1,
  [TF_STRING]: 24,
  [TF_COMPLEX64]: 8,
  [TF_INT64]: 8,
  [TF_BOOL]: 1,
  [TF_BFLOAT16]: 2,
  [TF_HALF]: 2,
};

const NAMES: Readonly<Record<number, string>> = {
  [TF_FLOAT]: "float32",
  [TF_DOUBLE]: "float64",
  [TF_INT32]: "int32",
  [TF_UINT8]: "uint8",
  [TF_INT16]: "int16",
  [TF_INT8]: "int8",
  [TF_STRING]: "string",
  [TF_COMPLEX64]: "complex64",
  [TF_INT64]: "int64",
  [TF_BOOL]: "bool",
  [TF_BFLOAT16]: "bfloat16",
  [TF_HALF]: "float16",
  [TF_RESOURCE]: "resource",
};

/** A readable name for error texts. */
export function dtypeName(dtype: number): string {
  return NAMES[dtype] ?? `dtype ${dtype}`;
}

/** A typed array over `buffer` for the elements of `dtype`; 16-bit floats come as their bits. */
export function viewOf(dtype: number, buffer: ArrayBuffer): ArrayBufferView {
  switch (dtype) {
    case TF_FLOAT:
    case TF_COMPLEX64:
      return new Float32Array(buffer);
    case TF_DOUBLE:
      return new Float64Array(buffer);
    case TF_INT32:
      return new Int32Array(buffer);
    case TF_INT64:
      return new BigInt64Array(buffer);
    case TF_INT16:
      return new Int16Array(buffer);
    case TF_BFLOAT16:
    case TF_HALF:
      return new Uint16Array(buffer);
    case TF_UINT8:
    case TF_BOOL:
      return new Uint8Array(buffer);
    case TF_INT8:
      return new Int8Array(buffer);
    default:
      throw new TypeError(`Cannot read a tensor: dtype is ${dtypeName(dtype)}, expected a numeric one`);
  }
}
