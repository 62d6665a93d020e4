import { FormatError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";
import { PickleObject } from "./pickle_values.ts";
import { bytesPerElement, decodeElements, elementCount } from "./stored_bytes.ts";
import type { StoredData, StoredDtype, StoredTensor } from "./stored_tensor.ts";

/** A storage that a pickle mentions; its bytes lie elsewhere in the file. */
export class StorageRef extends PickleObject {
  /** Always `storage`. */
  readonly kind = "storage";
  /** Names the bytes. */
  readonly key: string;
  /** `undefined` for an untyped storage, whose tensors state it. */
  readonly dtype: StoredDtype | undefined;
  /** Number of elements (of bytes, where untyped) of the whole storage. */
  readonly elements: number;
  /** Where a view on the storage begins, in elements. */
  readonly offset: number;

  /**
   * Describes a storage.
   * @param offset 0 except in old files that kept views
   */
  constructor(key: string, dtype: StoredDtype | undefined, elements: number, offset = 0) {
    super();
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
    this.offset = offset;
  }
}

/** A tensor that a pickle describes, before its bytes are looked at. */
export class TensorRef extends PickleObject {
  /** Always `tensor`. */
  readonly kind = "tensor";
  /** Where the elements lie. */
  readonly storage: StorageRef;
  /** Element type. */
  readonly dtype: StoredDtype;
  /** First element, in elements of the storage. */
  readonly offset: number;
  /** Sizes. */
  readonly shape: readonly number[];
  /** Steps in elements, one for each size, from 0. */
  readonly strides: readonly number[];

  /** All values are checked only when the tensor is made. */
  constructor(
    storage: StorageRef,
    dtype: StoredDtype,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    super();
    this.storage = storage;
    this.dtype = dtype;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** A storage's key as a Map should have it: keys are numbers, of which thousands may have one hash as they are. */
export function storageName(key: string): string {
  return `storage ${key}`;
}

/** Row-major steps; sizes of 1 may have any. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Copies strided elements into row-major order. */
function gather(from: StoredData, start: number, { shape, strides }: TensorRef, count: number): StoredData {
  const out = from.slice(0, 0).constructor as new (length: number) => StoredData;
  const data = new out(count);
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = start; i < count; i++) {
    data[i] = from[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return data;
}

/** Makes tensors from references; storages are decoded once, and contiguous tensors are views on them. */
export class TensorMaker {
  readonly #storageBytes: (key: string) => Uint8Array;
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #decoded = new Map<string, StoredData>();
  #copyBudget: number;

  /**
   * Begins with an empty cache.
   * @param storageBytes The bytes of a storage by its key; throws FormatError where there is none
   * @param copyBudget How many bytes may be made in all by converting elements and spreading strided tensors
   */
  constructor(storageBytes: (key: string) => Uint8Array, copyBudget: number) {
    this.#storageBytes = storageBytes;
    this.#copyBudget = copyBudget;
  }

  /**
   * Reads the elements of one tensor.
   * @throws {FormatError} If shape, strides and storage do not fit together
   */
  make(name: string, tensor: TensorRef): StoredTensor {
    const { dtype, shape, strides, storage } = tensor;
    const fail = (state: string, rule: string): never => {
      throw new FormatError(`Cannot read tensor ${quoted(name)}: ${state}, expected ${rule}`);
    };
    const count = elementCount(shape);
    const start = tensor.offset + storage.offset;
    if (count === undefined) return fail(`shape is [${shape}]`, "sizes from 0");
    if (
      strides.length !== shape.length || !strides.every((step) => Number.isSafeInteger(step) && step >= 0)
    ) {
      return fail(`strides are [${strides}] for shape [${shape}]`, "as many, from 0");
    }
    if (!Number.isSafeInteger(start) || start < 0) return fail(`it begins at element ${start}`, "from 0");
    const elements = this.#elements(name, storage, dtype);
    const last = shape.reduce((at, size, axis) => at + (size - 1) * strides[axis]!, start);
    if (count > 0 && last >= elements.length) {
      return fail(
        `shape [${shape}] reaches element ${last}`,
        `below ${elements.length}, its storage's length`,
      );
    }
    if (count === 0) return { dtype, shape, data: elements.subarray(0, 0) };
    if (isContiguous(shape, strides)) {
      return { dtype, shape, data: elements.subarray(start, start + count) };
    }
    this.#copyBudget -= count * elements.BYTES_PER_ELEMENT;
    if (this.#copyBudget < 0) {
      return fail(`it spreads to ${count} elements`, "no more than the file's size allows");
    }
    return { dtype, shape, data: gather(elements, start, tensor, count) };
  }

  #elements(name: string, { key, elements, dtype: stated }: StorageRef, dtype: StoredDtype): StoredData {
    const cacheKey = `${dtype} ${key}`;
    const known = this.#decoded.get(cacheKey);
    if (known !== undefined) return known;
    const bytes = this.#bytes.get(storageName(key)) ?? this.#storageBytes(key);
    this.#bytes.set(storageName(key), bytes);
    const length = elements * (stated === undefined ? 1 : bytesPerElement(stated));
    if (bytes.length !== length) {
      throw new FormatError(
        `Cannot read tensor ${quoted(name)}: its storage ${quoted(key)} has ${bytes.length} bytes, ` +
          `expected ${length}`,
      );
    }
    const decoded = decodeElements(dtype, bytes);
    if (decoded.buffer !== bytes.buffer) this.#copyBudget -= decoded.byteLength;
    if (this.#copyBudget < 0) {
      throw new FormatError(
        `Cannot read tensor ${
          quoted(name)
        }: its storage is used as ${dtype} and as others, expected one type`,
      );
    }
    this.#decoded.set(cacheKey, decoded);
    return decoded;
  }
}
