/** Which runs a command trains, and where to. */
import { join, resolve } from "node:path";
import { type ConfigRequest, resolveConfig, restatedConfig } from "../config/resolve_config.ts";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError } from "../core/errors.ts";
import { IMAGENET } from "../interop/pretrained/weight_sources.ts";
import { configDifferences } from "./config_differences.ts";
import { RunFolder } from "./run_folder.ts";

/** A run to train. */
export interface PlannedRun {
  /** What. */
  readonly config: RunConfig;
  /** Folder. */
  readonly out: string;
  /** Whether its crop is nobody's choice and may follow the photos. */
  readonly fitCrop?: boolean;
}

/** Text such as `1/8` or `12`, which names no file. */
const SHARE = /^[\d./\s]+$/;

/** Presets that train the baseline first, where no recipe is named. */
const DEMOS: readonly string[] = ["demo", "demo-wasm"];

/** Where runs go, unless another folder is named. */
export const RUNS_FOLDER = "runs";

/** Where the demo goes, in whichever size, unless another folder is named. */
export const DEMO_FOLDER: string = join(RUNS_FOLDER, "demo");

/** In this order. */
const DEMO_RECIPES = ["supervised", "guidedmix"] as const;

/** Files are found again from another folder. */
function withAbsolutePaths(config: RunConfig): RunConfig {
  const { data, network } = config;
  const absolute = (path: string | undefined) => path === undefined ? undefined : resolve(path);
  return {
    ...config,
    data: {
      ...data,
      source: data.source === "synthetic" ? data.source : resolve(data.source),
      labeled: data.labeled === undefined || SHARE.test(data.labeled) ? data.labeled : resolve(data.labeled),
      unlabeled: absolute(data.unlabeled),
    },
    network: { ...network, weights: network.weights === IMAGENET ? IMAGENET : absolute(network.weights) },
  };
}

/** Whether the call is the demo: supervised, then guidedmix. */
export function isDemo({ preset, recipe, data }: ConfigRequest): boolean {
  return recipe === undefined && (preset === undefined ? data === undefined : DEMOS.includes(preset));
}

/** Whether the photos decide the crop: preset `own` leaves it to them, unless the call names one. */
function cropIsOpen({ set = [] }: ConfigRequest, { preset }: RunConfig): boolean {
  return preset === "own" && !set.some((setting) => /^\s*data\.crop\s*=/.test(setting));
}

/** The runs of a call that begins new ones. */
export function newRuns(request: ConfigRequest, out: string | undefined): PlannedRun[] {
  if (isDemo(request)) {
    const folder = out ?? join(RUNS_FOLDER, request.preset ?? "demo");
    return DEMO_RECIPES.map((recipe) => ({
      config: withAbsolutePaths(resolveConfig({ ...request, recipe })),
      out: join(folder, recipe),
    }));
  }
  const config = withAbsolutePaths(resolveConfig(request));
  const name = `${config.preset}-${config.recipe.name}-seed${config.seed}`;
  return [{
    config,
    out: out ?? join(RUNS_FOLDER, name),
    ...(cropIsOpen(request, config) ? { fitCrop: true } : {}),
  }];
}

/**
 * The runs in the folders of a folder, as the demo has them: those that were begun, and those that were to follow.
 * @throws {ConfigError} If there is none
 */
export async function begunRuns(out: string): Promise<PlannedRun[]> {
  const begun: PlannedRun[] = [];
  for (const recipe of DEMO_RECIPES) {
    const folder = new RunFolder(join(out, recipe));
    if (await folder.hasRun()) begun.push({ config: await folder.readConfig(), out: join(out, recipe) });
  }
  const [first] = begun;
  if (first === undefined) {
    throw new ConfigError(`Cannot resume "${out}": no run is there, expected a run folder in --out`);
  }
  const { preset, recipe } = first.config;
  const breaksOff = begun.length === 1 && recipe.name === DEMO_RECIPES[0] && DEMOS.includes(preset);
  return breaksOff ? [first, secondRun(first.config, out)] : begun;
}

/**
 * The demo's second run, of which only the first was begun: its options, another recipe.
 * @throws {ConfigError} If the first's recipe was changed by settings: what the second's were is not known
 */
function secondRun(first: RunConfig, out: string): PlannedRun {
  const [baseline, second] = newRuns({ preset: first.preset }, out);
  const changes = configDifferences({ ...first, recipe: baseline!.config.recipe }, first);
  if (changes.length === 0) return { ...second!, config: { ...first, recipe: second!.config.recipe } };
  throw new ConfigError(
    `Cannot resume "${out}": its second run was not begun, and its recipe was set (${changes.join(", ")}); ` +
      "expected the first call's options with --resume",
  );
}

/** A call of the demo by the preset and folder that it took: the smaller one where only wasm was found. */
export async function begunDemo<T extends ConfigRequest & { readonly out?: string }>(call: T): Promise<T> {
  if (call.preset !== undefined || !isDemo(call)) return call;
  const out = call.out ?? DEMO_FOLDER;
  const folder = new RunFolder(join(out, DEMO_RECIPES[0]));
  if (!await folder.hasRun()) return call;
  const { preset } = await folder.readConfig();
  return DEMOS.includes(preset) ? { ...call, preset, out } : call;
}

/**
 * What a run that goes on may have otherwise: more iterations, its data in another place, where the same images must
 * be found under the same names, and broken photos left out.
 */
function movedConfig(before: RunConfig, given: RunConfig): RunConfig {
  const isList = (path: string | undefined) => path !== undefined && !SHARE.test(path);
  const place = (old: string | undefined, now: string | undefined) => isList(old) && isList(now) ? now : old;
  const { source, labeled, unlabeled } = before.data;
  const moves = source !== "synthetic" && given.data.source !== "synthetic";
  return {
    ...before,
    iterations: Math.max(before.iterations, given.iterations),
    data: {
      ...before.data,
      source: moves ? given.data.source : source,
      labeled: place(labeled, given.data.labeled),
      unlabeled: place(unlabeled, given.data.unlabeled),
      ...(given.data.skipBroken === true ? { skipBroken: true } : {}),
    },
  };
}

/**
 * A run that lives in its folder goes on with its own options; what a call says of it must agree, what it leaves out
 * is the run's. One that does not live there yet is begun as planned.
 * @throws {ConfigError} If it does not agree; names the options that differ
 */
export async function resumedRun(planned: PlannedRun, request: ConfigRequest): Promise<PlannedRun> {
  const folder = new RunFolder(planned.out);
  if (!await folder.hasRun()) return planned;
  const before = await folder.readConfig();
  const restated = withAbsolutePaths(restatedConfig(before, request));
  const config = movedConfig(before, restated);
  const differences = configDifferences(config, restated);
  if (differences.length === 0) return { config, out: planned.out };
  throw new ConfigError(
    `Cannot resume "${folder.path}" with other options: ${differences.join(", ")}; ` +
      "expected those of its config.toml, leave them out; only more --iterations, --data, --labeled and --unlabeled in " +
      `another place, and --set data.skipBroken=true are taken${
        await folder.hasMereStart() ? "; it has no checkpoint: without --resume it begins anew" : ""
      }`,
  );
}
