import { getBackend } from "@tensorflow/tfjs-core";
import { type NodeKernelBackend, TENSORFLOW_BACKEND } from "./tensorflow/node_kernels.ts";

let registered: NodeKernelBackend | undefined;

/** Makes the native kernels known; called once, when backend `tensorflow` opens. */
export function setNativeBackend(backend: NodeKernelBackend): void {
  registered = backend;
}

/** The native kernels while backend `tensorflow` is the current one; `undefined` on the portable backends. */
export function nativeBackend(): NodeKernelBackend | undefined {
  return registered !== undefined && getBackend() === TENSORFLOW_BACKEND ? registered : undefined;
}
