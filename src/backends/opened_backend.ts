/** Names of the numeric backends, in the order in which `auto` tries them. */
export const BACKEND_NAMES: readonly BackendName[] = ["tensorflow", "webgpu", "wasm"];

/** A numeric backend. */
export type BackendName = "tensorflow" | "webgpu" | "wasm";

/** Tensors and bytes that a backend holds; `peakBytes` is the most since `resetPeakMemory`. */
export interface BackendMemory {
  /** Live tensors. */
  readonly tensors: number;
  /** Bytes in them. */
  readonly bytes: number;
  /** Most bytes since `resetPeakMemory`. */
  readonly peakBytes: number;
}

/** A backend that was opened and is tfjs's current one. */
export interface OpenBackend {
  /** Its name. */
  readonly name: BackendName;
  /** The device and library behind it, for people. */
  readonly device: string;
  /** What it holds now. */
  memory(): BackendMemory;
  /** Starts a new peak. */
  resetPeakMemory(): void;
}
