import { ConfigError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import { checkConfig } from "./check_config.ts";
import { findPreset } from "./presets/presets.ts";
import type { Preset } from "./presets/preset.ts";
import { type Recipe, RECIPE_NAMES, type RecipeName, RECIPES } from "./recipe.ts";
import type { RunConfig } from "./run_config.ts";
import { applySettings } from "./set_options.ts";

/** What a command line says of a run; later entries win over earlier ones. */
export interface ConfigRequest {
  /** Default `demo`, with `data` `own`. */
  readonly preset?: string;
  /** Default the preset's. */
  readonly recipe?: string;
  /** `synthetic`, a folder or a `dataset.toml`. */
  readonly data?: string;
  /** A list file or a share. */
  readonly labeled?: string;
  /** A folder or a list of photos. */
  readonly unlabeled?: string;
  /** A weight file, `imagenet` for the encoder's published ones, or `none`. */
  readonly weights?: string;
  /** Updates; default the preset's. */
  readonly iterations?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default `auto`. */
  readonly backend?: string;
  /** Of convolutions in training; default float32. */
  readonly precision?: RunConfig["precision"];
  /** Unlabeled images whose pseudo masks are compared with their true masks; default none. */
  readonly diagnosePseudoMasks?: number;
  /** `key=value` each, applied last. */
  readonly set?: readonly string[];
}

/**
 * The recipe of a name.
 * @throws {ConfigError} If there is none; names all and the nearest
 */
export function findRecipe(name: string): Recipe {
  const known = RECIPE_NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return RECIPES[known];
  throw new ConfigError(`Cannot use recipe "${name}": it is unknown, ${expectedNames(name, RECIPE_NAMES)}`);
}

/** `paper` has MITrans; the official configurations do not switch it on, and boxes need none. */
function hasMitrans(recipe: RecipeName): boolean {
  return recipe === "paper";
}

function presetConfig(preset: Preset, recipe: string | undefined): RunConfig {
  const named = findRecipe(recipe ?? preset.recipe);
  const { network, ...rest } = preset.config;
  return {
    preset: preset.name,
    seed: 0,
    backend: "auto",
    precision: "float32",
    recompute: "none",
    engine: "auto",
    ...rest,
    network: { ...network, mitrans: hasMitrans(named.name) && preset.mitrans },
    recipe: preset.adjust === undefined ? named : preset.adjust(named),
  };
}

/** What was given of some options. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The value of `weights` that switches a preset's weights off. */
const NO_WEIGHTS = "none";

function withoutWeights({ weights: _, ...network }: RunConfig["network"]): RunConfig["network"] {
  return network;
}

/** A configuration with the flags of a request in place of its own, without preset, recipe and settings. */
function withFlags(config: RunConfig, request: ConfigRequest): RunConfig {
  const { seed, backend, precision, iterations, data: source, labeled, unlabeled, weights } = request;
  const { diagnosePseudoMasks } = request;
  return {
    ...config,
    ...given({ seed, backend, precision, iterations }),
    data: { ...config.data, ...given({ source, labeled, unlabeled }) },
    network: weights === NO_WEIGHTS
      ? withoutWeights(config.network)
      : { ...config.network, ...given({ weights }) },
    evaluation: { ...config.evaluation, ...given({ diagnosePseudoMasks }) },
  };
}

/**
 * The configuration of a run: preset, then recipe, then flags, then settings.
 * @throws {ConfigError} With all problems of settings and options at once: unknown names with the nearest known one,
 * numbers out of range
 * @example Supervised training with another learning rate
 * ```ts
 * import { resolveConfig } from "@guidedmix/guidedmix/train";
 * import assert from "node:assert/strict";
 *
 * const config = resolveConfig({ preset: "demo", recipe: "supervised", set: ["optimizer.learningRate=0.02"] });
 * assert.equal(config.optimizer.learningRate, 0.02);
 * assert.equal(config.network.mitrans, false);
 * ```
 */
export function resolveConfig(request: ConfigRequest = {}): RunConfig {
  const preset = findPreset(request.preset ?? (request.data === undefined ? "demo" : "own"));
  const config = withFlags(presetConfig(preset, request.recipe), request);
  return checkedSettings(fittingWeights(config, request, preset), request, preset);
}

/** What a preset is without weights, where flags or settings leave none. */
function fittingWeights(config: RunConfig, { set = [] }: ConfigRequest, preset: Preset): RunConfig {
  // what settings made of it is not checked yet
  const { network } = applySettings(config, set, preset.mitrans).value as Partial<RunConfig>;
  return network?.weights === undefined ? preset.withoutWeights?.(config) ?? config : config;
}

/**
 * A run's configuration with what a request says in its place; what it leaves out stays the run's.
 * @throws {ConfigError} As `resolveConfig`
 */
export function restatedConfig(config: RunConfig, request: ConfigRequest): RunConfig {
  const preset = findPreset(request.preset ?? config.preset);
  const name = request.recipe === undefined ? config.recipe.name : findRecipe(request.recipe).name;
  const recipe = { ...config.recipe, name };
  return checkedSettings(withFlags({ ...config, preset: preset.name, recipe }, request), request, preset);
}

function checkedSettings(base: RunConfig, { set = [] }: ConfigRequest, preset: Preset): RunConfig {
  const { value, problems } = applySettings(base, set, preset.mitrans);
  const what = `preset "${preset.name}" with these options`;
  let found = [...problems];
  try {
    const config = checkConfig(value, what);
    if (found.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    found = [...found, error.message.replace(/^Cannot use [^:]*: /, "")];
  }
  throw new ConfigError(`Cannot use ${what}: ${found.join("; ")}`);
}
