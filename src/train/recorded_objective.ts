/** What of a training step is recorded: losses, gradients or updates, and whatever was asked to be seen. */
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import type { Recipe } from "../config/recipe.ts";
import { type StepContext, takeGradients } from "../method/guided_mix_step.ts";
import { objective } from "../method/objective.ts";
import type { ObjectiveContext } from "../method/objectives/step.ts";
import type { ChosenPairs } from "../method/pairing.ts";
import type { StepBatch } from "../method/step_batch.ts";
import type { VaryingDraws } from "../method/step_draws.ts";
import type { Network } from "../model/network.ts";
import { type Observation, Tape, type TapeOptions } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { isIndexTensor } from "../nn/varying.ts";
import { guardLosses } from "./loss_guards.ts";

/** A step to record. */
export interface ObjectiveRequest {
  readonly backend: NodeKernelBackend;
  readonly network: Network;
  readonly batch: StepBatch;
  readonly draws: VaryingDraws;
  readonly recipe: Recipe;
  readonly context: Omit<ObjectiveContext, "recipe">;
  readonly tape: TapeOptions;
  /** Uses the gradients in the recording; without it they are results. */
  readonly take?: StepContext["takeGradient"];
}

const KINDS = ["losses", "gradients", "pairs", "values", "slopes", "kept"] as const;

/** What a result is: a loss, a gradient, indices of pairs, an observed value or its gradient, what decisions keep. */
export type ResultKind = (typeof KINDS)[number];

/** Results by name, of each kind. */
export type StepTensors = { readonly [kind in ResultKind]: ReadonlyMap<string, AnyTensor> };

/** Results in a row, with where each stands. */
export interface RecordedResults {
  readonly tensors: AnyTensor[];
  /** Names of each kind, in the order of `tensors`. */
  readonly places: { readonly [kind in ResultKind]: readonly string[] };
  /** The pairs of the step; tensors among them are results. */
  readonly pairs?: ChosenPairs;
}

type Named = readonly (readonly [string, AnyTensor])[];

function indicesOf(pairs: ChosenPairs | undefined): Named {
  return Object.entries(pairs ?? {}).filter(([, list]) => isIndexTensor(list))
    .map(([name, list]) => [name, list as AnyTensor]);
}

function seenBy({ observations, decisions }: Tape): { values: Named; slopes: Named; kept: Named } {
  const all: (readonly [string, Observation])[] = [...observations];
  return {
    values: all.map(([name, { value }]) => [name, value.tensor]),
    slopes: all.flatMap(([name, { gradient }]) => gradient === undefined ? [] : [[name, gradient]] as const),
    kept: (decisions?.kept?.() ?? []).map((tensor, i) => [`${i}`, tensor]),
  };
}

/** Runs a step's ops, forward and backward, on a tape of their own. */
export function recordObjective(request: ObjectiveRequest): RecordedResults {
  const { backend, network, batch, draws, recipe, context, take } = request;
  const tape = new Tape(request.tape);
  try {
    const { total, terms, pairs } = objective(tape, network, batch, draws, { ...context, recipe });
    const losses = Object.entries({ ...terms, total }).map(([name, { tensor }]) => [name, tensor] as const);
    if (take !== undefined) guardLosses(backend, losses);
    const gradients = takeGradients(tape, network, total, take);
    const all = { losses, pairs: indicesOf(pairs), ...seenBy(tape) };
    const made = { ...copies(all), gradients: [...gradients] };
    const places = KINDS.map((kind) => [kind, made[kind].map(([name]) => name)]);
    return {
      tensors: KINDS.flatMap((kind) => made[kind].map(([, tensor]) => tensor)),
      places: Object.fromEntries(places) as RecordedResults["places"],
      pairs,
    };
  } finally {
    tape.decisions?.kept?.().forEach((tensor) => tensor.dispose());
    tape.dispose();
  }
}

function copies<K extends string>(groups: Readonly<Record<K, Named>>): Record<K, Named> {
  const entries = Object.entries<Named>(groups).map(([kind, group]) =>
    [kind, group.map(([name, tensor]) => [name, tensor.clone()])] as const
  );
  return Object.fromEntries(entries) as unknown as Record<K, Named>;
}

/** Puts results in a row back in their places. */
export function placeResults(
  { places }: Pick<RecordedResults, "places">,
  tensors: readonly AnyTensor[],
): StepTensors {
  let at = 0;
  const groups = KINDS.map((kind) =>
    [kind, new Map(places[kind].map((name) => [name, tensors[at++]!] as const))] as const
  );
  return Object.fromEntries(groups) as unknown as StepTensors;
}
