import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { StepBatch } from "../method/step_batch.ts";
import { Network } from "../model/network.ts";
import { featureMap, labelMap } from "./layouts.ts";
import type { Ledger } from "./ledger.ts";
import { modelOptions } from "./model_from_info.ts";
import { type GuidedMixRecipe, officialRecipe, rampUpLength, restatedRecipe } from "./recipe_from_info.ts";
import type { Info } from "./reference_folder.ts";

/** Parts of the official mix decoder that no input reaches; ours does not build them. */
const DEAD_PARAMETER = /^decode_head_mix\.(image_pool|aspp_modules)\./;

/** A training case before its first step. Dispose it when done. */
export interface TrainingSetup {
  /** Where its tensors come from and go. */
  readonly ledger: Ledger;
  /** Facts of the case. */
  readonly info: Info;
  /** Whether the official code made it, and not the restatement. */
  readonly official: boolean;
  /** What a step does. */
  readonly recipe: GuidedMixRecipe;
  /** In iterations; 0 without a ramp-up. */
  readonly rampUpLength: number;
  /** With its start values. */
  readonly network: Network;
  /** The one batch of all steps. */
  readonly batch: StepBatch & Required<Pick<StepBatch, "unlabeled">>;
  /** Start values of parameters that no step changes. */
  readonly dead: ReadonlyMap<string, StoredTensor>;
  /** Frees network and batch. */
  dispose(): void;
}

/** A network of the case with its start values. */
export function startNetwork(ledger: Ledger): { network: Network; dead: Map<string, StoredTensor> } {
  const network = new Network(modelOptions(ledger.file.info), 0);
  const state = ledger.inputs("state0/");
  const set = new Set(network.parameters.load(state));
  const missing = network.parameters.names().filter((name) => !set.has(name));
  if (missing.length > 0) {
    network.dispose();
    throw new Error(`state0 lacks ${missing.slice(0, 10).join(", ")} (${missing.length} in all)`);
  }
  const dead = new Map<string, StoredTensor>();
  for (const [name, tensor] of state) {
    if (set.has(name)) continue;
    if (DEAD_PARAMETER.test(name)) dead.set(name, tensor);
    else ledger.leaveOut(`state0/${name}`, "the network has no parameter of that name");
  }
  return { network, dead };
}

/** Reads a training case. */
export function setUpTraining(ledger: Ledger): TrainingSetup {
  const { info } = ledger.file;
  const official = info.recipe === undefined;
  const recipe = official ? officialRecipe(info) : restatedRecipe(info.recipe as Info);
  const { network, dead } = startNetwork(ledger);
  const batch = {
    labeled: featureMap(ledger.input("in/img")),
    unlabeled: featureMap(ledger.input("in/unsup_img")),
    labels: labelMap(ledger.input("in/gt")),
  };
  const dispose = () => {
    Object.values(batch).forEach((tensor) => tensor.dispose());
    network.dispose();
  };
  return { ledger, info, official, recipe, rampUpLength: rampUpLength(info), network, batch, dead, dispose };
}
