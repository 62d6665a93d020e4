/** Whether a checkpoint's tensors are those of the model that it describes, before anything of it is built. */
import { firstAndMore } from "../core/first_and_more.ts";
import type { ModelOptions } from "../config/model_options.ts";
import { CheckpointMismatch } from "../core/errors.ts";
import { expectedShapes } from "../interop/match_weights.ts";
import { checkModelOptions } from "../model/check_options.ts";
import { parameterSpecs } from "../model/parameter_specs.ts";
import type { Checkpoint } from "../train/checkpoint.ts";

/** The model as it predicts, without the parts that only training has. */
export function inferenceOptions(model: ModelOptions): ModelOptions {
  return {
    ...model,
    mixDecoder: false,
    mitrans: false,
    classifier: false,
    auxiliary: undefined,
    thresholds: undefined,
  };
}

/** How many differences a text names. */
const SHOWN = 5;

/**
 * Compares shapes, which costs no memory, whatever sizes a stranger's checkpoint claims; `checkModel` tells what is missing.
 * @param name The checkpoint's path, for error texts
 * @throws {CheckpointMismatch} If a parameter has another shape than the model's, or the model cannot be
 */
export function checkModelSizes(model: ModelOptions, { parameters }: Checkpoint, name: string): void {
  const options = inferenceOptions(model);
  try {
    checkModelOptions(options);
  } catch (error) {
    throw new CheckpointMismatch(`Cannot use checkpoint "${name}": ${(error as Error).message}`, {
      cause: error,
    });
  }
  const problems: string[] = [];
  // counters decide nothing in prediction
  const specs = parameterSpecs(options).filter(({ kind }) => kind !== "counter");
  for (const [parameter, shape] of expectedShapes(specs)) {
    const found = parameters.get(parameter)?.shape;
    if (found === undefined || `${found}` === `${shape}`) continue;
    problems.push(`${parameter} is [${found}], expected [${shape.join(", ")}]`);
  }
  if (problems.length === 0) return;
  throw new CheckpointMismatch(
    `Cannot use checkpoint "${name}": its tensors are not those of its model, ${
      firstAndMore(problems, SHOWN, String, "; ")
    }`,
  );
}
