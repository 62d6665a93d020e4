/** Names of the numeric backends, in the order in which `auto` tries them. */
export const BACKEND_NAMES = ["tensorflow", "webgpu", "wasm"] as const;

/** A numeric backend. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Tensors and bytes that a backend holds; `peakBytes` is the most since `resetPeakMemory`. */
export interface BackendMemory {
  readonly tensors: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** A backend that was opened and is tfjs's current one. */
export interface OpenBackend {
  readonly name: BackendName;
  /** The device and library behind it, for people. */
  readonly device: string;
  /** What it holds now. */
  memory(): BackendMemory;
  /** Starts a new peak. */
  resetPeakMemory(): void;
}
