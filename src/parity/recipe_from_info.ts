import type { DecoupleOptions, GuidedMixOptions } from "../config/objectives/guided_mix.ts";
import { OFFICIAL_MIX } from "../config/objectives/guided_mix.ts";
import { type Recipe, RECIPES } from "../config/recipe.ts";
import type { Info } from "./reference_folder.ts";

/** Options of a decoupling in a case's info, under `decouple_…` or `dec_…`. */
export function decoupleOptions(info: Info, prefix: "decouple" | "dec"): DecoupleOptions {
  return {
    mode: info[`${prefix}_mode`] as DecoupleOptions["mode"],
    space: info[`${prefix}_space`] as DecoupleOptions["space"],
    normalize: info[`${prefix}_normalize`] as boolean,
    constantShare: false,
  };
}

function known<T extends string | number>(info: Info, name: string, values: readonly T[]): T {
  const value = info[name];
  if (values.includes(value as T)) return value as T;
  throw new Error(`the case's ${name} is ${JSON.stringify(value)}, expected one of ${values.join(", ")}`);
}

/** Loss, constant side and weight of L_usup; `ramp_up_iterations` is told apart. */
export function unsupervisedOptions(info: Info): GuidedMixOptions["unsup"] {
  return {
    loss: known(info, "unsup_loss", ["mse", "focal-hard"] as const),
    target: known(info, "unsup_target", ["M_u", "M_u_dec"] as const),
    weight: info.unsup_weight as number,
    rampUp: info.ramp_up_iterations === 0 ? 0 : 1,
    threshold: 0,
  };
}

/** A recipe that blends. */
export type GuidedMixRecipe = Recipe & { readonly objective: GuidedMixOptions };

/** The recipe of a restated case (`info.recipe`); its ramp-up is as long as the run, see `rampUpLength`. */
export function restatedRecipe(info: Info): GuidedMixRecipe {
  known(info, "pair_feature", ["encoder"] as const);
  const objective: GuidedMixOptions = {
    kind: "guided-mix",
    mix: {
      at: known(info, "mix_at", ["features", "images"] as const),
      lambdaLimit: info.lambda_limit as number,
    },
    pair: {
      select: known(info, "pair_select", ["nearest", "random"] as const),
      feature: "encoder",
      direction: known(info, "pair_direction", ["unlabeled", "labeled"] as const),
    },
    decouple: decoupleOptions(info, "decouple"),
    unsup: unsupervisedOptions(info),
    classifier: { on: info.classifier as boolean, weight: info.cla_weight as number, warmUp: 0 },
    dec: {
      ...decoupleOptions(info, "dec"),
      loss: info.dec === false ? "none" : known(info, "dec", ["mse", "ce"] as const),
      weight: info.dec_weight as number,
    },
    imagePoolUpdates: known(info, "image_pool_updates", [1, 2] as const),
  };
  return { ...RECIPES.paper, objective };
}

/** Length of a restated case's ramp-up in iterations; 0 where there is none. */
export function rampUpLength(info: Info): number {
  return (info.recipe as Info | undefined)?.ramp_up_iterations as number | undefined ?? 0;
}

/**
 * The recipe of an official case as it runs on a CPU: the focal loss on soft targets, or squared error where the
 * case has that plugged in.
 */
export function officialRecipe(info: Info): GuidedMixRecipe {
  const { kl_loss: loss, lambda_factor: lambdaLimit } = info.cfg as Record<string, unknown>;
  const { gamma, loss_weight: weight, reduction, ...rest } = loss as Record<string, unknown>;
  const usual = gamma === 0.5 && weight === 10 && reduction === "mean" && !("alpha" in rest);
  if (!usual) throw new Error(`the case's focal loss is ${JSON.stringify(loss)}, expected the official one`);
  const squared = (info.case as Info).loss === "mse";
  return {
    ...RECIPES.official,
    objective: {
      ...OFFICIAL_MIX,
      mix: { at: "features", lambdaLimit: lambdaLimit as number },
      unsup: { ...OFFICIAL_MIX.unsup, loss: squared ? "mse" : "focal-soft" },
    },
  };
}
