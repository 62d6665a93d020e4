import assert from "node:assert/strict";
import { durationSeconds, seedList } from "../../../src/cli/compare/compare_flags.ts";
import { COMPARISON_TABLES, tableVariants } from "../../../src/cli/compare/tables.ts";
import { folderWord, variantsOf } from "../../../src/cli/compare/variants.ts";
import { RECIPE_NAMES } from "../../../src/config/recipe.ts";
import { resolveConfig } from "../../../src/config/resolve_config.ts";
import { ConfigError } from "../../../src/core/errors.ts";

Deno.test("variantsOf() reads recipes with settings and names, supervised first", () => {
  assert.deepEqual(
    variantsOf("guidedmix unsup.weight=0, none: paper mix.lambdaLimit=0.2  seed.x=1,supervised"),
    [
      { label: "supervised", recipe: "supervised", settings: [] },
      { label: "guidedmix unsup.weight=0", recipe: "guidedmix", settings: ["unsup.weight=0"] },
      { label: "none", recipe: "paper", settings: ["mix.lambdaLimit=0.2", "seed.x=1"] },
    ],
  );
});

Deno.test("variantsOf() keeps the commas of a setting's numbers", () => {
  const [only, ...more] = variantsOf("guidedmix decoder.dilations=1,2,4");
  assert.deepEqual([only!.settings, more], [["decoder.dilations=1,2,4"], []]);
});

Deno.test("variantsOf() refuses unknown recipes, what is no setting and names that are there twice", () => {
  const refused = (text: string, words: RegExp) =>
    assert.throws(
      () => variantsOf(text),
      (error: Error) => error instanceof ConfigError && words.test(error.message),
    );
  refused("guidedmx", /recipe "guidedmx": it is unknown, .*did you mean "guidedmix"/);
  refused("guidedmix supervised", /"supervised" is no setting, expected key=value/);
  refused("guidedmix,supervised,guidedmix", /"guidedmix" with itself: it is named twice/);
  refused("a b: guidedmix,a_b: supervised", /"a_b" with itself: it is named twice/);
  refused("", /recipe "": it is unknown/);
});

Deno.test("folderWord() leaves nothing that a path or a shell takes otherwise", () => {
  assert.equal(folderWord("λ < 0.1"), "λ_0.1");
  assert.equal(folderWord("a/../b unsup.weight=0"), "a_.._b_unsup.weight=0");
});

Deno.test("every table has recipes that presets take, under names of their own, supervised first", () => {
  for (const name of Object.keys(COMPARISON_TABLES)) {
    const variants = tableVariants(name);
    assert.equal(variants[0]!.label, "supervised");
    assert.equal(new Set(variants.map(({ label }) => folderWord(label))).size, variants.length, name);
    for (const preset of ["own", "demo"]) {
      const configs = variants.map(({ recipe, settings }) =>
        resolveConfig({ preset, recipe, set: settings })
      );
      const distinct = new Set(
        configs.map((config) => JSON.stringify([config.recipe, config.network.mitrans])),
      );
      assert.equal(distinct.size, variants.length, `${name} with preset ${preset}`);
    }
  }
});

Deno.test("table methods has every recipe", () => {
  assert.deepEqual(tableVariants("methods").map(({ recipe }) => recipe).sort(), [...RECIPE_NAMES].sort());
});

Deno.test("tableVariants() names the known tables", () => {
  assert.throws(() => tableVariants("part"), /table "part" is unknown, .*did you mean "parts"/);
});

Deno.test("durationSeconds() reads hours, minutes and seconds", () => {
  const facts = { "30m": 1800, "90s": 90, "1h30m": 5400, "0.5h": 1800, "2 h 5 min": 7500 };
  for (const [text, seconds] of Object.entries(facts)) assert.equal(durationSeconds(text), seconds, text);
  for (const wrong of ["", "30", "m", "-5m", "0m", "5m later", "5d"]) {
    assert.throws(() => durationSeconds(wrong), /30m/, wrong);
  }
});

Deno.test("seedList() reads a number of seeds or seeds", () => {
  assert.deepEqual(seedList("3"), [0, 1, 2]);
  assert.deepEqual(seedList("5,0"), [5, 0]);
  for (const wrong of ["0", "1,1", "a", "1,,2", "1.5"]) {
    assert.throws(() => seedList(wrong), /expected/, wrong);
  }
});
