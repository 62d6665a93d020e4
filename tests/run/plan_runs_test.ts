import assert from "node:assert/strict";
import { isAbsolute, join } from "node:path";
import { configDifferences } from "../../src/run/config_differences.ts";
import { begunDemo, begunRuns, newRuns, type PlannedRun, resumedRun } from "../../src/run/plan_runs.ts";
import { configToToml } from "../../src/config/config_toml.ts";
import { type ConfigRequest, resolveConfig } from "../../src/config/resolve_config.ts";
import type { RunConfig } from "../../src/config/run_config.ts";

Deno.test("newRuns() trains supervised, then guidedmix, with equal iterations when nothing is named", () => {
  const runs = newRuns({}, undefined);
  assert.deepEqual(runs.map(({ config }) => config.recipe.name), ["supervised", "guidedmix"]);
  assert.equal(runs[0]!.config.iterations, runs[1]!.config.iterations);
  assert.deepEqual(runs.map(({ out }) => out), [
    join("runs", "demo", "supervised"),
    join("runs", "demo", "guidedmix"),
  ]);
});

Deno.test("newRuns() trains one run when a recipe, a preset of its own or data is named", () => {
  assert.equal(newRuns({ recipe: "paper" }, undefined).length, 1);
  const [camvid] = newRuns({ preset: "camvid", seed: 3 }, undefined);
  assert.equal(camvid!.out, join("runs", "camvid-guidedmix-seed3"));
  assert.equal(newRuns({ data: "photos" }, "here")[0]!.out, "here");
});

Deno.test("newRuns() makes paths absolute, so that a run is found from another folder; shares stay", () => {
  const [run] = newRuns({ data: "photos", labeled: "1/8", unlabeled: "more", weights: "a.pth" }, undefined);
  const { data, network } = run!.config;
  assert.ok([data.source, data.unlabeled!, network.weights!].every(isAbsolute));
  assert.equal(data.labeled, "1/8");
  assert.ok(isAbsolute(newRuns({ data: "photos", labeled: "list.txt" }, undefined)[0]!.config.data.labeled!));
});

Deno.test("configDifferences() names what differs, without what does not change numbers", () => {
  const config = resolveConfig();
  const other = resolveConfig({ seed: 2, backend: "wasm", set: ["data.workers=0", "data.crop=64x64"] });
  assert.deepEqual(configDifferences(config, config), []);
  assert.deepEqual(configDifferences(config, other), [
    "seed is 0, given 2",
    "data.crop is [96,96], given [64,64]",
  ]);
});

Deno.test("configDifferences() names another precision", () => {
  const [config, other] = [resolveConfig(), resolveConfig({ precision: "bfloat16" })];
  assert.deepEqual(configDifferences(config, other), ['precision is "float32", given "bfloat16"']);
});

Deno.test("resumedRun() takes what is left out from the run that is there, and refuses what differs", async () => {
  const out = await Deno.makeTempDir();
  try {
    const [run] = newRuns({ data: "photos", seed: 5, iterations: 20, set: ["data.crop=64x64"] }, out);
    const resume = (request: ConfigRequest) => resumedRun({ config: resolveConfig(), out }, request);
    const [other] = newRuns({ seed: 6, recipe: "paper" }, out);
    assert.equal((await resumedRun(other!, {})).config, other!.config, "nothing is there yet");
    await Deno.writeTextFile(join(out, "config.toml"), configToToml(run!.config));
    for (const request of [{}, { data: "photos", iterations: 20, backend: "wasm" }, { preset: "own" }]) {
      assert.deepEqual(configDifferences((await resume(request)).config, run!.config), []);
    }
    const refused = async (message: RegExp, request: ConfigRequest) =>
      await assert.rejects(resume(request), { name: "ConfigError", message });
    await refused(/other options: iterations is 20, given 10; expected those of/, { iterations: 10 });
    assert.equal((await resume({ iterations: 30 })).config.iterations, 30, "more may follow");
    assert.match((await resume({ data: "elsewhere/photos" })).config.data.source, /elsewhere\/photos$/);
    await refused(/recipe\.objective\.unsup\.weight is 1, given 2/, { set: ["unsup.weight=2"] });
    await refused(/recipe\.name is "guidedmix", given "paper"/, { recipe: "paper" });
    await refused(/preset is "own", given "camvid"/, { preset: "camvid" });
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("begunRuns() goes on with both runs of a demo that was stopped in its first", async () => {
  const out = await Deno.makeTempDir();
  const write = async (name: string, config: RunConfig) => {
    await Deno.mkdir(join(out, name), { recursive: true });
    await Deno.writeTextFile(join(out, name, "config.toml"), configToToml(config));
  };
  try {
    await assert.rejects(begunRuns(out), /no run is there/);
    const set = ["data.crop=64x64", "optimizer.learningRate=0.02"];
    const [supervised, guidedmix] = newRuns({ preset: "demo", seed: 4, iterations: 30, set }, out);
    const goesOnWith = async (...expected: (PlannedRun | undefined)[]) => {
      const begun = await begunRuns(out);
      assert.deepEqual(begun.map((run) => run.out), expected.map((run) => run!.out));
      begun.forEach(({ config }, i) => assert.deepEqual(configDifferences(config, expected[i]!.config), []));
    };
    await write("supervised", supervised!.config);
    await goesOnWith(supervised, guidedmix);
    const [weighted] = newRuns({ preset: "demo", set: ["recipe.classWeights=median"] }, out);
    await write("supervised", weighted!.config);
    await assert.rejects(begunRuns(out), /recipe was set \(recipe\.classWeights is "none", given "median"\)/);
    await write("supervised", supervised!.config);
    await write("guidedmix", guidedmix!.config);
    await goesOnWith(supervised, guidedmix);
    await Deno.remove(join(out, "supervised"), { recursive: true });
    await goesOnWith(guidedmix);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("begunDemo() takes the smaller preset where the demo had taken it, and leaves other calls alone", async () => {
  const out = await Deno.makeTempDir();
  try {
    const call = { seed: 4, out };
    assert.equal(await begunDemo(call), call, "nothing is there yet");
    const begin = async (config: RunConfig) => {
      await Deno.mkdir(join(out, "supervised"), { recursive: true });
      await Deno.writeTextFile(join(out, "supervised", "config.toml"), configToToml(config));
    };
    await begin(resolveConfig({ preset: "demo-wasm", recipe: "supervised", seed: 4 }));
    assert.deepEqual(await begunDemo(call), { ...call, preset: "demo-wasm" });
    for (
      const other of [{ ...call, preset: "demo" }, { ...call, recipe: "paper" }, { ...call, data: "photos" }]
    ) {
      assert.equal(await begunDemo(other), other);
    }
    await begin(resolveConfig({ preset: "camvid", recipe: "supervised" }));
    assert.equal(await begunDemo(call), call, "no demo");
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
