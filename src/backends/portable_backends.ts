import * as tf from "@tensorflow/tfjs-core";
import { BackendUnavailable } from "../core/errors.ts";
import type { BackendMemory, OpenBackend } from "./opened_backend.ts";

/** Counts by tfjs's engine; its peak is that of the calls to `memory`, as tfjs reports no other. */
function engineMemory(): Pick<OpenBackend, "memory" | "resetPeakMemory"> {
  let peakBytes = 0;
  return {
    memory(): BackendMemory {
      const { numTensors, numBytes } = tf.memory();
      peakBytes = Math.max(peakBytes, numBytes);
      return { tensors: numTensors, bytes: numBytes, peakBytes };
    },
    resetPeakMemory: () => void (peakBytes = 0),
  };
}

async function activate(name: string): Promise<void> {
  let ready = false;
  let cause: unknown;
  try {
    ready = await tf.setBackend(name);
  } catch (error) {
    cause = error;
  }
  if (ready) return;
  throw new BackendUnavailable(
    `Cannot open backend "${name}": ${(cause as Error)?.message ?? "it did not start"}`,
  );
}

/**
 * Opens backend `wasm`: every machine has it.
 * @throws {BackendUnavailable} If WebAssembly does not start
 */
export async function openWasm(): Promise<OpenBackend> {
  await import("@tensorflow/tfjs-backend-wasm");
  await activate("wasm");
  return { name: "wasm", device: "CPU, WebAssembly", ...engineMemory() };
}

/** What is read of `GPUAdapterInfo`; software adapters say so in one of these. */
interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
}

/** Why an adapter is not a GPU, or undefined where it is one. Mesa's lavapipe and SwiftShader compute on the CPU. */
export function softwareAdapter(info: AdapterInfo): string | undefined {
  const text = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(" ");
  return /llvmpipe|lavapipe|swiftshader|software/i.test(text) ? text : undefined;
}

let adapterWasAsked = false;

/** Whether this process has loaded graphics drivers; Mesa's bring an LLVM that libtensorflow must not meet. */
export function webgpuWasTried(): boolean {
  return adapterWasAsked;
}

/**
 * Opens backend `webgpu`.
 * @param softwareToo Takes an adapter that computes on the CPU as well; slow, for tests
 * @throws {BackendUnavailable} If no adapter opens
 */
export async function openWebgpu(softwareToo: boolean): Promise<OpenBackend> {
  adapterWasAsked = true;
  const gpu = (globalThis.navigator as (Navigator & { gpu?: GPU }) | undefined)?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new BackendUnavailable('Cannot open backend "webgpu": no adapter was found, expected a GPU');
  }
  const info = adapter.info as AdapterInfo;
  const software = softwareAdapter(info);
  if (software !== undefined && !softwareToo) {
    throw new BackendUnavailable(
      `Cannot open backend "webgpu": the adapter is "${software}", expected a GPU, not a CPU`,
    );
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  await activate("webgpu");
  return { name: "webgpu", device: info.description ?? info.device ?? "GPU", ...engineMemory() };
}
