import assert from "node:assert/strict";
import { type GroupedRun, groupNames, sameRunNotes } from "../../src/cli/run_groups.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";

const run = (name: string, recipe: string, seed: number, ...set: string[]): GroupedRun => ({
  name,
  config: resolveConfig({ preset: "demo", recipe, seed, set }),
});

Deno.test("groupNames() puts runs together that differ in their seed alone", () => {
  const runs = [run("a", "supervised", 0), run("b", "supervised", 1), run("c", "guidedmix", 0)];
  assert.deepEqual(groupNames(runs), ["supervised", "supervised", "guidedmix"]);
  assert.deepEqual(sameRunNotes(runs), []);
  const others = [run("x/a", "supervised", 0), run("x/b", "supervised", 0, "data.labeled=4")];
  assert.deepEqual(groupNames(others), ["supervised (a)", "supervised (b)"]);
});

Deno.test("groupNames() keeps a run apart that has the seed of another too, and sameRunNotes() says so", () => {
  const runs = [run("first", "supervised", 0), run("second", "supervised", 0), run("third", "supervised", 1)];
  assert.deepEqual(groupNames(runs), ["supervised (first)", "supervised (second)", "supervised (first)"]);
  assert.deepEqual(sameRunNotes(runs), [
    '"second" has the options and the seed of "first": it is the same run again, which tells nothing of how far seeds spread',
  ]);
});

Deno.test("groupNames() tells groups apart whose folders have the same name", () => {
  const runs = [run("a/run", "supervised", 0), run("b/run", "supervised", 0, "data.labeled=4")];
  assert.deepEqual(groupNames(runs), ["supervised (a/run)", "supervised (b/run)"]);
});
