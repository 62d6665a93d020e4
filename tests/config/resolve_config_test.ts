import assert from "node:assert/strict";
import { checkConfig } from "../../src/config/check_config.ts";
import { LABELED_BOXES } from "../../src/config/objectives/boxes.ts";
import { OFFICIAL_MIX } from "../../src/config/objectives/guided_mix.ts";
import { partsOf, type Recipe, RECIPES, unsupervisedWeight } from "../../src/config/recipe.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { PRESETS } from "../../src/config/presets/presets.ts";
import { findRecipe, resolveConfig } from "../../src/config/resolve_config.ts";
import { settableNames } from "../../src/config/set_options.ts";
import { RECIPE_NAMES } from "../../src/config/recipe.ts";

function refused(request: Parameters<typeof resolveConfig>[0]): string {
  let message = "";
  assert.throws(() => resolveConfig(request), (error: Error) => {
    message = error.message;
    return error instanceof ConfigError;
  });
  return message;
}

function limitOf({ objective }: Recipe): number | undefined {
  return "mix" in objective ? objective.mix.lambdaLimit : undefined;
}

Deno.test("resolveConfig() takes the demo when nothing is named and own images when data is", () => {
  assert.equal(resolveConfig().preset, "demo");
  assert.equal(resolveConfig({ data: "photos" }).preset, "own");
  assert.equal(resolveConfig({ data: "photos" }).data.source, "photos");
});

Deno.test("resolveConfig() accepts every preset with every recipe", () => {
  for (const { name } of PRESETS) {
    for (const recipe of RECIPE_NAMES) {
      const config = resolveConfig({ preset: name, recipe });
      assert.equal(config.recipe.name, recipe);
      assert.equal(config.network.mitrans !== false, recipe === "paper");
    }
  }
});

Deno.test("resolveConfig() lets settings win over flags, flags over the preset", () => {
  const config = resolveConfig({ preset: "camvid", iterations: 7, seed: 3, set: ["iterations=9"] });
  assert.deepEqual([config.iterations, config.seed], [9, 3]);
  assert.equal(resolveConfig({ preset: "camvid" }).data.labeled, "1/8");
  assert.equal(resolveConfig({ preset: "camvid", labeled: "1/4" }).data.labeled, "1/4");
});

Deno.test("resolveConfig() reads a setting as its option's type", () => {
  const config = resolveConfig({
    set: [
      "unsup.weight=2",
      "data.crop=225x128",
      "data.ratioRange=0.5,2",
      "data.labeled=8",
      "data.flip=off",
      "decoder.dilations=1,3",
      "optimizer.learningRate=1e-3",
      "data.unlabeled=none",
    ],
  });
  assert.equal(unsupervisedWeight(config.recipe), 2);
  assert.deepEqual(config.data.crop, [225, 128]);
  assert.deepEqual(config.data.ratioRange, [0.5, 2]);
  assert.equal(config.data.labeled, "8");
  assert.equal(config.data.flip, false);
  assert.deepEqual(config.network.decoder.dilations, [1, 3]);
  assert.equal(config.optimizer.learningRate, 1e-3);
  assert.equal(config.data.unlabeled, undefined);
});

Deno.test("resolveConfig() takes the precision as a flag or a setting, recompute as a setting, and refuses an unknown one", () => {
  assert.equal(resolveConfig().precision, "float32");
  assert.equal(resolveConfig({ precision: "bfloat16" }).precision, "bfloat16");
  assert.equal(resolveConfig({ set: ["precision=bfloat16"] }).precision, "bfloat16");
  assert.equal(resolveConfig({ set: ["recompute=encoder", "recompute=none"] }).recompute, "none");
  for (const other of ["float16", "none"]) {
    assert.match(
      refused({ set: [`precision=${other}`] }),
      new RegExp(`precision is "${other}", expected one of "float32", "bfloat16"$`),
    );
  }
});

Deno.test("resolveConfig() switches MITrans on by one of its options, off by false", () => {
  const on = resolveConfig({ recipe: "official", set: ["mitrans.channels=20"] });
  assert.deepEqual(on.network.mitrans, { channels: 20, norm: true, concatInput: true, subsample: true });
  assert.equal(resolveConfig({ set: ["mitrans=false"] }).network.mitrans, false);
  assert.notEqual(resolveConfig({ recipe: "official", set: ["mitrans=true"] }).network.mitrans, false);
});

Deno.test("resolveConfig() gives the λ variants their limit in every recipe", () => {
  const preset = "cityscapes-372-40k-lambda-0.1";
  assert.equal(limitOf(resolveConfig({ preset }).recipe), 0.1);
  assert.equal(limitOf(resolveConfig({ preset, recipe: "guidedmix" }).recipe), 0.1);
  assert.equal(limitOf(resolveConfig({ preset: "cityscapes-372-40k" }).recipe), 0.4);
  assert.equal(limitOf(resolveConfig({ preset: "cityscapes-372" }).recipe), 0.5);
});

Deno.test("resolveConfig() names the nearest of an unknown preset, recipe or option", () => {
  assert.match(refused({ preset: "camvit" }), /"camvit".*did you mean "camvid"\?/);
  assert.match(refused({ recipe: "guidemix" }), /did you mean "guidedmix"\?/);
  assert.match(
    refused({ set: ["unsup.wieght=1"] }),
    /"unsup.wieght" is unknown, did you mean "unsup.weight"\?/,
  );
  assert.match(refused({ set: ["optimizer.lerningRate=1"] }), /did you mean "optimizer.learningRate"\?/);
});

Deno.test("resolveConfig() tells all problems at once", () => {
  const message = refused({
    set: ["foo", "unsup=1", "unsup.weight=-1", "optimizer.momentum=1.5", "data.crop=12"],
  });
  for (
    const part of [
      /"foo" is no setting, expected key=value/,
      /"unsup" is a table, expected one of its options: unsup.loss/,
      /recipe.objective.unsup.weight is -1, expected a number from 0/,
      /optimizer.momentum is 1.5, expected a number in \[0, 1\)/,
      /data.crop is 12, expected \[height, width\]/,
    ]
  ) assert.match(message, part);
  assert.match(
    refused({ recipe: "paper", set: ["decouple.mode=sof"] }),
    /recipe.objective.decouple.mode is "sof", expected one of "soft", "hard"/,
  );
});

Deno.test("resolveConfig() refuses options that do not fit each other", () => {
  assert.match(
    refused({ set: ["batch.unlabeled=0"] }),
    /batch\.unlabeled is 0, expected at least 2 for recipe "guidedmix"/,
  );
  assert.match(
    refused({ recipe: "supervised", set: ["batch.labeled=1"] }),
    /batch\.labeled is 1, expected at least 2/,
  );
  assert.match(refused({ set: ["evaluation.stride=300,300"] }), /expected at most evaluation.crop/);
  assert.match(refused({ set: ["optimizer.minimumLearningRate=1"] }), /at most the learningRate/);
  const focal = ["unsup.loss=focal-hard", "decouple.space=probabilities"];
  assert.match(refused({ recipe: "paper", set: focal }), /its prediction must be logits/);
  assert.match(
    refused({ set: ["dec.loss=mse"] }),
    /"recipe.objective.dec" is no option of objective "boxes"/,
  );
  assert.match(
    refused({ set: ["mitrans=true"] }),
    /network.mitrans is on, expected false with objective "boxes"/,
  );
  assert.equal(resolveConfig({ recipe: "supervised", set: ["batch.unlabeled=0"] }).batch.unlabeled, 0);
});

Deno.test("resolveConfig() leaves out settings for unlabeled images where there are none, if they could be", () => {
  const supervised = resolveConfig({ recipe: "supervised", set: ["unsup.weight=2", "dec.loss=mse"] });
  assert.deepEqual(supervised.recipe, RECIPES.supervised);
  assert.match(
    refused({ recipe: "supervised", set: ["unsup.weight=much"] }),
    /"unsup.weight" cannot be "much"/,
  );
});

Deno.test("checkConfig() reads recipes of version 0.1", () => {
  const pair = { select: "nearest", feature: "encoder", direction: "unlabeled" };
  const soft = { mode: "soft", space: "logits", normalize: false, constantShare: false };
  const old = {
    name: "guidedmix",
    usesUnlabeled: true,
    mix: { at: "images", shape: "box", lambdaLimit: 0.4, weight: 0.5 },
    pair,
    decouple: soft,
    unsup: { loss: "ce", threshold: 0.7, target: "M_u", weight: 2, rampUp: 0.3, plainView: true },
    classifier: { on: false, weight: 1, warmUp: 0 },
    dec: { ...soft, loss: "none", weight: 1 },
    imagePoolUpdates: 1,
    crossEntropy: "labeled",
    classWeights: "sqrt-median",
  };
  const read = (recipe: unknown) => checkConfig({ ...resolveConfig(), recipe }, "config").recipe;
  const { objective, ...rest } = read(old);
  assert.deepEqual(objective, {
    ...LABELED_BOXES,
    mix: { lambdaLimit: 0.4, weight: 0.5, probability: 1, over: "boxes" },
    unsup: { threshold: 0.7, thresholds: "fixed", target: "hard", weight: 2, rampUp: 0.3 },
  });
  assert.deepEqual(rest, {
    name: "guidedmix",
    views: { strong: "official", count: 1, plain: true, warp: 0 },
    teacher: { decay: 0, evaluated: false },
    crossEntropy: "labeled",
    hardPixels: { below: 1, least: 100_000 },
    classWeights: "sqrt-median",
    encoderNorms: "batch",
    rounds: 1,
    pseudoLabels: { of: "crops", ratios: [1] },
  });
  const blended = { ...old, mix: { at: "features", shape: "blend", lambdaLimit: 0.5, weight: 1 } };
  const blend = read({ ...blended, unsup: { ...old.unsup, plainView: false } }).objective;
  assert.equal(blend.kind, "guided-mix");
  assert.deepEqual(blend.kind === "guided-mix" && blend.mix, { at: "features", lambdaLimit: 0.5 });
  assert.deepEqual(read({ ...old, usesUnlabeled: false }).objective, { kind: "supervised" });
  assert.throws(() => read({ ...old, pair: { ...pair, select: "best" } }), /pair.select is "best"/);
});

Deno.test("resolveConfig() refuses a recipe's name as a setting", () => {
  assert.match(refused({ set: ["recipe.name=paper"] }), /expected --preset or --recipe/);
});

Deno.test("resolveConfig() knows no option that every JavaScript object has", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty", "__proto__", "valueOf"]) {
    assert.match(refused({ set: [`${name}=1`] }), new RegExp(`"${name}" is unknown`));
    assert.match(refused({ set: [`${name}.a=1`] }), new RegExp(`"${name}.a" is unknown`));
    assert.match(refused({ set: [`unsup.${name}=1`] }), new RegExp(`"unsup.${name}" is unknown`));
    assert.match(refused({ set: [`seed=${name}`] }), new RegExp(`seed is "${name}", expected`));
    assert.match(refused({ preset: name }), new RegExp(`Cannot use preset "${name}": it is unknown`));
    assert.match(refused({ recipe: name }), new RegExp(`Cannot use recipe "${name}": it is unknown`));
  }
});

Deno.test("settableNames() has the short names of the recipe's parts", () => {
  for (
    const name of ["mix.at", "pair.select", "decouple.mode", "unsup.weight", "mitrans.channels", "dec.loss"]
  ) {
    assert.ok(settableNames().includes(name), name);
  }
});

Deno.test("findRecipe() gives the recipe of a name", () => {
  assert.equal(findRecipe("official").objective, OFFICIAL_MIX);
});

Deno.test("resolveConfig() opens no mask of unlabeled images unless a count is asked for", () => {
  assert.equal(resolveConfig().evaluation.diagnosePseudoMasks, undefined);
  assert.equal(resolveConfig({ diagnosePseudoMasks: 40 }).evaluation.diagnosePseudoMasks, 40);
  const set = ["evaluation.diagnosePseudoMasks=8"];
  assert.equal(resolveConfig({ diagnosePseudoMasks: 40, set }).evaluation.diagnosePseudoMasks, 8);
  assert.equal(resolveConfig({ diagnosePseudoMasks: 40 }).evaluation.every, resolveConfig().evaluation.every);
  assert.match(refused({ diagnosePseudoMasks: -1 }), /evaluation\.diagnosePseudoMasks is -1, expected/);
});

Deno.test("resolveConfig() takes an encoder of another family with its own options", () => {
  const lite = resolveConfig({
    preset: "camvid",
    set: ["encoder.family=efficientnet-lite", "encoder.variant=lite1"],
  });
  assert.deepEqual(lite.network.encoder, { family: "efficientnet-lite", variant: "lite1", outputStride: 16 });
  const { encoder } = resolveConfig({ data: "x", weights: "none", set: ["encoder.family=resnet"] }).network;
  assert.ok(encoder.family === "resnet");
  assert.equal(encoder.depth, 18);
  const same = resolveConfig({ preset: "camvid", set: ["encoder.family=resnet"] }).network.encoder;
  assert.deepEqual(same, resolveConfig({ preset: "camvid" }).network.encoder);
});

Deno.test("resolveConfig() refuses options and values of another family", () => {
  assert.throws(() => resolveConfig({ data: "x", set: ["encoder.depth=50"] }), {
    name: "ConfigError",
    message: /"network\.encoder\.depth" is no option of family "efficientnet-lite"/,
  });
  assert.throws(() => resolveConfig({ preset: "camvid", set: ["encoder.outputStride=32"] }), {
    message: /network\.encoder\.outputStride is 32, expected one of 8, 16/,
  });
  assert.throws(() => resolveConfig({ preset: "camvid", set: ["encoder.family=vgg"] }), {
    message: /network\.encoder\.family is "vgg", expected one of "resnet", "efficientnet-lite"/,
  });
  assert.equal(
    resolveConfig({ data: "x", set: ["encoder.outputStride=32"] }).network.encoder.outputStride,
    32,
  );
});

Deno.test("resolveConfig() begins preset own with ImageNet weights, and without them when none are asked for", () => {
  assert.equal(resolveConfig({ data: "x" }).network.weights, "imagenet");
  assert.equal("weights" in resolveConfig({ data: "x", weights: "none" }).network, false);
  assert.equal(resolveConfig({ data: "x", set: ["network.weights=none"] }).network.weights, undefined);
  assert.equal(resolveConfig({ data: "x", weights: "my.pth" }).network.weights, "my.pth");
  assert.equal(resolveConfig({ preset: "camvid" }).network.weights, undefined);
});

Deno.test("checkConfig() takes an encoder without family, as version 0.1 wrote it, for a ResNet", () => {
  const config = resolveConfig({ preset: "demo" });
  const { family: _, ...encoder } = config.network.encoder as { family?: string };
  const old = { ...config, network: { ...config.network, encoder } };
  assert.deepEqual(checkConfig(old, "a config"), config);
});

Deno.test("resolveConfig() takes rounds where a teacher can predict", () => {
  assert.equal(resolveConfig({ set: ["recipe.rounds=3"] }).recipe.rounds, 3);
  assert.equal(resolveConfig({ recipe: "supervised", set: ["recipe.rounds=2"] }).recipe.rounds, 2);
  assert.match(refused({ set: ["recipe.rounds=0"] }), /recipe.rounds.*0/);
  assert.match(
    refused({ recipe: "cutmix-seg", set: ["recipe.rounds=2"] }),
    /evaluated is true with recipe.rounds 2/,
  );
  for (const recipe of ["paper", "cct"]) {
    assert.match(
      refused({ recipe, set: ["recipe.rounds=2"] }),
      /recipe.rounds is 2 with objective .*, expected 1/,
    );
  }
});

Deno.test("resolveConfig() freezes the encoder's norms where preset own begins with weights, and has the rate that they bear", () => {
  const about = (request: Parameters<typeof resolveConfig>[0]) => {
    const { recipe, optimizer } = resolveConfig({ data: "photos", ...request });
    return [recipe.encoderNorms, optimizer.learningRate, optimizer.headFactor];
  };
  assert.deepEqual(about({}), ["frozen", 0.001, 10]);
  assert.deepEqual(about({ recipe: "unimatch", weights: "own.pth" }), ["frozen", 0.001, 10]);
  assert.deepEqual(about({ weights: "none" }), ["batch", 0.01, 3]);
  assert.deepEqual(about({ set: ["network.weights=none"] }), ["batch", 0.01, 3]);
  assert.deepEqual(about({ weights: "none", set: ["optimizer.learningRate=0.02"] }), ["batch", 0.02, 3]);
  assert.deepEqual(about({ preset: "camvid-lite" }), ["frozen", 0.001, 10]);
  assert.equal(resolveConfig({ preset: "camvid", weights: "none" }).optimizer.headFactor, 5);
  assert.equal(resolveConfig({ preset: "demo" }).recipe.encoderNorms, "batch");
  const frozen = { preset: "demo", set: ["recipe.encoderNorms=frozen"] };
  assert.match(refused(frozen), /encoderNorms is "frozen" without network\.weights, expected "batch"/);
  assert.equal(resolveConfig({ ...frozen, weights: "resnet18.pth" }).recipe.encoderNorms, "frozen");
});

Deno.test("resolveConfig() has photos labeled between rounds where asked, and says what does not go with it", () => {
  const photos = "recipe.pseudoLabels.of=photos";
  const { rounds, pseudoLabels } = resolveConfig({ data: "photos" }).recipe;
  assert.deepEqual([rounds, pseudoLabels], [2, { of: "crops", ratios: [1] }]);
  const set = [photos, "recipe.pseudoLabels.ratios=1,2"];
  const asked = resolveConfig({ data: "photos", set }).recipe;
  assert.deepEqual(asked.pseudoLabels, { of: "photos", ratios: [1, 2] });
  assert.match(refused({ data: "photos", set: ["recipe.pseudoLabels.ratios=0,9"] }), /ratios.* up to 4/);
  assert.match(
    refused({ data: "photos", set: [photos, "teacher.decay=0.99"] }),
    /teacher\.decay is 0\.99 .*recipe\.pseudoLabels\.of=crops/,
  );
  assert.match(
    refused({ data: "photos", set: [photos, "recipe.rounds=1"] }),
    /recipe\.rounds is 1 .* 2 or more/,
  );
  assert.match(
    refused({ data: "photos", recipe: "fixmatch", set: ["recipe.pseudoLabels.of=photos"] }),
    /objective is "strong-views" .* "boxes"/,
  );
});

Deno.test("resolveConfig() lets L_ce count hard pixels alone where asked, and refuses what no probability is", () => {
  assert.deepEqual(resolveConfig().recipe.hardPixels, { below: 1, least: 100_000 });
  const set = ["recipe.hardPixels.below=0.7", "recipe.hardPixels.least=2000"];
  for (const recipe of RECIPE_NAMES) {
    assert.deepEqual(resolveConfig({ recipe, set }).recipe.hardPixels, { below: 0.7, least: 2000 });
  }
  assert.match(refused({ set: ["recipe.hardPixels.below=0"] }), /below is 0, expected a number in \(0, 1\]/);
  assert.match(
    refused({ set: ["recipe.hardPixels.least=-1"] }),
    /least is -1, expected a whole number from 0/,
  );
});

Deno.test("resolveConfig() has thresholds follow the run where asked, and says what does not go with it", () => {
  const partsWith = (recipe: string, thresholds: string) =>
    partsOf(resolveConfig({ recipe, set: [`unsup.thresholds=${thresholds}`] }).recipe).thresholds;
  assert.equal(partsWith("guidedmix", "fixed"), undefined);
  assert.deepEqual(partsWith("fixmatch", "adaptive"), { rule: "adaptive", start: 0.95 });
  assert.deepEqual(partsWith("guidedmix", "by-class"), { rule: "by-class", start: 0.8 });
  const heldOut = "unsup.thresholds=held-out";
  const measured = resolveConfig({ data: "photos", set: [heldOut] });
  assert.equal(partsOf(measured.recipe).thresholds, undefined);
  assert.match(
    refused({ set: [heldOut, "recipe.rounds=1"] }),
    /recipe\.rounds is 1 with unsup\.thresholds "held-out", expected 2 or more: it is measured between rounds/,
  );
  assert.match(
    refused({ data: "photos", set: [heldOut, "teacher.decay=0.99"] }),
    /teacher\.decay is 0\.99 with unsup\.thresholds "held-out", expected 0: what is measured is the teacher of a whole/,
  );
  const set = ["unsup.thresholds=adaptive"];
  assert.match(
    refused({ data: "photos", set: [...set, "recipe.pseudoLabels.of=photos"] }),
    /unsup\.thresholds is "adaptive" with recipe\.pseudoLabels\.of "photos", expected "fixed": they move in steps/,
  );
  assert.match(
    refused({ recipe: "cutmix-seg", set }),
    /unsup\.thresholds" is no option of objective "cutmix-seg"/,
  );
  assert.match(refused({ set: ["unsup.thresholds=by"] }), /expected one of "fixed", "adaptive", "by-class"/);
});

Deno.test("checkConfig() reads a recipe of before there were hard pixels and moving thresholds", () => {
  const config = resolveConfig({ data: "photos" });
  const { hardPixels: _, objective, ...recipe } = config.recipe;
  assert.ok(objective.kind === "boxes");
  const { thresholds: _fixed, ...unsup } = objective.unsup;
  const old = { ...config, recipe: { ...recipe, objective: { ...objective, unsup } } };
  assert.deepEqual(checkConfig(old, "config"), config);
});
