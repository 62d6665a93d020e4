import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { runOp } from "../backends/tensorflow/run_op.ts";
import type { AnyTensor } from "../nn/tensors.ts";

/**
 * Keeps recorded updates off where a loss is not finite: the function fails then, with a text that `lossOf` understands.
 * @param losses By name; they stay the caller's
 */
export function guardLosses(
  backend: NodeKernelBackend,
  losses: readonly (readonly [string, AnyTensor])[],
): void {
  for (const [name, loss] of losses) {
    const checked = runOp(backend, "CheckNumerics", [loss], { strings: { message: `loss "${name}"` } });
    backend.binding.guardChanges(backend.getInputTensorIds([checked])[0]!);
    checked.dispose();
  }
}

/** The loss that a failed function names, and whether it is NaN or infinite. */
export function lossOf(message: string): { readonly name: string; readonly value: number } | undefined {
  const found = /loss "(\w+)" : Tensor had (.*) values/.exec(message);
  if (found === null) return undefined;
  return { name: found[1]!, value: found[2]!.includes("NaN") ? NaN : Infinity };
}
