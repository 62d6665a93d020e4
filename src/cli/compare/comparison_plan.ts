/** `plan.json` of a comparison's folder: what was asked for and what was decided, so that a later call goes on with it. */
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { readText } from "../../run/run_folder.ts";
import { writeFileWhole } from "../../train/write_file.ts";

const VARIANT = z.object({ label: z.string(), recipe: z.string(), settings: z.array(z.string()).readonly() });

/** What all runs share; a folder holds one of it. Paths are absolute. */
const SHARED = z.object({
  preset: z.string().optional(),
  data: z.string().optional(),
  unlabeled: z.string().optional(),
  weights: z.string().optional(),
  backend: z.string().optional(),
  iterations: z.int().min(1).optional(),
  budget: z.number().positive().optional(),
  set: z.array(z.string()),
});

const ASKED = z.object({
  shared: SHARED,
  variants: z.array(VARIANT).min(1),
  labels: z.array(z.string()).min(1),
  seeds: z.array(z.int().min(0)).min(1),
});

const PLAN = ASKED.extend({
  version: z.literal(1),
  /** Settings that were decided for all runs: a crop that fits the photos, evaluation at the end alone. */
  decided: z.array(z.string()),
  iterations: z.int().min(1),
});

/** What all runs share. */
export type SharedRequest = z.infer<typeof SHARED>;
/** What a call asks for. */
export type AskedComparison = z.infer<typeof ASKED>;
/** What a folder's runs are made by. */
export type ComparisonPlan = z.infer<typeof PLAN>;

const NAME = "plan.json";

/**
 * The plan of a folder; `undefined` where there is none.
 * @throws {ConfigError} If it is damaged
 */
export async function readPlan(out: string): Promise<ComparisonPlan | undefined> {
  const path = join(out, NAME);
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return PLAN.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(
      `Cannot go on with "${out}": "${path}" is damaged, expected the plan of a comparison; --out names another folder`,
      { cause },
    );
  }
}

/** Writes the plan, whole or not at all. */
export async function writePlan(out: string, plan: ComparisonPlan): Promise<void> {
  await writeFileWhole(join(out, NAME), new TextEncoder().encode(`${JSON.stringify(plan, null, 1)}\n`));
}

/** Leaves broken unlabeled photos out: the one setting that a call may add, since runs that read none are as they were. */
const SKIP = /^\s*data\.skipBroken\s*=/;

/** Settings that say whether broken photos are left out, which a run is told again when it goes on. */
export function skipSettings({ set }: SharedRequest): string[] {
  return set.filter((setting) => SKIP.test(setting));
}

/** Settings that all runs of a folder must share. */
function fixedSettings(set: readonly string[]): string[] {
  return set.filter((setting) => !SKIP.test(setting));
}

/** A call's settings, together with those of the comparison that it goes on with, where it says nothing else than to skip. */
export function withHeldSettings(before: SharedRequest, now: Partial<SharedRequest>): Partial<SharedRequest> {
  const { set } = now;
  if (set === undefined || fixedSettings(set).length > 0) return now;
  return { ...now, set: [...fixedSettings(before.set), ...set] };
}

/**
 * Makes sure that a call asks for runs like those of the folder.
 * @throws {ConfigError} Names what differs
 */
export function checkShared(before: SharedRequest, now: SharedRequest, out: string): void {
  const names = Object.keys(SHARED.shape) as (keyof SharedRequest)[];
  const text = (request: SharedRequest, name: keyof SharedRequest) =>
    JSON.stringify(name === "set" ? fixedSettings(request.set) : request[name]);
  const differing = names.filter((name) => text(before, name) !== text(now, name));
  if (differing.length === 0) return;
  const texts = differing.map((name) => `--${name} was ${shown(before[name])} and is ${shown(now[name])}`);
  throw new ConfigError(
    `Cannot go on with the comparison in "${out}": ${
      texts.join(", ")
    }; expected the same for all of its runs: ` +
      "--resume takes it from the folder, --out names another",
  );
}

function shown(value: SharedRequest[keyof SharedRequest]): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "not given";
  return Array.isArray(value) ? value.join(" ") : `${value}`;
}
