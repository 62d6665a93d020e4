import { setBackend } from "@tensorflow/tfjs-core";
import { BackendUnavailable } from "../../core/errors.ts";
import { setNativeBackend } from "../native.ts";
import type { FoundLibrary } from "../library/found_library.ts";
import type { OpenBackend } from "../opened_backend.ts";
import { webgpuWasTried } from "../portable_backends.ts";
import { thisHost } from "../library/host.ts";
import { instructionSet, keepGradientKernels, switchOneDnnOn } from "../library/one_dnn.ts";
import { TensorflowBinding } from "./binding.ts";
import { type Capabilities, probeCapabilities } from "./capabilities.ts";
import { type ContextOptions, openContext } from "./context.ts";
import { registerNodeKernels, TENSORFLOW_BACKEND } from "./node_kernels.ts";

let opened: OpenBackend | undefined;
let address: ContextAddress | undefined;

/** Where the eager context lies, for other threads of this process. */
export interface ContextAddress {
  /** Path of the library. */
  readonly path: string;
  /** The TFE_Context. */
  readonly pointer: bigint;
}

/** The context of backend `tensorflow`; `undefined` before it is opened. */
export function contextAddress(): ContextAddress | undefined {
  return address;
}

/** What was found, for people: `oneDNN AVX2, no bfloat16`. */
function describeCapabilities(capabilities: Capabilities, onGpu: boolean): string {
  const halves = capabilities.bfloat16 ? "bfloat16" : "no bfloat16";
  if (onGpu) return halves;
  const isOneDnn = capabilities.dilatedInputGradient && capabilities.dilatedWeightGradient;
  const kernels = isOneDnn ? `oneDNN ${instructionSet(thisHost()) ?? ""}`.trimEnd() : "plain kernels";
  return `${kernels}, ${halves}`;
}

/**
 * Opens backend `tensorflow` over a libtensorflow that was found. A process has one; a second call gives the first.
 * @throws {BackendUnavailable} If the library does not load or refuses to start, or WebGPU was opened before it
 */
export async function openTensorflow(
  library: FoundLibrary,
  options: ContextOptions = {},
): Promise<OpenBackend> {
  if (opened === undefined) {
    if (webgpuWasTried()) {
      throw new BackendUnavailable(
        'Cannot open backend "tensorflow": this process has opened WebGPU, whose drivers may crash libtensorflow as ' +
          "it loads, expected the other order or another process",
      );
    }
    switchOneDnnOn();
    // one thread is asked for where steps are small
    if (options.threads === 1) keepGradientKernels();
    const context = openContext(library.tensorflowPath, library.preload, options);
    address = { path: context.path, pointer: Deno.UnsafePointer.value(context.pointer) };
    const binding = new TensorflowBinding(context);
    const capabilities = probeCapabilities(binding);
    setNativeBackend(await registerNodeKernels(binding), capabilities);
    const gpus = context.devices.filter((device) => device.type === "GPU").length;
    const device = gpus > 0 ? `${gpus} CUDA GPU` : "CPU";
    opened = {
      name: TENSORFLOW_BACKEND,
      device: `${device}, libtensorflow ${context.version} (${library.source}), ` +
        describeCapabilities(capabilities, gpus > 0),
      memory: () => binding.memory(),
      resetPeakMemory: () => binding.resetPeak(),
    };
  }
  if (!await setBackend(TENSORFLOW_BACKEND)) {
    throw new BackendUnavailable('Cannot open backend "tensorflow": tfjs refused its kernels');
  }
  return opened;
}
