import { firstAndMore } from "../../core/first_and_more.ts";
import { KernelError } from "../../core/errors.ts";
import { BYTES_PER_ELEMENT, dtypeName } from "./dtypes.ts";
import type { TensorflowContext } from "./context.ts";

/** A tensor that TensorFlow holds for us. */
export interface TensorHandle {
  readonly id: number;
  readonly pointer: Deno.PointerObject;
  /** TF_DataType. */
  readonly dtype: number;
  readonly shape: number[];
  readonly bytes: number;
}

/** Counts of what is alive. Handles that share one buffer (a reshape) count once each. */
export interface HandleMemory {
  readonly tensors: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** "float32[2,3,4]", for error texts. */
export function describeHandle(handle: { dtype: number; shape: readonly number[] }): string {
  return `${dtypeName(handle.dtype)}[${handle.shape.join(", ")}]`;
}

/** Inputs that an error text lists. */
const MOST_LISTED = 6;

/** "float32[2, 3], int32[]", for error texts; of many the first six and how many more there are. */
export function describeHandles(handles: readonly { dtype: number; shape: readonly number[] }[]): string {
  return firstAndMore(handles, MOST_LISTED, describeHandle);
}

/** The table of live tensor handles: numbers outside, pointers inside, so that a wrong number never crashes. */
export class HandleTable {
  #context: TensorflowContext;
  #handles = new Map<number, TensorHandle>();
  #nextId = 1;
  #bytes = 0;
  #peakBytes = 0;

  constructor(context: TensorflowContext) {
    this.#context = context;
  }

  /** Takes ownership of a TFE_TensorHandle and reads its shape and dtype. */
  adopt(pointer: Deno.PointerObject): TensorHandle {
    const { symbols, status } = this.#context;
    const dtype = symbols.TFE_TensorHandleDataType(pointer);
    const rank = symbols.TFE_TensorHandleNumDims(pointer, status);
    const shape: number[] = [];
    let elements = 1;
    for (let i = 0; i < rank; i++) {
      const dim = Number(symbols.TFE_TensorHandleDim(pointer, i, status));
      shape.push(dim);
      elements *= dim;
    }
    const bytes = elements * (BYTES_PER_ELEMENT[dtype] ?? 0);
    const handle = { id: this.#nextId++, pointer, dtype, shape, bytes };
    this.#handles.set(handle.id, handle);
    this.#bytes += bytes;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
    return handle;
  }

  /** @throws {KernelError} If the tensor was disposed or never existed */
  get(id: number, user: string): TensorHandle {
    const handle = this.#handles.get(id);
    if (handle === undefined) {
      throw new KernelError(`Cannot run ${user}: input tensor ${id} is disposed, expected a live tensor`);
    }
    return handle;
  }

  /** Frees a tensor. @throws {KernelError} If it was freed before */
  delete(id: number): void {
    const handle = this.get(id, "dispose");
    this.#handles.delete(id);
    this.#bytes -= handle.bytes;
    this.#context.symbols.TFE_DeleteTensorHandle(handle.pointer);
  }

  /** What is alive now, and the most bytes since the last `resetPeak`. */
  memory(): HandleMemory {
    return { tensors: this.#handles.size, bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

  /** Starts a new peak from what is alive now. */
  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }
}
