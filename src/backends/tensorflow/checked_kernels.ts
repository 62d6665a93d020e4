import {
  getKernelsForBackend,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type Tensor,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { KernelError } from "../../core/errors.ts";

/** Attributes of tfjs kernels that count, place or size something. tfjs turns NaN in them into 0. */
const WHOLE_NUMBERS: ReadonlySet<string> = new Set([
  "axis",
  "axes",
  "batchDims",
  "begin",
  "blockShape",
  "crops",
  "depth",
  "dilations",
  "dims",
  "end",
  "filterSize",
  "k",
  "numOrSizeSplits",
  "paddings",
  "perm",
  "reductionIndices",
  "reps",
  "shape",
  "size",
  "strides",
]);

function describe(inputs: NamedTensorInfoMap): string {
  const given = Object.values(inputs).flat().filter((input): input is TensorInfo =>
    input?.shape !== undefined
  );
  return given.map(({ dtype, shape }) => `${dtype}[${shape.join(", ")}]`).join(", ");
}

function isWhole(value: unknown): boolean {
  return typeof value !== "number" || Number.isSafeInteger(value);
}

function checkAttributes(name: string, inputs: NamedTensorInfoMap, attrs: NamedAttrMap): void {
  for (const key in attrs) {
    if (!WHOLE_NUMBERS.has(key)) continue;
    const value: unknown = attrs[key];
    const whole = Array.isArray(value) ? value.flat().every(isWhole) : isWhole(value);
    if (whole) continue;
    throw new KernelError(
      `Cannot run ${name}(${describe(inputs)}): ${key} is ${value}, expected whole numbers`,
    );
  }
}

function checkAlive(name: string, inputs: NamedTensorInfoMap): void {
  for (const key in inputs) {
    const input = inputs[key] as Partial<Tensor> | undefined;
    if (input?.isDisposed !== true) continue;
    throw new KernelError(
      `Cannot run ${name}(${describe(inputs)}): input "${key}" is disposed, expected a live tensor`,
    );
  }
}

function checked(kernel: KernelConfig): KernelConfig {
  const name = kernel.kernelName;
  return {
    ...kernel,
    kernelFunc(call) {
      const inputs = call.inputs as NamedTensorInfoMap;
      checkAlive(name, inputs);
      if (call.attrs !== undefined) checkAttributes(name, inputs, call.attrs);
      try {
        return kernel.kernelFunc(call);
      } catch (error) {
        if (error instanceof KernelError) throw error;
        const text = error instanceof Error ? error.message : String(error);
        throw new KernelError(`Cannot run ${name}(${describe(inputs)}): ${text}`, { cause: error });
      }
    },
  };
}

/**
 * Puts checks before every kernel of a tfjs backend: inputs are alive, indices and sizes are whole numbers. What a
 * kernel throws comes out as a `KernelError` with the kernel's name, shapes and dtypes.
 */
export function checkKernels(backendName: string): void {
  for (const kernel of getKernelsForBackend(backendName)) {
    unregisterKernel(kernel.kernelName, backendName);
    registerKernel(checked(kernel));
  }
}
