/** Which runs of an evaluation repeat each other with other seeds. */
import { basename } from "node:path";
import { configDifferences } from "../run/config_differences.ts";
import type { ModelSource } from "../run/model_source.ts";

/** What groups are made by. */
export type GroupedRun = Pick<ModelSource, "name" | "config">;

function isRepeated({ config }: GroupedRun, other: GroupedRun): boolean {
  return configDifferences(config, { ...other.config, seed: config.seed }).length === 0;
}

/** The first run with the options and the seed of another; `undefined` where it is that one itself. */
function sameRun(run: GroupedRun, runs: readonly GroupedRun[]): GroupedRun | undefined {
  const first = runs.find((other) => isRepeated(other, run) && other.config.seed === run.config.seed);
  return first === run ? undefined : first;
}

/**
 * Names of the runs' groups. Runs that differ in their seed alone are one; a run that has the seed of another too tells nothing
 * of how far seeds spread, and is a group of its own. Groups of one recipe get the name of their first run too.
 */
export function groupNames(runs: readonly GroupedRun[]): string[] {
  const firsts = runs.map((run) =>
    sameRun(run, runs) === undefined ? runs.find((other) => isRepeated(other, run))! : run
  );
  return firsts.map((first) => {
    const { name } = first.config.recipe;
    const others = firsts.filter((other) => other !== first && other.config.recipe.name === name);
    if (others.length === 0) return name;
    const isUnique = others.every((other) => basename(other.name) !== basename(first.name));
    return `${name} (${isUnique ? basename(first.name) : first.name})`;
  });
}

/** A sentence for each run that is another one again. */
export function sameRunNotes(runs: readonly GroupedRun[]): string[] {
  return runs.flatMap((run) => {
    const first = sameRun(run, runs);
    if (first === undefined) return [];
    return [
      `"${run.name}" has the options and the seed of "${first.name}": it is the same run again, which tells nothing ` +
      "of how far seeds spread",
    ];
  });
}
