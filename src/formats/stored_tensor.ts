/** Element types that weight files hold. float16 and bfloat16 are read as float32 data, with their own `dtype`. */
export type StoredDtype =
  | "float64"
  | "float32"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint8"
  | "bool";

/** Typed arrays that hold the elements of a stored tensor. */
export type StoredData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/**
 * A tensor as a file holds it: row-major, in the file's own axis order (PyTorch: NCHW and OIHW).
 * `data` is Float32Array for float32, float16 and bfloat16; Uint8Array for uint8 and bool.
 */
export interface StoredTensor {
  /** Element type in the file. */
  readonly dtype: StoredDtype;
  /** Sizes, outermost axis first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements, as many as the product of `shape`. */
  readonly data: StoredData;
}
