/** What a call of `compare` asks for, together with what its folder holds. */
import { basename, join, resolve } from "node:path";
import { ConfigError } from "../../core/errors.ts";
import { IMAGENET } from "../../interop/pretrained/weight_sources.ts";
import { RunFolder } from "../../run/run_folder.ts";
import type { CompareFlags } from "./compare_flags.ts";
import {
  type AskedComparison,
  checkShared,
  type ComparisonPlan,
  readPlan,
  type SharedRequest,
  withHeldSettings,
} from "./comparison_plan.ts";
import { labelTexts } from "./label_choices.ts";
import { tableVariants } from "./tables.ts";
import { variantsOf, withBaselineFirst } from "./variants.ts";

/** A call, its folder, and the plan that is there. */
export interface ComparisonCall {
  /** Absolute path. */
  readonly out: string;
  /** What is asked for, the folder's part of it too. */
  readonly asked: AskedComparison;
  /** The folder's plan; missing for a new comparison. */
  readonly plan?: ComparisonPlan;
}

const DEFAULTS = { labels: "1/8,all", recipes: "supervised,guidedmix", seeds: [0, 1, 2] };

/** `runs/compare-photos`, `runs/compare-demo-lambda`. */
function defaultFolder({ data, preset, table }: CompareFlags): string {
  const what = data === undefined ? preset ?? "demo" : basename(resolve(data));
  return join("runs", ["compare", what, ...(table === undefined ? [] : [table])].join("-"));
}

/** Names that stand for no path. */
const WORDS: readonly string[] = ["synthetic", IMAGENET, "none"];

/** What the call says of all runs; paths are found again from another folder. */
function sharedOf(flags: CompareFlags): Partial<SharedRequest> {
  const place = (path: string | undefined) =>
    path === undefined || WORDS.includes(path) ? path : resolve(path);
  const { preset, backend, iterations, budget, set } = flags;
  const [data, unlabeled, weights] = [place(flags.data), place(flags.unlabeled), place(flags.weights)];
  const all = { preset, data, unlabeled, weights, backend, iterations, budget, set: set && [...set] };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function refuseContradictions({ iterations, budget, recipes, table }: CompareFlags): void {
  if (iterations !== undefined && budget !== undefined) {
    throw new ConfigError(
      "Cannot compare: --iterations and --budget are given, expected one, which decides the other",
    );
  }
  if (recipes !== undefined && table !== undefined) {
    throw new ConfigError("Cannot compare: --recipes and --table are given, expected one of them");
  }
  if (Deno.env.get("TF_CONFIG")) {
    throw new ConfigError("Cannot compare: TF_CONFIG is set, expected runs of one process each; unset it");
  }
}

async function planOf(out: string, resume: boolean | undefined): Promise<ComparisonPlan | undefined> {
  const plan = await readPlan(out);
  if (plan === undefined && resume) {
    throw new ConfigError(
      `Cannot resume "${out}": no comparison is there, expected the folder of one in --out`,
    );
  }
  if (plan === undefined && await new RunFolder(out).hasRun()) {
    throw new ConfigError(
      `Cannot compare in "${out}": it holds a run, expected a new folder; --out names another`,
    );
  }
  return plan;
}

/**
 * Reads the call and its folder.
 * @throws {ConfigError} If options contradict each other or the runs of the folder, or a recipe or table is unknown
 */
export async function askedComparison(flags: CompareFlags): Promise<ComparisonCall> {
  refuseContradictions(flags);
  const out = resolve(flags.out ?? defaultFolder(flags));
  const plan = await planOf(out, flags.resume);
  const held = flags.resume ? plan : undefined;
  const said = sharedOf(flags);
  const own = held === undefined ? said : withHeldSettings(held.shared, said);
  const shared: SharedRequest = { set: [], ...held?.shared, ...own };
  if (plan !== undefined) checkShared(plan.shared, shared, out);
  const { recipes, table, labels, seeds } = flags;
  const named = table !== undefined
    ? withBaselineFirst(tableVariants(table))
    : recipes === undefined
    ? held?.variants
    : variantsOf(recipes);
  const asked = {
    shared,
    variants: named ?? variantsOf(DEFAULTS.recipes),
    labels: labels === undefined && held !== undefined
      ? held.labels
      : await labelTexts(labels ?? DEFAULTS.labels),
    seeds: [...seeds ?? held?.seeds ?? DEFAULTS.seeds],
  };
  return { out, asked, ...(plan === undefined ? {} : { plan }) };
}
