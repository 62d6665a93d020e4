/** What a checkpoint must hold before a run goes on from it. */
import { frozenNorms, hasTeacher, partsOf } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";
import type { ParameterStore } from "../nn/parameters.ts";
import { requireTensors } from "../nn/check_tensors.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * Parameters that every update moves, so that they have momentum after the first. Those of parts that wait for a ramp or a
 * warm-up may have none yet.
 */
function movedNames(parameters: ParameterStore, { recipe, optimizer }: RunConfig): string[] {
  if (optimizer.momentum === 0) return [];
  const isFrozen = frozenNorms(recipe) ?? (() => false);
  const normOf = (name: string) => {
    const norm = name.slice(0, name.lastIndexOf("."));
    return parameters.has(`${norm}.running_mean`) ? norm : undefined;
  };
  const isMoved = (name: string) => {
    const norm = normOf(name);
    if (norm !== undefined && isFrozen(norm)) return false;
    return name.startsWith("backbone.") || (!partsOf(recipe).classifier && name.startsWith("decode_head."));
  };
  return parameters.trainableNames().filter(isMoved);
}

/**
 * Demands all parameters, statistics and momentum buffers, all finite.
 * @throws {CheckpointMismatch} Names what is missing, left over or not finite
 */
export function checkResume(
  { iteration, parameters: evaluated, student, teacher, momentum }: Checkpoint,
  parameters: ParameterStore,
  config: RunConfig,
): void {
  const names = parameters.names();
  const action = `go on from the checkpoint of iteration ${iteration}`;
  const whole = { required: names, known: names };
  requireTensors(action, student ?? evaluated, whole);
  const { evaluated: teacherEvaluated } = config.recipe.teacher;
  if (hasTeacher(config.recipe)) {
    requireTensors(`${action} with its teacher`, teacherEvaluated ? evaluated : teacher ?? new Map(), whole);
  }
  const required = iteration === 0 ? [] : movedNames(parameters, config);
  requireTensors(`${action} with its momentum`, momentum, { required, known: parameters.trainableNames() });
}
