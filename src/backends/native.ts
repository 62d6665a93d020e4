import { getBackend } from "@tensorflow/tfjs-core";
import type { Capabilities } from "./tensorflow/capabilities.ts";
import { type NodeKernelBackend, TENSORFLOW_BACKEND } from "./tensorflow/node_kernels.ts";

let registered: NodeKernelBackend | undefined;
let capable: Capabilities | undefined;

/** Makes the native kernels known, and what they can do; called once, when backend `tensorflow` opens. */
export function setNativeBackend(backend: NodeKernelBackend, capabilities: Capabilities): void {
  registered = backend;
  capable = capabilities;
}

/** What the native kernels can do on this machine; `undefined` before backend `tensorflow` was opened. */
export function nativeCapabilities(): Capabilities | undefined {
  return capable;
}

/** The native kernels while backend `tensorflow` is the current one; `undefined` on the portable backends. */
export function nativeBackend(): NodeKernelBackend | undefined {
  return registered !== undefined && getBackend() === TENSORFLOW_BACKEND ? registered : undefined;
}
