import type { RunConfig } from "../config/run_config.ts";
import { isTable } from "../core/is_table.ts";

/** The machine may be another one; numbers of a run do not follow from these, beyond rounding. */
const FREE: readonly string[] = ["backend", "engine", "data.workers"];

/** What a run that goes on may have otherwise: its length, where its data is, and broken photos left out. */
const MOVED: readonly string[] = [
  "iterations",
  "data.source",
  "data.labeled",
  "data.unlabeled",
  "data.skipBroken",
];

function leaves(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (isTable(value)) {
    for (const [key, inner] of Object.entries(value)) {
      leaves(inner, path === "" ? key : `${path}.${key}`, found);
    }
  } else if (value !== undefined) found.set(path, JSON.stringify(value));
  return found;
}

/** Options in which two runs differ, as `name is a, given b`, without some. */
function differences(before: RunConfig, given: RunConfig, without: readonly string[]): string[] {
  const [old, now] = [leaves(before, "", new Map()), leaves(given, "", new Map())];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => !without.includes(name));
  return names.filter((name) => old.get(name) !== now.get(name))
    .map((name) => `${name} is ${old.get(name) ?? "not set"}, given ${now.get(name) ?? "not set"}`);
}

/** Options in which two runs differ, as `name is a, given b`, without those that do not change numbers. */
export function configDifferences(before: RunConfig, given: RunConfig): string[] {
  return differences(before, given, FREE);
}

/**
 * Options of a run's `config.toml` that its checkpoint was not trained with: somebody edited it. What a call with `--resume` may
 * change does not count.
 */
export function editedOptions(trained: RunConfig, written: RunConfig): string[] {
  return differences(trained, written, [...FREE, ...MOVED]);
}
