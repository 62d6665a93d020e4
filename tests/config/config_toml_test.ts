import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../src/core/errors.ts";
import { configFromToml, configToToml } from "../../src/config/config_toml.ts";
import { PRESETS } from "../../src/config/presets/presets.ts";
import { RECIPE_NAMES } from "../../src/config/recipe.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";

/** Without options that are not given: TOML has no line for them. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("configFromToml() gives back what configToToml() wrote, for any preset, recipe and numbers", () => {
  const requests = fc.record({
    preset: fc.constantFrom(...PRESETS.map(({ name }) => name)),
    recipe: fc.constantFrom(...RECIPE_NAMES),
    seed: fc.nat(),
    rate: fc.double({ min: 1e-3, max: 10, noNaN: true }),
    source: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
  });
  fc.assert(
    fc.property(requests, ({ rate, source, ...request }) => {
      const config = resolveConfig({ ...request, data: source, set: [`optimizer.learningRate=${rate}`] });
      assert.deepEqual(plain(configFromToml(configToToml(config), "a")), plain(config));
    }),
    { numRuns: 50 },
  );
});

Deno.test("configFromToml() reads a run without precision and recompute as float32 that keeps everything", () => {
  const toml = configToToml(resolveConfig({ precision: "bfloat16", set: ["recompute=encoder"] }));
  const { precision, recompute } = configFromToml(toml, "a");
  assert.deepEqual([precision, recompute], ["bfloat16", "encoder"]);
  const before = configFromToml(toml.replace(/^(precision|recompute) = .*\n/gm, ""), "a");
  assert.deepEqual([before.precision, before.recompute], ["float32", "none"]);
});

Deno.test("configFromToml() names every unknown, missing and wrong option", () => {
  const toml = configToToml(resolveConfig())
    .replace("seed = 0", "sed = 1")
    .replace("momentum = 0.9", "momentum = 2");
  assert.throws(() => configFromToml(toml, "a.toml"), (error: Error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /^Cannot use config "a.toml": /);
    assert.match(error.message, /seed is missing/);
    assert.match(error.message, /"sed" is unknown, did you mean "seed"\?/);
    assert.match(error.message, /optimizer.momentum is 2, expected a number in \[0, 1\)/);
    return true;
  });
});

Deno.test("configFromToml() refuses what is no TOML", () => {
  assert.throws(() => configFromToml("a = ", "a.toml"), /Cannot read config "a.toml": /);
});
