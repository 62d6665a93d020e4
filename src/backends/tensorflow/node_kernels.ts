/**
 * The one file that faces tfjs-node-gpu's untyped parts: its kernel backend and kernel registrations, without its
 * native addon.
 */
// deno-lint-ignore-file no-explicit-any
import util from "node:util";
import { registerBackend } from "@tensorflow/tfjs-core";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { OpAttribute } from "./attributes.ts";
import type { TensorflowBinding } from "./binding.ts";
import { checkKernels } from "./checked_kernels.ts";
import { fixEmptyConvolutions } from "./empty_convolutions.ts";

/** What the project calls on tfjs-node's kernel backend. */
export interface NodeKernelBackend {
  readonly binding: TensorflowBinding;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): Tensor;
}

/** Name under which the backend stands in tfjs. */
export const TENSORFLOW_BACKEND = "tensorflow";

/**
 * Registers tfjs-node's kernels over `binding` as tfjs backend `tensorflow`.
 * Its modules call two functions that newer `node:util` lacks; they are put back first.
 */
export async function registerNodeKernels(binding: TensorflowBinding): Promise<NodeKernelBackend> {
  const legacy = util as any;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  const warn = console.warn;
  // int64 outputs are what we ask for; the kernel backend warns at each
  console.warn = (...args: unknown[]) => String(args[0]).startsWith("INT64 output") || warn(...args);
  const module: any = await import("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js");
  const Backend = module.NodeJSKernelBackend ?? module.default.NodeJSKernelBackend;
  const backend = new Backend(binding, "@tensorflow/tfjs-node-gpu");
  backend.memory = () => {
    const { tensors, bytes, peakBytes } = binding.memory();
    return {
      unreliable: false,
      numBytesInBackend: bytes,
      numTensorsInBackend: tensors,
      peakBytesInBackend: peakBytes,
    };
  };
  backend.read = (dataId: object) => readData(backend, dataId);
  registerBackend(TENSORFLOW_BACKEND, () => backend, 4);
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  fixEmptyConvolutions(TENSORFLOW_BACKEND);
  checkKernels(TENSORFLOW_BACKEND);
  return backend;
}

async function readData(backend: any, dataId: object): Promise<unknown> {
  const info = backend.tensorMap.get(dataId);
  if (info === undefined) throw new Error("Tensor was not registered");
  return info.values ?? await backend.binding.tensorData(info.id);
}
