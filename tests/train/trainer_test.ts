import assert from "node:assert/strict";
import { RECIPES } from "../../src/config/recipe.ts";
import type { ThresholdRule } from "../../src/config/objectives/parts.ts";
import type { RunConfig } from "../../src/config/run_config.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import type { DiagnosisRow, EvalRow, TrainRow } from "../../src/train/metric_rows.ts";
import type { TrainEvents, TrainOptions } from "../../src/train/train_options.ts";
import { train } from "../../src/train/trainer.ts";
import { numericTest } from "../numeric.ts";
import { BLENDED, ONE_OF_EACH, recipeWith } from "../method/small_step.ts";
import { inFolder, tinyConfig, tinyDataset, tinyDiagnosis, tinyNetwork } from "./tiny_run.ts";

interface Ran {
  readonly parameters: Map<string, StoredTensor>;
  readonly iteration: number;
  readonly finished: boolean;
}

/** Trains, going on from the folder's newest checkpoint where there is one. */
async function run(
  folder: string,
  config: RunConfig,
  events: TrainEvents & Partial<Pick<TrainOptions, "dataset" | "diagnosis">> = {},
): Promise<Ran> {
  const network = tinyNetwork(config.recipe);
  const checkpoints = new CheckpointFolder(folder);
  const resume = await checkpoints.newest((text) => assert.fail(text));
  const dataset = await tinyDataset();
  try {
    const outcome = await train({
      network,
      dataset,
      config,
      checkpoints,
      metadata: {},
      resume,
      logEvery: 2,
      ...events,
    });
    return { parameters: await network.export(), iteration: outcome.iteration, finished: outcome.finished };
  } finally {
    network.dispose();
  }
}

function assertSameBits(actual: Ran, expected: Ran): void {
  assert.deepEqual([...actual.parameters.keys()], [...expected.parameters.keys()]);
  for (const [name, { data }] of expected.parameters) {
    assert.deepEqual(actual.parameters.get(name)!.data, data, `"${name}" differs`);
  }
}

/** Asserts that a run stopped after so many checks goes on to the unbroken one's parameters. @returns The resumed run */
async function assertResumes(folder: string, config: RunConfig, stop: number): Promise<Ran> {
  const straight = await run(`${folder}/straight`, config);
  let asked = 0;
  await run(`${folder}/broken`, config, { shouldStop: () => asked++ === stop });
  const resumed = await run(`${folder}/broken`, config);
  assertSameBits(resumed, straight);
  return resumed;
}

numericTest("train() stopped and resumed gives the parameters of the unbroken run bit for bit", async () => {
  await inFolder(async (folder) => {
    const straight = await run(`${folder}/straight`, tinyConfig(7));
    let asked = 0;
    const stopped = await run(`${folder}/broken`, tinyConfig(7), { shouldStop: () => asked++ === 3 });
    assert.deepEqual([stopped.iteration, stopped.finished], [3, false]);
    const resumed = await run(`${folder}/broken`, tinyConfig(7));
    assert.deepEqual([resumed.iteration, resumed.finished], [7, true]);
    assertSameBits(resumed, straight);
  });
});

numericTest("train() of cct resumes bit for bit, its auxiliary decoders with it", async () => {
  await inFolder(async (folder) => {
    const config = tinyConfig(4, { recipe: ONE_OF_EACH });
    const resumed = await assertResumes(folder, config, 2);
    assert.ok(resumed.parameters.has("aux_decoders.vat.0.0.weight"));
  });
});

numericTest("train() refuses to go on with thresholds that a checkpoint does not have", async () => {
  await inFolder(async (folder) => {
    const recipeOf = (thresholds: ThresholdRule) => recipeWith("guidedmix", { unsup: { thresholds } });
    await run(folder, tinyConfig(1, { recipe: recipeOf("fixed") }));
    await assert.rejects(run(folder, tinyConfig(2, { recipe: recipeOf("adaptive") })), {
      name: "CheckpointMismatch",
      message: /1 missing: pseudo_labels\.threshold/,
    });
    const { iteration } = await run(folder, tinyConfig(2, { recipe: recipeOf("fixed") }));
    assert.equal(iteration, 2);
  });
}, ["wasm"]);

numericTest("train() with frozen norms resumes bit for bit, though they have no momentum", async () => {
  await inFolder(async (folder) => {
    const config = tinyConfig(4, { recipe: { ...RECIPES.guidedmix, encoderNorms: "frozen" } });
    const resumed = await assertResumes(folder, config, 2);
    const start = tinyNetwork(config.recipe);
    const name = "backbone.layer1.0.bn1.weight";
    assert.deepEqual(resumed.parameters.get(name), (await start.export()).get(name));
    start.dispose();
  });
});

numericTest("train() goes on from the checkpoint before an error", async () => {
  await inFolder(async (folder) => {
    const straight = await run(`${folder}/straight`, tinyConfig(6));
    const fail = { onStep: (iteration: number) => assert.notEqual(iteration, 5, "power cut") };
    await assert.rejects(run(`${folder}/broken`, tinyConfig(6), fail), /power cut/);
    assertSameBits(await run(`${folder}/broken`, tinyConfig(6)), straight);
  });
});

numericTest(
  "train() writes rows and evaluations, and keeps the newest two checkpoints and the best",
  async () => {
    await inFolder(async (folder) => {
      const rows: TrainRow[] = [];
      const evaluations: EvalRow[] = [];
      await run(folder, tinyConfig(7), {
        onTrainRow: (row) => void rows.push(row),
        onEvaluation: (row) => void evaluations.push(row),
      });
      assert.deepEqual(rows.map(({ iteration }) => iteration), [2, 4, 6, 7]);
      assert.deepEqual(evaluations.map(({ iteration }) => iteration), [3, 6, 7]);
      assert.ok(
        rows.every(({ losses }) =>
          ["ce", "mix", "total"].every((name) => losses[name]! > 0) && losses.usup! >= 0
        ),
      );
      assert.ok(evaluations.every(({ miou, perClass }) => miou >= 0 && miou <= 1 && perClass.length === 6));
      const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(files, [
        "best.safetensors",
        "iteration-00000006.safetensors",
        "iteration-00000007.safetensors",
      ]);
    });
  },
);

numericTest("train() by two half batches gives other statistics but the same count of updates", async () => {
  await inFolder(async (folder) => {
    const config = tinyConfig(3);
    const halves = await run(folder, { ...config, optimizer: { ...config.optimizer, accumulate: 2 } });
    assert.equal(halves.iteration, 3);
    assert.equal(
      halves.parameters.get("backbone.stem.1.num_batches_tracked")!.data[0],
      12n,
      "labeled, then mixed",
    );
  });
}, ["wasm"]);

numericTest("train() with a diagnosis gives the parameters of the run without it bit for bit", async () => {
  await inFolder(async (folder) => {
    const config = tinyConfig(7, { recipe: BLENDED });
    const plain = await run(`${folder}/plain`, config);
    const rows: DiagnosisRow[] = [];
    const diagnosis = await tinyDiagnosis();
    const onDiagnosis = (row: DiagnosisRow) => void rows.push(row);
    assertSameBits(await run(`${folder}/diagnosed`, config, { diagnosis, onDiagnosis }), plain);
    assert.deepEqual(rows.map(({ iteration, images }) => [iteration, images]), [[3, 8], [6, 8], [7, 8]]);
    assert.ok(rows.every(({ miou, accuracy }) => miou >= 0 && miou <= 1 && accuracy >= 0 && accuracy <= 1));
    assert.ok(rows.every(({ sure }) => sure.length === 3 && sure.every(({ share }) => share <= 1)));
    assert.ok(
      rows.every(({ step }) => step!.crops === 8 && step!.plain.miou > 0 && step!.decoupled.accuracy > 0),
    );
    // what it says survives a file
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), rows);
  });
});

numericTest(
  "train() makes its diagnosis without a val part too, and none that was not asked for",
  async () => {
    await inFolder(async (folder) => {
      const dataset = { ...await tinyDataset(), val: [] };
      const seen: string[] = [];
      const events: TrainEvents = {
        onDiagnosis: ({ kind, iteration }) => void seen.push(`${kind} ${iteration}`),
        onEvaluation: ({ kind }) => void seen.push(kind),
      };
      await run(`${folder}/asked`, tinyConfig(3), { ...events, dataset, diagnosis: await tinyDiagnosis() });
      assert.deepEqual(seen, ["diagnosis 3"]);
      await run(`${folder}/not`, tinyConfig(3), { ...events, dataset });
      assert.deepEqual(seen, ["diagnosis 3"]);
    });
  },
  ["wasm"],
);

numericTest("train() weights the classes where the recipe says so, and goes on so when resumed", async () => {
  await inFolder(async (folder) => {
    const config = tinyConfig(4, { recipe: { ...RECIPES.guidedmix, classWeights: "median" } });
    const straight = await assertResumes(folder, config, 3);
    const kernel = ({ parameters }: typeof straight) => parameters.get("decode_head.conv_seg.weight")!.data;
    for (const classWeights of ["none", "sqrt-median"] as const) {
      const recipe = { ...RECIPES.guidedmix, classWeights };
      const other = await run(`${folder}/${classWeights}`, tinyConfig(4, { recipe }));
      assert.notDeepEqual(kernel(other), kernel(straight), classWeights);
    }
  });
}, ["tensorflow"]);

numericTest("train() keeps all updates when a picture of the evaluation cannot be read", async () => {
  await inFolder(async (folder) => {
    const missing = { kind: "file", path: `${folder}/no-such.png` } as const;
    const dataset = await tinyDataset();
    const broken = { ...dataset, val: [{ id: "no-such.png", image: missing, mask: missing }] };
    const config = tinyConfig(5);
    const evaluation = { ...config.evaluation, every: 5 };
    const failing = run(folder, { ...config, checkpointEvery: 100, evaluation }, { dataset: broken });
    await assert.rejects(failing, {
      name: "DatasetError",
      message: /no-such\.png": the file does not exist/,
    });
    const kept = await new CheckpointFolder(folder).newest((text) => assert.fail(text));
    assert.equal(kept!.iteration, 5);
    const straight = await run(`${folder}/straight`, config);
    for (const [name, { data }] of straight.parameters) {
      assert.deepEqual(kept!.parameters.get(name)!.data, data, name);
    }
  });
}, ["tensorflow"]);
