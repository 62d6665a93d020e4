import assert from "node:assert/strict";
import { RECIPES } from "../../src/config/recipe.ts";
import type { ThresholdRule } from "../../src/config/objectives/parts.ts";
import type { RunConfig } from "../../src/config/run_config.ts";
import { indexRule } from "../../src/data/index_rule.ts";
import { readImage, readLabeled } from "../../src/data/read_item.ts";
import { predictPseudoMask } from "../../src/eval/pseudo_masks.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import { drawnPlaces, labelPhotos } from "../../src/train/label_photos.ts";
import { datasetOfRound, heldOutOf } from "../../src/train/held_out_threshold.ts";
import type { MeasuredThreshold } from "../../src/train/train_options.ts";
import { configOfRound, roundAt, slowsDown } from "../../src/train/rounds.ts";
import type { TrainEvents } from "../../src/train/train_options.ts";
import { THRESHOLD_STATE } from "../../src/model/moving_thresholds.ts";
import { train } from "../../src/train/trainer.ts";
import { StoppedWaiting } from "../../src/train/wait_or_stop.ts";
import { numericTest } from "../numeric.ts";
import { inFolder, tinyConfig, tinyDataset, tinyNetwork } from "./tiny_run.ts";

Deno.test("roundAt() cuts a run into equal parts", () => {
  const rounds = (iterations: number, rounds: number) =>
    Array.from({ length: iterations + 1 }, (_, i) => roundAt(i, { iterations, recipe: { rounds } }).index);
  assert.deepEqual(rounds(7, 2), [0, 0, 0, 1, 1, 1, 1, 1]);
  assert.deepEqual(rounds(3, 1), [0, 0, 0, 0]);
  assert.deepEqual(rounds(2, 3), [1, 2, 2]);
  assert.deepEqual(roundAt(4, { iterations: 7, recipe: { rounds: 2 } }), { index: 1, start: 3, end: 7 });
});

Deno.test("slowsDown() is true until the rounds that read unlabeled photos begin", () => {
  const slow = (recipe: RunConfig["recipe"]) =>
    [0, 1, 2, 4].map((at) => slowsDown(tinyConfig(4, { recipe }), at));
  assert.deepEqual(slow({ ...RECIPES.guidedmix, rounds: 2 }), [true, true, false, false]);
  assert.deepEqual(slow({ ...RECIPES.guidedmix, rounds: 1 }), [false, false, false, false]);
  assert.deepEqual(slow({ ...RECIPES.supervised, rounds: 2 }), [false, false, false, false]);
});

Deno.test("configOfRound() leaves unlabeled photos out of the first of several rounds", () => {
  const config = tinyConfig(4, { recipe: { ...RECIPES.guidedmix, rounds: 2 } });
  assert.equal(configOfRound(config, { index: 0 }).recipe.objective.kind, "supervised");
  assert.equal(configOfRound(config, { index: 1 }), config);
  const single = tinyConfig(4);
  assert.equal(configOfRound(single, { index: 0 }), single);
});

async function run(folder: string, config: RunConfig, events: TrainEvents = {}) {
  const network = tinyNetwork(config.recipe);
  const checkpoints = new CheckpointFolder(folder);
  const resume = await checkpoints.newest((text) => assert.fail(text));
  try {
    const dataset = await tinyDataset();
    await train({ network, dataset, config, checkpoints, metadata: {}, resume, logEvery: 1, ...events });
    return (await checkpoints.newest((text) => assert.fail(text)))!;
  } finally {
    network.dispose();
  }
}

/** @param threshold By default one that the teacher's guesses pass, so that they are learned */
function inRounds(
  decay: number,
  of: "crops" | "photos" = "crops",
  thresholds: ThresholdRule = "fixed",
  threshold = 0,
): RunConfig {
  const { objective, ...recipe } = RECIPES.guidedmix;
  const low = { ...objective, unsup: { threshold, thresholds, target: "hard", weight: 1, rampUp: 0 } };
  const recipeInRounds = {
    ...recipe,
    objective: low as typeof objective,
    teacher: { decay, evaluated: false },
    pseudoLabels: { of, ratios: of === "photos" ? [1, 1.5] : [1] },
  };
  return tinyConfig(6, { recipe: { ...recipeInRounds, rounds: 2 } });
}

for (const [decay, of] of [[0, "crops"], [0.9, "crops"], [0, "photos"]] as const) {
  for (const stop of [2, 3, 4]) {
    numericTest(
      `train() in rounds, decay ${decay}, labels of ${of}, stopped after ${stop} of 6 resumes bit for bit`,
      async () => {
        await inFolder(async (folder) => {
          const config = inRounds(decay, of);
          const straight = await run(`${folder}/straight`, config);
          let asked = 0;
          await run(`${folder}/broken`, config, { shouldStop: () => asked++ === stop });
          const resumed = await run(`${folder}/broken`, config);
          for (const part of ["parameters", "teacher", "momentum"] as const) {
            assert.deepEqual(resumed[part], straight[part], part);
          }
        });
      },
    );
  }
}

numericTest(
  "train() in rounds: labels alone, then a teacher that stays what the network was, and a rate that begins anew",
  async () => {
    await inFolder(async (folder) => {
      const rounds: number[] = [];
      const losses: string[] = [];
      const rates: number[] = [];
      const end = await run(folder, inRounds(0), {
        onStep: (_, step) => void losses.push(Object.keys(step.losses).sort().join()),
        onTrainRow: ({ learningRate }) => void rates.push(learningRate),
        onRound: (round) => void rounds.push(round),
      });
      assert.deepEqual(rounds, [0, 1]);
      assert.deepEqual(losses, [...Array(3).fill("ce,total"), ...Array(3).fill("ce,mix,total,usup")]);
      assert.equal(rates[3], rates[0]);
      assert.ok(rates[2]! < rates[1]!);
      const supervised = await run(`${folder}/first`, {
        ...tinyConfig(3, { recipe: { ...RECIPES.supervised, classWeights: "none" } }),
      });
      // the mix decoder is not learned there, and another one where MITrans comes before it
      const learned = [...end.teacher!].filter(([name]) => /^(backbone|decode_head)\./.test(name));
      assert.ok(learned.length > 20);
      for (const [name, { data }] of learned) {
        assert.deepEqual(data, supervised.parameters.get(name)!.data, name);
      }
      assert.notDeepEqual(end.parameters, end.teacher);
    });
  },
);

/** Stops a run after so many iterations. */
function upTo(stop: number): TrainEvents {
  let done = 0;
  return { onStep: (iteration) => void (done = iteration), shouldStop: () => done === stop };
}

for (const [rule, name] of [["adaptive", "threshold"], ["by-class", "confidence"]] as const) {
  numericTest(
    `train() in rounds goes on with ${rule} thresholds in each later one, and resumes bit for bit`,
    async () => {
      await inFolder(async (folder) => {
        const two = inRounds(0.9, "crops", rule);
        const config = { ...two, recipe: { ...two.recipe, rounds: 3 } };
        const states: number[] = [];
        for (const stop of [2, 4, 5]) {
          const { parameters } = await run(`${folder}/broken`, config, upTo(stop));
          states.push(parameters.get(THRESHOLD_STATE[name])!.data[0] as number);
        }
        // nothing in the first round, which has labels alone; then each prediction is surer than the start
        assert.equal(states[0], rule === "adaptive" ? 0 : Math.fround(1 / 6));
        assert.ok(states[0]! < states[1]! && states[1]! < states[2]!, `${states}`);
        const [resumed, straight] = [
          await run(`${folder}/broken`, config),
          await run(`${folder}/straight`, config),
        ];
        for (const part of ["parameters", "teacher", "momentum"] as const) {
          assert.deepEqual(resumed[part], straight[part], part);
        }
        assert.ok(states[2]! < (straight.parameters.get(THRESHOLD_STATE[name])!.data[0] as number));
      });
    },
  );
}

for (const source of ["crops", "photos"] as const) {
  numericTest(
    `train() in rounds takes the threshold for labels of ${source} that held-out photos decide`,
    async () => {
      await inFolder(async (folder) => {
        const measured: MeasuredThreshold[] = [];
        const losses: number[] = [];
        const trained = (name: string, wanted: number, events: TrainEvents = {}) =>
          run(`${folder}/${name}`, inRounds(0, source, "held-out", wanted), {
            onThreshold: (one) => void measured.push(one),
            onStep: (_, { losses: { usup } }) => void (usup !== undefined && losses.push(usup)),
            ...events,
          });
        await trained("sure", 0.99);
        const straight = await trained("straight", 0.01);
        const { train: labeled } = await tinyDataset();
        const { heldOut } = heldOutOf(labeled, inRounds(0).seed);
        for (const { photos } of measured) assert.equal(photos, heldOut.length);
        assert.deepEqual(measured.map(({ wanted, reached }) => [wanted, reached]), [[0.99, true], [
          0.01,
          true,
        ]]);
        assert.ok(
          measured[0]!.level > measured[1]!.level,
          "pixels that are to be right more often are surer ones",
        );
        assert.ok(
          losses[0]! < losses[3]!,
          "and fewer: the first step of the round begins with the same network",
        );
        await trained("broken", 0.01, upTo(2));
        await trained("broken", 0.01, upTo(4));
        const resumed = await trained("broken", 0.01);
        assert.deepEqual(measured.slice(2), [measured[1], measured[1]]);
        for (const part of ["parameters", "teacher", "momentum"] as const) {
          assert.deepEqual(resumed[part], straight[part], part);
        }
      });
    },
  );
}

Deno.test("datasetOfRound() keeps a fifth of the labeled photos from the first round", async () => {
  const tiny = await tinyDataset();
  const photos = Array.from({ length: 11 }, (_, i) => ({ ...tiny.train[0]!, id: `${i}` }));
  const options = { config: inRounds(0, "crops", "held-out"), dataset: { ...tiny, train: photos } };
  const first = datasetOfRound(options, { index: 0 }).train;
  const { learned, heldOut } = heldOutOf(photos, options.config.seed);
  assert.deepEqual(first, learned);
  assert.equal(heldOut.length, 2);
  assert.deepEqual(new Set([...learned, ...heldOut]), new Set(photos));
  assert.notDeepEqual(heldOutOf(photos, options.config.seed + 1).heldOut, heldOut);
  assert.equal(datasetOfRound(options, { index: 1 }), options.dataset);
  assert.equal(datasetOfRound({ ...options, config: inRounds(0) }, { index: 0 }), options.dataset);
  const single = { ...options, dataset: { ...tiny, train: photos.slice(0, 1) } };
  assert.throws(
    () => datasetOfRound(single, { index: 0 }),
    /^DatasetError: Cannot hold labeled photos out: 1 is labeled, expected at least 2 with recipe\.objective\.unsup/,
  );
});

Deno.test("drawnPlaces() names the photos that a round draws, all where they are few", () => {
  const config = { ...tinyConfig(6), batch: { labeled: 2, unlabeled: 2 } };
  const rounds = [{ start: 0, end: 3 }, { start: 3, end: 6 }].map((round) => drawnPlaces(config, round, 20));
  assert.deepEqual(rounds.map((places) => places.length), [6, 6]);
  assert.equal(new Set(rounds.flat()).size, 12);
  const { accumulate: _, ...optimizer } = config.optimizer;
  const twice = { ...config, optimizer: { ...optimizer, accumulate: 2 } };
  assert.equal(drawnPlaces(twice, { start: 0, end: 3 }, 20).length, 12);
  assert.deepEqual(drawnPlaces(config, { start: 0, end: 3 }, 3), [0, 1, 2]);
});

numericTest(
  "labelPhotos() gives each photo what the teacher says of its sizes and mirror images",
  async () => {
    const network = tinyNetwork();
    try {
      const dataset = await tinyDataset();
      const config = inRounds(0, "photos");
      const done: string[] = [];
      const onPhoto = (i: number, n: number) => void done.push(`${i}/${n}`);
      const labeled = await labelPhotos({ config, dataset, onPhoto }, network, {
        index: 1,
        start: 3,
        end: 6,
      });
      const withLabels = labeled.unlabeled.filter(({ mask }) => mask !== undefined);
      assert.deepEqual(done, withLabels.map((_, i) => `${i + 1}/${withLabels.length}`));
      assert.equal(
        withLabels.length,
        drawnPlaces(config, { start: 3, end: 6 }, dataset.unlabeled.length).length,
      );
      const [item] = withLabels;
      const photo = await readImage(item!);
      const { labels } = await predictPseudoMask(network, photo, { ratios: [1, 1.5], flip: true });
      const rule = indexRule(dataset.colors);
      assert.deepEqual(
        (await readLabeled({ classes: dataset.classes, maskRule: rule }, item!)).labels.data,
        labels,
      );
      const never = inRounds(0, "photos");
      const { objective } = never.recipe;
      const sure = {
        ...objective,
        unsup: { threshold: 0.999, thresholds: "fixed", target: "hard", weight: 1, rampUp: 0 },
      };
      const unsure = { ...never, recipe: { ...never.recipe, objective: sure as typeof objective } };
      const none = await labelPhotos({ config: unsure, dataset }, network, { index: 1, start: 3, end: 6 });
      const empty = none.unlabeled.find(({ mask }) => mask !== undefined)!;
      const read = await readLabeled({ classes: dataset.classes, maskRule: rule }, empty);
      assert.ok(read.labels.data.every((label) => label === 255));
    } finally {
      network.dispose();
    }
  },
);

numericTest("labelPhotos() stops between photos where it is asked to", async () => {
  const network = tinyNetwork();
  let asked = 0;
  const options = {
    config: inRounds(0, "photos"),
    dataset: await tinyDataset(),
    shouldStop: () => asked++ === 2,
  };
  try {
    await assert.rejects(labelPhotos(options, network, { index: 1, start: 3, end: 6 }), StoppedWaiting);
    assert.equal(asked, 3);
  } finally {
    network.dispose();
  }
});
