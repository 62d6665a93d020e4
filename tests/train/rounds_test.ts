import assert from "node:assert/strict";
import { RECIPES } from "../../src/config/recipe.ts";
import type { RunConfig } from "../../src/config/run_config.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import { configOfRound, roundAt } from "../../src/train/rounds.ts";
import type { TrainEvents } from "../../src/train/train_options.ts";
import { train } from "../../src/train/trainer.ts";
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

/** A threshold that the teacher's guesses pass, so that they are learned. */
function inRounds(decay: number): RunConfig {
  const { objective, ...recipe } = RECIPES.guidedmix;
  const low = { ...objective, unsup: { threshold: 0, target: "hard", weight: 1, rampUp: 0 } };
  const recipeInRounds = {
    ...recipe,
    objective: low as typeof objective,
    teacher: { decay, evaluated: false },
  };
  return tinyConfig(6, { recipe: { ...recipeInRounds, rounds: 2 } });
}

for (const decay of [0, 0.9]) {
  for (const stop of [2, 3, 4]) {
    numericTest(
      `train() in rounds, decay ${decay}, stopped after ${stop} of 6 resumes bit for bit`,
      async () => {
        await inFolder(async (folder) => {
          const config = inRounds(decay);
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
      for (const [name, { data }] of end.teacher!) {
        assert.deepEqual(data, supervised.parameters.get(name)!.data, name);
      }
      assert.notDeepEqual(end.parameters, end.teacher);
    });
  },
);
