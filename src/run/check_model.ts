/** Whether a checkpoint has the weights of the model that it describes. */
import type { ModelOptions } from "../config/model_options.ts";
import { parameterSpecs } from "../model/parameter_specs.ts";
import { requireTensors } from "../nn/check_tensors.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import { inferenceOptions } from "./model_sizes.ts";

/**
 * Demands every weight that prediction needs, finite; those that only training has may lack.
 * @param name The checkpoint's, for the error text
 * @throws {CheckpointMismatch} Names what is missing, left over or not finite
 */
export function checkModel(
  { parameters }: Pick<Checkpoint, "parameters">,
  model: ModelOptions,
  name: string,
): void {
  const names = (options: ModelOptions) =>
    parameterSpecs(options).filter(({ kind }) => kind !== "counter").map((spec) => spec.name);
  const counters = [...parameters.keys()].filter((one) => one.endsWith(".num_batches_tracked"));
  requireTensors(`use checkpoint "${name}"`, parameters, {
    required: names(inferenceOptions(model)),
    known: [...names(model), ...counters],
  });
}
