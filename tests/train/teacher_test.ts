import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { RunConfig } from "../../src/config/run_config.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import type { Checkpoint } from "../../src/train/checkpoint.ts";
import { readCheckpoint } from "../../src/train/checkpoint.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import { Teacher, teacherShare } from "../../src/train/teacher.ts";
import { train } from "../../src/train/trainer.ts";
import { recipeWith } from "../method/small_step.ts";
import { assertClose, numericTest } from "../numeric.ts";
import { inFolder, tinyConfig, tinyDataset, tinyNetwork } from "./tiny_run.ts";

const EVALUATED = recipeWith("guidedmix", {
  teacher: { decay: 0.9, evaluated: true },
  donor: { probability: 0.5 },
  unsup: { threshold: 0.2, target: "soft", rampUp: 0 },
});
const BESIDE = recipeWith(EVALUATED, { teacher: { evaluated: false } });

type Tensors = ReadonlyMap<string, StoredTensor>;

/** Trains and gives the newest checkpoint, with what the network holds at the end. */
async function run(
  folder: string,
  config: RunConfig,
  stopAt = Infinity,
): Promise<Checkpoint & { left: Tensors }> {
  const network = tinyNetwork();
  const checkpoints = new CheckpointFolder(folder);
  const resume = await checkpoints.newest((text) => assert.fail(text));
  const dataset = await tinyDataset();
  let asked = resume?.iteration ?? 0;
  try {
    const shouldStop = () => asked++ === stopAt;
    await train({ network, dataset, config, checkpoints, metadata: {}, resume, shouldStop });
    const newest = await checkpoints.newest((text) => assert.fail(text));
    return { ...newest!, left: await network.export() };
  } finally {
    network.dispose();
  }
}

function assertSame(actual: Tensors, expected: Tensors): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [name, { data }] of expected) assert.deepEqual(actual.get(name)!.data, data, name);
}

function differs(one: Tensors, other: Tensors): boolean {
  return [...one].some(([name, { data }]) =>
    !name.endsWith("tracked") && `${other.get(name)!.data}` !== `${data}`
  );
}

Deno.test("teacherShare() begins with the student itself and stays at the decay", () => {
  assert.deepEqual([0, 1, 3, 9, 1000].map((update) => teacherShare(update, 0.8)), [0, 0.5, 0.75, 0.8, 0.8]);
});

numericTest(
  "Teacher follows parameters and running statistics by its share, and counters at once",
  async () => {
    const student = tinyNetwork();
    const teacher = new Teacher(student, { decay: 0.75, evaluated: false });
    const { parameters } = student;
    const names = ["backbone.stem.0.weight", "backbone.stem.1.running_var"];
    const before = await teacher.export();
    for (const name of names) {
      parameters.replace(
        name,
        tf.tidy(() => tf.add(tf.mul(parameters.tensor(name), -2), 3)),
      );
    }
    parameters.setCounts(new Map([["backbone.stem.1.num_batches_tracked", 7]]));
    const moved = await student.export();
    teacher.follow(parameters, 100);
    const after = await teacher.export();
    for (const name of names) {
      const [t, s] = [before.get(name)!.data as Float32Array, moved.get(name)!.data as Float32Array];
      const mean = Array.from(t, (value, i) => 0.75 * value + 0.25 * s[i]!);
      assertClose(after.get(name)!.data as Float32Array, mean, { ofMaximum: 1e-6 });
    }
    assert.equal(after.get("backbone.stem.1.num_batches_tracked")!.data[0], 7n);
    teacher.follow(parameters, 0);
    const first = (await teacher.export()).get(names[0]!)!.data as Float32Array;
    assertClose(first, moved.get(names[0]!)!.data as Float32Array, { ofMaximum: 1e-6 });
    teacher.dispose();
    student.dispose();
  },
);

for (const [what, recipe] of [["evaluated", EVALUATED], ["beside", BESIDE]] as const) {
  numericTest(
    `train() with a teacher that is ${what}, stopped and resumed, gives the same bits`,
    async () => {
      await inFolder(async (folder) => {
        const config = tinyConfig(7, { recipe });
        const straight = await run(`${folder}/straight`, config);
        await run(`${folder}/broken`, config, 3);
        const resumed = await run(`${folder}/broken`, config);
        assertSame(resumed.parameters, straight.parameters);
        assertSame(resumed.left, straight.left);
        assertSame(resumed.left, resumed.parameters);
        const [other, expected] = [resumed, straight].map((one) => one.student ?? one.teacher!);
        assertSame(other!, expected!);
        assert.equal(resumed.student !== undefined, recipe.teacher.evaluated);
        assert.ok(differs(other!, resumed.parameters));
        const best = await readCheckpoint(`${folder}/straight/best.safetensors`);
        assert.deepEqual([best.student, best.teacher], [undefined, undefined]);
      });
    },
  );
}

numericTest("train() with a teacher refuses a checkpoint without one", async () => {
  await inFolder(async (folder) => {
    await run(folder, tinyConfig(4, { recipe: recipeWith("guidedmix", {}) }), 2);
    const message = /go on from the checkpoint of iteration 2 with its teacher/;
    await assert.rejects(run(folder, tinyConfig(4, { recipe: BESIDE })), {
      name: "CheckpointMismatch",
      message,
    });
  });
}, ["wasm"]);

numericTest("train() moves a teacher in recorded steps as in eager ones", async () => {
  await inFolder(async (folder) => {
    const of = (engine: RunConfig["engine"]) => {
      const { optimizer } = tinyConfig(4);
      const config = tinyConfig(4, {
        recipe: BESIDE,
        engine,
        optimizer: { ...optimizer, learningRate: 0.005 },
      });
      return run(`${folder}/${engine}`, config);
    };
    const [recorded, eager] = [await of("function"), await of("eager")];
    for (const [name, { data }] of eager.teacher!) {
      const own = recorded.teacher!.get(name)!.data;
      if (name.endsWith("tracked")) assert.deepEqual(own, data, name);
      else assertClose(own as Float32Array, data as Float32Array, { ofMaximum: 1e-4, absolute: 1e-7 });
    }
  });
}, ["tensorflow"]);
