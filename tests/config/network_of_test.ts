import assert from "node:assert/strict";
import { modelOptions } from "../../src/config/network_of.ts";
import { PRESETS } from "../../src/config/presets/presets.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";
import { checkModelOptions } from "../../src/model/check_options.ts";

const of = (recipe: string) => modelOptions(resolveConfig({ recipe }), 5);

Deno.test("modelOptions() leaves training parts out where the recipe has no use for them", () => {
  const { mixDecoder, mitrans, classifier, classes } = of("supervised");
  assert.deepEqual({ mixDecoder, mitrans, classifier, classes }, {
    mixDecoder: false,
    mitrans: false,
    classifier: false,
    classes: 5,
  });
  assert.deepEqual([of("official").mixDecoder, of("official").mitrans, of("official").classifier], [
    true,
    false,
    false,
  ]);
  assert.ok(of("paper").mitrans && of("paper").classifier && of("paper").mixDecoder);
  assert.ok(!of("guidedmix").mixDecoder, "boxes are read by the labeled decoder");
  assert.deepEqual([of("guidedmix").auxiliary, of("cct").auxiliary?.dropout], [undefined, 3]);
});

Deno.test("modelOptions() has thresholds of pseudo labels where they follow the run", () => {
  const config = resolveConfig({ recipe: "fixmatch", set: ["unsup.thresholds=adaptive"] });
  const { thresholds } = modelOptions(config, 5);
  assert.deepEqual(thresholds, { rule: "adaptive", start: 0.95 });
  assert.equal("thresholds" in of("fixmatch"), false);
});

Deno.test("modelOptions() makes networks that can be built, for every preset", () => {
  for (const { name } of PRESETS) {
    for (const recipe of ["guidedmix", "cct", "supervised"]) {
      checkModelOptions(modelOptions(resolveConfig({ preset: name, recipe }), 21));
    }
  }
});
