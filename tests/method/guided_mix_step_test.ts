import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { ModelOptions } from "../../src/config/model_options.ts";
import type { Recipe } from "../../src/config/recipe.ts";
import { RECIPE_NAMES, RECIPES } from "../../src/config/recipe.ts";
import { guidedMixStep, type StepResult } from "../../src/method/guided_mix_step.ts";
import { drawStep } from "../../src/method/draw_step.ts";
import type { StepBatch } from "../../src/method/step_batch.ts";
import { Network } from "../../src/model/network.ts";
import { resizeTensor } from "../../src/nn/pool_and_resize.ts";
import { assertClose, numericTest } from "../numeric.ts";
import {
  BLENDED,
  CONTEXT,
  disposeBatch,
  recipeWith,
  SMALL,
  smallBatch,
  withStep,
  withViews,
} from "./small_step.ts";

/** First parts of the names of parameters that got a gradient. */
function partsOf(gradients: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...gradients.keys()].map((name) => name.split(".")[0]!))].sort();
}

/** Kernels that read the branches, and that make the image pool's. */
const PARAMETERS_AROUND_BRANCHES = [
  "decode_head.bottleneck.conv.weight",
  "decode_head_mix.bottleneck.conv.weight",
  "decode_head.image_pool.1.conv.weight",
];

const TERMS: Readonly<Record<string, string[]>> = {
  guidedmix: ["ce", "mix", "total", "usup"],
  official: ["ce", "total", "usup"],
  paper: ["ce", "cla", "dec", "total", "usup"],
  fixmatch: ["ce", "total", "usup"],
  unimatch: ["ce", "total", "usup"],
  "cutmix-seg": ["ce", "total", "usup"],
  cct: ["ce", "total", "usup"],
  supervised: ["ce", "total"],
};

/** Factors of L_ce and L_usup where they are not 1. */
const FACTORS: Readonly<Record<string, readonly [number, number]>> = {
  fixmatch: [0.5, 0.5],
  unimatch: [0.5, 0.5],
  cct: [1, 30],
};

for (const name of RECIPE_NAMES) {
  numericTest(`guidedMixStep() of recipe ${name} has its terms and leaves no tensor`, async () => {
    const check = ({ losses, ramp, mixCoefficient }: StepResult) => {
      assert.deepEqual(Object.keys(losses).sort(), TERMS[name]);
      assert.ok(ramp > 0 && ramp <= 1 && mixCoefficient >= 0 && mixCoefficient < 0.5);
      const { ce = 0, cla = 0, dec = 0, mix = 0, usup = 0, total } = losses;
      const [known, guessed] = FACTORS[name] ?? [1, 1];
      const sum = known * ce + mix + cla + dec + guessed * ramp * usup;
      assertClose([total!], [sum], { ofMaximum: 1e-5 });
    };
    await withStep(RECIPES[name], check, { batch: withViews(smallBatch(), RECIPES[name]) });
  });
}

numericTest(
  "guidedMixStep() tells how far apart nearest pairs are, and nothing of pairs drawn at random",
  async () => {
    await withStep(RECIPES.guidedmix, ({ pairs }) => {
      assert.equal(pairs!.distances!.length, pairs!.labeled.length);
      assert.ok(pairs!.distances!.every((distance) => distance > 0 && Number.isFinite(distance)));
    });
    await withStep(RECIPES.official, ({ pairs }) => assert.equal(pairs!.distances, undefined));
  },
);

numericTest(
  "guidedMixStep() tells the share of each box, and no shares where all mixtures have the step's λ",
  async () => {
    const { boxes } = drawStep(RECIPES.guidedmix, CONTEXT.seed, CONTEXT.iteration, 2, 2);
    const areas = boxes!.map(({ height, width }) => height * width);
    await withStep(RECIPES.guidedmix, ({ pairs }) => assert.deepEqual(pairs!.shares, areas));
    await withStep(BLENDED, ({ pairs }) => assert.equal(pairs!.shares, undefined));
  },
);

numericTest(
  "guidedMixStep() gives the same bits for the same seed and iteration, others for another",
  async () => {
    const results: number[][] = [];
    for (const context of [CONTEXT, CONTEXT, { ...CONTEXT, iteration: 4 }, { ...CONTEXT, seed: 6 }]) {
      await withStep(RECIPES.guidedmix, ({ losses, mixCoefficient, gradients }) => {
        const first = gradients.get("decode_head.conv_seg.weight")!.dataSync();
        results.push([...Object.values(losses), mixCoefficient, ...first]);
      }, { context });
    }
    assert.deepEqual(results[0], results[1]);
    assert.notDeepEqual(results[0], results[2]);
    assert.notDeepEqual(results[0], results[3]);
  },
);

/** Losses of a step whose plain unlabeled images are a factor of the distorted ones; none without a factor. */
async function lossesWithPlain(recipe: Recipe, factor: number | undefined): Promise<Record<string, number>> {
  const batch = smallBatch();
  const unlabeledPlain = factor === undefined ? undefined : tf.mul(batch.unlabeled, factor) as tf.Tensor4D;
  let found = {};
  await withStep(recipe, ({ losses }) => void (found = losses), { batch: { ...batch, unlabeledPlain } });
  unlabeledPlain?.dispose();
  return found;
}

numericTest(
  "guidedMixStep() predicts M_u from the plain view where the recipe says so, and mixes the other",
  async () => {
    const plain = recipeWith("guidedmix", {
      views: { plain: true },
      unsup: { threshold: 0 },
      pair: { select: "random" },
    });
    const one = recipeWith(plain, { views: { plain: false } });
    const [without, same, other] = [
      await lossesWithPlain(plain, undefined),
      await lossesWithPlain(plain, 1),
      await lossesWithPlain(plain, -3),
    ];
    assert.deepEqual(without, same, "without a plain view the only one is taken");
    assert.notEqual(other.usup, same.usup);
    assert.deepEqual([other.ce, other.mix], [same.ce, same.mix], "pictures and labels are those without it");
    assert.deepEqual(await lossesWithPlain(one, -3), same);
  },
);

numericTest(
  "guidedMixStep() learns the pseudo labels that a batch brings in place of its own, boxes and warp too",
  async () => {
    const own = recipeWith("guidedmix", {
      unsup: { threshold: 0 },
      pair: { select: "random" },
      donor: { probability: 1 },
      views: { warp: 0.2 },
    });
    const teacher = new Network(SMALL, 7);
    const context = { ...CONTEXT, teacher };
    const losses: Record<string, number>[] = [];
    // a step's batch is freed with it
    const lossesWith = async (labels?: number[]) => {
      const batch = withViews(smallBatch(), own);
      const [count, height, width] = batch.unlabeled.shape;
      const unlabeledLabels = labels && tf.tensor3d(labels, [count, height, width], "int32");
      const check = (result: StepResult) => void losses.push(result.losses);
      await withStep(own, check, { context, batch: { ...batch, unlabeledLabels } });
    };
    const batch = withViews(smallBatch(), own);
    const predicted = tf.tidy(() => {
      const [, height, width] = batch.unlabeled.shape;
      const logits = teacher.logits(batch.unlabeledPlain!);
      const resized = resizeTensor(logits, height, width, SMALL.decoder.alignCorners);
      return [...tf.argMax(resized, -1).dataSync()];
    });
    disposeBatch(batch);
    try {
      await lossesWith();
      await lossesWith(predicted);
      await lossesWith(predicted.map((label) => (label + 1) % SMALL.classes));
      await lossesWith(predicted.map(() => 255));
    } finally {
      teacher.dispose();
    }
    const [itself, same, other, none] = losses;
    assertClose([same!.usup!], [itself!.usup!], { ofMaximum: 1e-6 });
    assert.ok(Math.abs(other!.usup! - itself!.usup!) > 1e-3);
    assert.equal(none!.usup, 0);
    for (const { ce, mix } of [same!, other!, none!]) assert.deepEqual([ce, mix], [itself!.ce, itself!.mix]);
  },
);

numericTest(
  "guidedMixStep() weights the two losses of a mixture by place, and leaves out those of no weight",
  async () => {
    const found: Record<string, number>[] = [];
    for (const [mix, unsup] of [[1, 1], [0.25, 2], [0, 2], [0.25, 0], [0, 0]] as const) {
      const changes = { mix: { weight: mix }, unsup: { weight: unsup, threshold: 0, rampUp: 0 } };
      await withStep(recipeWith("guidedmix", changes), ({ losses, pairs }) => {
        const { ce, mix: known = 0, usup = 0, total } = losses;
        assertClose([total!], [ce! + mix * known + unsup * usup], { ofMaximum: 1e-5 });
        assert.equal(pairs === undefined, mix === 0 && unsup === 0);
        found.push(losses);
      });
    }
    const [both, other, ...rest] = found as [typeof found[0], typeof found[0], ...typeof found];
    assert.deepEqual([other.mix, other.usup], [both.mix, both.usup], "terms are before their weights");
    const names = rest.map((losses) => Object.keys(losses).sort());
    assert.deepEqual(names, [["ce", "total", "usup"], ["ce", "mix", "total"], ["ce", "total"]]);
  },
);

for (const [kind, weighted] of [["median", ["ce", "mix"]], ["sqrt-median", ["ce", "mix"]]] as const) {
  numericTest(`guidedMixStep() weights the classes in ${weighted.join(", ")} with ${kind}`, async () => {
    const recipe = { ...recipeWith("guidedmix", { unsup: { threshold: 0 } }), classWeights: kind };
    const losses: Record<string, number>[] = [];
    for (const classWeights of [undefined, [1, 1, 1], [2, 2, 2], [3, 1, 2]]) {
      await withStep(recipe, (step) => void losses.push(step.losses), {
        context: { ...CONTEXT, classWeights },
      });
    }
    const [plain, ones, twice, uneven] = losses as [typeof losses[0], ...typeof losses];
    assert.deepEqual(ones, plain);
    for (const term of ["ce", "mix", "usup"]) {
      const factor = weighted.some((name) => name === term) ? 2 : 1;
      assertClose([twice![term]!], [factor * plain![term]!], { ofMaximum: 1e-5 }, term);
      assert.equal(uneven![term] === plain![term], factor === 1, term);
    }
  });
}

numericTest("guidedMixStep() gives the constant side exactly no gradient", async () => {
  const off = { dec: { loss: "none" as const }, classifier: { on: false } };
  await withStep(recipeWith(BLENDED, { ...off, unsup: { target: "M_u_dec" } }), ({ gradients }) => {
    assert.deepEqual(partsOf(gradients), ["backbone", "decode_head"], "M_mix is constant");
  });
  await withStep(recipeWith(BLENDED, { ...off, unsup: { target: "M_u" } }), ({ gradients }) => {
    assert.deepEqual(partsOf(gradients), ["backbone", "decode_head", "decode_head_mix", "mitrans"]);
  });
});

numericTest(
  "guidedMixStep() keeps mixtures by place from the labeled decoder where the mix decoder has them",
  async () => {
    const options = { ...SMALL, mitrans: false as const };
    const gradientsOf = async (decoder: "labeled" | "mix", weight: number) => {
      const recipe = recipeWith("guidedmix", {
        decoder,
        mix: { weight },
        unsup: { weight, threshold: 0.1, rampUp: 0 },
        crossEntropy: "labeled",
      });
      const found = new Map<string, Float32Array>();
      await withStep(recipe, async ({ gradients }) => {
        for (const [name, gradient] of gradients) found.set(name, await gradient.data<"float32">());
      }, { options });
      return found;
    };
    const [labeled, mix, alone] = [
      await gradientsOf("labeled", 1),
      await gradientsOf("mix", 1),
      await gradientsOf("mix", 0),
    ];
    const own = [...alone.keys()].filter((name) => /^decode_head\.(bottleneck|conv_seg)/.test(name));
    assert.ok(own.length >= 4);
    for (const name of own) {
      assertClose(mix.get(name)!, alone.get(name)!, { ofMaximum: 1e-5 });
      assert.notDeepEqual(labeled.get(name), alone.get(name), name);
    }
    const mixed = (gradients: ReadonlyMap<string, unknown>) => partsOf(gradients).includes("decode_head_mix");
    assert.deepEqual([labeled, mix, alone].map(mixed), [false, true, false]);
    const aspp = "decode_head.aspp_modules.0.conv.weight";
    assert.notDeepEqual(mix.get(aspp), alone.get(aspp), "encoder and ASPP learn from mixtures");
  },
);

numericTest("guidedMixStep() of supervised leaves everything but encoder and decoder alone", async () => {
  await withStep(RECIPES.supervised, ({ gradients, pairs }) => {
    assert.deepEqual(partsOf(gradients), ["backbone", "decode_head"]);
    assert.equal(pairs, undefined);
  });
});

numericTest("guidedMixStep() in the classifier's warm-up trains its loss alone", async () => {
  const recipe = recipeWith(BLENDED, { classifier: { warmUp: 0.5 } });
  await withStep(recipe, ({ losses, gradients }) => {
    assert.deepEqual(Object.keys(losses).sort(), ["cla", "total"]);
    assert.deepEqual(partsOf(gradients), ["backbone", "classifier"]);
  });
});

numericTest(
  "guidedMixStep() of equal labeled images has no L_dec where both decoders are one and it divides",
  async () => {
    const batch = smallBatch();
    const first = tf.slice(batch.labeled, 0, 1);
    const labeled = tf.tile(first, [2, 1, 1, 1]) as tf.Tensor4D;
    tf.dispose([first, batch.labeled]);
    const recipe = recipeWith(BLENDED, { dec: { normalize: true } });
    const options = { ...SMALL, mitrans: false as const };
    const prepare = ({ parameters }: Network) => {
      for (const { name } of parameters.specs().filter(({ name }) => name.startsWith("decode_head_mix."))) {
        parameters.replace(name, tf.clone(parameters.tensor(name.replace("decode_head_mix", "decode_head"))));
      }
    };
    await withStep(recipe, ({ losses }) => {
      assertClose([losses.dec!], [0], { ofMaximum: 0, absolute: 1e-10 });
      assert.ok(losses.usup! > 1e-6, "unlabeled images differ");
    }, { batch: { ...batch, labeled }, options, prepare });
  },
);

numericTest(
  "guidedMixStep() moves the running statistics of the image pool once, or twice as the official step",
  async () => {
    for (const [updates, count] of [[1, 2n], [2, 4n]] as const) {
      const recipe = recipeWith("official", { imagePoolUpdates: updates });
      await withStep(recipe, async (_, network) => {
        const state = await network.export();
        const tracked = (norm: string) => state.get(`${norm}.num_batches_tracked`)!.data[0];
        assert.equal(tracked("decode_head.image_pool.1.bn"), count);
        assert.equal(tracked("decode_head.bottleneck.bn"), 2n);
        assert.equal(tracked("decode_head_mix.bottleneck.bn"), 1n);
        assert.equal(tracked("backbone.stem.1"), 1n);
      });
    }
  },
);

/** A step that is expected to be refused; frees what it was given. */
async function refused(
  expected: { name: string; message: RegExp },
  change: {
    batch?: Partial<StepBatch>;
    recipe?: Recipe;
    options?: typeof SMALL;
    prepare?: (n: Network) => void;
  },
): Promise<void> {
  const whole = smallBatch();
  const batch = { ...whole, ...change.batch };
  const network = new Network(change.options ?? SMALL, 7);
  change.prepare?.(network);
  await assert.rejects(guidedMixStep(network, batch, change.recipe ?? BLENDED, CONTEXT), expected);
  network.dispose();
  tf.dispose([
    ...Object.values(whole),
    ...Object.values(change.batch ?? {}).filter((one) => one !== undefined),
  ]);
}

const range = (message: RegExp) => ({ name: "RangeError", message });

numericTest("guidedMixStep() refuses a batch of one where a norm would see one value", async () => {
  const one = smallBatch(1);
  await refused(range(/1 labeled and 1 unlabeled, expected at least 2 of each/), { batch: one });
  // without unlabeled images the norm after global pooling has one value as well
  await refused(range(/image_pool.*one value a channel, expected at least 2/), {
    batch: smallBatch(1),
    recipe: RECIPES.supervised,
  });
});

numericTest("guidedMixStep() refuses labels that are no class of the network", async () => {
  const labels = tf.fill([2, 33, 33], 3, "int32") as tf.Tensor3D;
  await refused(range(/a label is 3, expected 0 to 2 or 255; the class count does not fit the labels/), {
    batch: { labels },
  });
  const negative = tf.fill([2, 33, 33], -1, "int32") as tf.Tensor3D;
  await refused(range(/a label is -1/), { batch: { labels: negative } });
});

numericTest("guidedMixStep() refuses batches whose shapes do not fit", async () => {
  const labels = tf.zeros([2, 32, 33], "int32") as tf.Tensor3D;
  await refused(range(/images \[2,33,33,3\], labels \[2,32,33\]/), { batch: { labels } });
  const unlabeled = tf.zeros([2, 33, 25, 3]) as tf.Tensor4D;
  await refused(range(/unlabeled images are \[2,33,25,3\], expected \[M, 33, 33, 3\]/), {
    batch: { unlabeled },
  });
  await refused(range(/unlabeled images are missing/), { batch: { unlabeled: undefined } });
  const unlabeledPlain = tf.zeros([1, 33, 33, 3]) as tf.Tensor4D;
  await refused(range(/plain unlabeled images are \[1,33,33,3\], expected \[2,33,33,3\]/), {
    batch: { unlabeledPlain },
  });
  await refused(range(/second unlabeled images are \[1,33,33,3\], expected \[2,33,33,3\]/), {
    batch: { unlabeledSecond: unlabeledPlain },
  });
  await refused(range(/the warp of unlabeled images is \[2,32,33\], expected \[2,33,33\]/), {
    batch: { unlabeledWarp: labels },
  });
  await refused(range(/pseudo labels of unlabeled images are \[2,32,33\], expected \[2,33,33\]/), {
    batch: { unlabeledLabels: labels },
  });
});

numericTest("guidedMixStep() refuses recipes out of range, and networks that lack a part", async () => {
  const mixed = (lambdaLimit: number) => recipeWith(BLENDED, { mix: { lambdaLimit } });
  for (const limit of [0, -1, 0.51, NaN]) {
    await refused(range(/mix\.lambdaLimit is .*, expected a number in \(0, 0\.5\]/), {
      recipe: mixed(limit),
    });
  }
  const weight = recipeWith(BLENDED, { unsup: { weight: -1 } });
  await refused(range(/unsup\.weight is -1/), { recipe: weight });
  const negative = recipeWith("guidedmix", { mix: { weight: -1 } });
  await refused(range(/mix\.weight is -1, expected a finite number from 0/), { recipe: negative });
  const view = recipeWith(BLENDED, { views: { plain: true } });
  await refused(range(/views are not one official view with objective "guided-mix"/), { recipe: view });
  const taught = recipeWith(BLENDED, { teacher: { decay: 0.99 } });
  await refused(range(/teacher\.decay is 0\.99 with objective "guided-mix", expected 0/), { recipe: taught });
  const none = recipeWith("guidedmix", { teacher: { evaluated: true } });
  await refused(range(/teacher\.evaluated is true with teacher\.decay 0/), { recipe: none });
  const photos = { pseudoLabels: { of: "photos", ratios: [1, 5] } } as const;
  await refused(
    range(/ratios are \[1,5\].* in \(0, 4\]; the objective is "strong-views".*; recipe\.rounds is 1/),
    { recipe: { ...RECIPES.fixmatch, ...photos } },
  );
  const soft = recipeWith({ ...RECIPES.guidedmix, ...photos }, {
    unsup: { target: "soft" },
    teacher: { decay: 0.9 },
  });
  await refused(range(/unsup\.target is "soft".* expected "hard"; teacher\.decay is 0\.9/), { recipe: soft });
  const focal = recipeWith(BLENDED, { unsup: { loss: "focal-hard" } });
  await refused(range(/decouple\.space "probabilities"/), { recipe: focal });
  await refused(range(/has no classifier, expected one/), { options: { ...SMALL, classifier: false } });
  await refused(range(/has no mix decoder, expected one/), {
    options: { ...SMALL, mixDecoder: false, mitrans: false },
  });
  const mixes = recipeWith("guidedmix", { decoder: "mix", unsup: { weight: 0 } });
  await refused(range(/has no mix decoder, expected one/), {
    recipe: mixes,
    options: { ...SMALL, mixDecoder: false, mitrans: false },
  });
  await refused(range(/mix decoder reads what MITrans makes, expected none/), { recipe: mixes });
  await refused(range(/the network's thresholds are "fixed", expected "by-class"/), {
    recipe: recipeWith("fixmatch", { unsup: { thresholds: "by-class" } }),
    options: { ...SMALL, thresholds: undefined },
  });
  await refused(range(/hardPixels\.below is 1\.5, .*; hardPixels\.least is 0\.5, expected a whole number/), {
    recipe: recipeWith("supervised", { hardPixels: { below: 1.5, least: 0.5 } }),
  });
  await refused(range(/auxiliary decoders are "none", expected \{"vat":1,/), {
    recipe: RECIPES.cct,
    options: SMALL,
  });
});

numericTest("guidedMixStep() stops at a loss that is not finite, naming term and iteration", async () => {
  const broken = (name: string, value: number) => ({ parameters }: Network) =>
    parameters.replace(name, tf.fill(parameters.tensor(name).shape, value));
  const training = (message: RegExp) => ({ name: "TrainingError", message });
  await refused(training(/^Cannot go on at iteration 3: loss "ce" is NaN, expected a finite number/), {
    prepare: broken("decode_head.conv_seg.bias", NaN),
  });
  await refused(training(/iteration 3: loss "cla" is (NaN|Infinity)/), {
    prepare: broken("classifier.weight", 3e38),
  });
  await refused(training(/iteration 3: loss "usup" is/), {
    recipe: recipeWith("official", { unsup: { loss: "mse" } }),
    prepare: broken("decode_head_mix.conv_seg.bias", Infinity),
  });
});

/** Losses and gradients of a step; what is observed has the branches joined, everything else has them apart. */
async function stepOf(recipe: Recipe, options: ModelOptions, observed: readonly string[] | undefined) {
  const names: string[] = [];
  const context = {
    ...CONTEXT,
    observe: (seen: ReadonlyMap<string, unknown>) => void names.push(...seen.keys()),
    observed,
  };
  const gradients = new Map<string, Float32Array>();
  let total = NaN;
  await withStep(recipe, (result) => {
    total = result.losses.total!;
    for (const [name, gradient] of result.gradients) {
      gradients.set(name, gradient.dataSync().slice() as Float32Array);
    }
  }, { options, context });
  return { names, gradients, total };
}

const ON_FEATURES = recipeWith("paper", { mix: { at: "features" } });

for (
  const [name, recipe, mitrans] of [
    ["official without MITrans", RECIPES.official, false],
    ["official with MITrans", RECIPES.official, SMALL.mitrans],
    ["paper with L_dec on features", ON_FEATURES, false],
    ["paper on images", RECIPES.paper, false],
  ] as const
) {
  numericTest(
    `guidedMixStep() of ${name} has equal gradients with joined branches and pooled ones`,
    async () => {
      const options = { ...SMALL, mitrans };
      const joined = await stepOf(recipe, options, undefined);
      const apart = await stepOf(recipe, options, ["M_l"]);
      assert.ok(joined.names.includes("aspp_concat_l") && joined.names.includes("mixed"));
      assert.deepEqual(apart.names, ["M_l"]);
      assertClose([apart.total], [joined.total], { ofMaximum: 1e-5 });
      assert.deepEqual([...apart.gradients.keys()], [...joined.gradients.keys()]);
      for (const parameter of PARAMETERS_AROUND_BRANCHES) {
        const [found, expected] = [apart.gradients.get(parameter)!, joined.gradients.get(parameter)!];
        assertClose(found, expected, { ofMaximum: 1e-3 }, parameter);
      }
    },
  );
}

numericTest(
  "guidedMixStep() leaves frozen norms of the encoder as they are, and trains everything else",
  async () => {
    const recipe: Recipe = { ...RECIPES.guidedmix, encoderNorms: "frozen" };
    const statistics = (network: Network, name: string) => network.parameters.tensor(name).dataSync().slice();
    const names = ["backbone.layer1.0.bn1.running_var", "decode_head.bottleneck.bn.running_var"];
    let kept: ReturnType<typeof statistics>[] = [];
    const prepare = (network: Network) => {
      kept = names.map((name) => statistics(network, name));
    };
    await withStep(recipe, ({ gradients }, network) => {
      const now = names.map((name) => statistics(network, name));
      assert.deepEqual(now[0], kept[0]);
      assert.notDeepEqual(now[1], kept[1]);
      const missing = network.parameters.trainableNames().filter((name) => !gradients.has(name));
      assert.ok(missing.includes("backbone.layer1.0.bn1.weight"));
      const others = missing.filter((name) =>
        !/^backbone\..*(bn\d|downsample\.1|stem\.\d)\.(weight|bias)$/.test(name)
      );
      assert.deepEqual(others.filter((name) => name.startsWith("backbone.")), []);
      assert.ok(gradients.has("backbone.layer1.0.conv1.weight"));
    }, { prepare, batch: withViews(smallBatch(), recipe) });
  },
);
