/** Training with bfloat16 convolutions: the run's parts that do stay float32, and what differs. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { RunConfig } from "../../src/config/run_config.ts";
import { evaluateDataset } from "../../src/eval/evaluate_dataset.ts";
import { guidedMixStep } from "../../src/method/guided_mix_step.ts";
import { Network } from "../../src/model/network.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import type { TrainEvents } from "../../src/train/train_options.ts";
import { train } from "../../src/train/trainer.ts";
import { BLENDED, CONTEXT, smallBatch } from "../method/small_step.ts";
import { bfloat16Test, numericTest } from "../numeric.ts";
import { inFolder, TINY_MODEL, tinyConfig, tinyDataset } from "./tiny_run.ts";

/** The tiny run's network, its last stage wide enough to pay for casts. */
function wideNetwork(): Network {
  return new Network({ ...TINY_MODEL, encoder: { ...TINY_MODEL.encoder, baseChannels: 32 } }, 5);
}

/** One step of a network whose last residuals count: they begin with a scale of zero. */
async function oneStep(
  precision: RunConfig["precision"],
): Promise<{ total: number; gradient: Float32Array }> {
  const network = wideNetwork();
  for (const block of [0, 1]) {
    network.parameters.replace(`backbone.layer4.${block}.bn2.weight`, tf.ones([256]));
  }
  const batch = smallBatch();
  const step = await guidedMixStep(network, batch, BLENDED, { ...CONTEXT, precision });
  assert.ok([...step.gradients.values()].every(({ dtype }) => dtype === "float32"));
  const gradient = step.gradients.get("decode_head.conv_seg.weight")!.dataSync() as Float32Array;
  const result = { total: step.losses.total!, gradient: gradient.slice() };
  tf.dispose([...step.gradients.values()]);
  network.dispose();
  tf.dispose([batch.labeled, batch.unlabeled, batch.labels]);
  return result;
}

bfloat16Test("guidedMixStep() in bfloat16 is near the one in float32 and not equal", async () => {
  const [exact, half] = [await oneStep("float32"), await oneStep("bfloat16")];
  assert.notEqual(half.total, exact.total);
  assert.ok(Math.abs(half.total / exact.total - 1) < 0.01, `${half.total}, in float32 ${exact.total}`);
  const apart = Math.hypot(...half.gradient.map((value, i) => value - exact.gradient[i]!));
  const share = apart / Math.hypot(...exact.gradient);
  assert.ok(share > 0 && share < 0.1, `the classifier's gradient is off by ${share} of its norm`);
});

numericTest("guidedMixStep() refuses bfloat16 before anything is computed", async () => {
  const network = wideNetwork();
  const batch = smallBatch();
  const context = { ...CONTEXT, precision: "bfloat16" } as const;
  await assert.rejects(guidedMixStep(network, batch, BLENDED, context), { name: "ConfigError" });
  const counts = (await network.export()).get("backbone.stem.1.num_batches_tracked")!.data;
  assert.equal(counts[0], 0n);
  network.dispose();
  tf.dispose([batch.labeled, batch.unlabeled, batch.labels]);
}, ["wasm"]);

/** Trains in a folder, going on where it stands. @returns The parameters' files, and what `look` made of the network */
async function run<T>(
  folder: string,
  precision: RunConfig["precision"],
  events: TrainEvents = {},
  look: (network: Network) => Promise<T> | undefined = () => undefined,
) {
  const network = wideNetwork();
  const checkpoints = new CheckpointFolder(folder);
  const resume = await checkpoints.newest((text) => assert.fail(text));
  try {
    // four images at once are wide enough to pay for casts
    const config = tinyConfig(4, { precision, recipe: BLENDED });
    const dataset = await tinyDataset();
    await train({ network, dataset, config, checkpoints, metadata: {}, resume, ...events });
    return { parameters: await network.export(), seen: await look(network) };
  } finally {
    network.dispose();
  }
}

bfloat16Test(
  "train() in bfloat16, stopped and resumed, gives the unbroken run bit for bit, in float32",
  async () => {
    await inFolder(async (folder) => {
      const straight = await run(`${folder}/straight`, "bfloat16");
      let asked = 0;
      await run(`${folder}/broken`, "bfloat16", { shouldStop: () => asked++ === 3 });
      const resumed = await run(`${folder}/broken`, "bfloat16");
      assert.deepEqual(resumed.parameters, straight.parameters);
      const plain = await run(`${folder}/plain`, "float32");
      assert.notDeepEqual(plain.parameters, straight.parameters);
      const types = [...straight.parameters.values()].map(({ data }) => data.constructor.name);
      assert.deepEqual([...new Set(types)].sort(), ["BigInt64Array", "Float32Array"]);
    });
  },
);

bfloat16Test("train() in bfloat16 evaluates in float32", async () => {
  await inFolder(async (folder) => {
    let during: number[][] = [];
    const dataset = await tinyDataset();
    const onEvaluation: TrainEvents["onEvaluation"] = (_row, { confusion }) =>
      void (during = confusion.rows());
    const { seen } = await run(folder, "bfloat16", { onEvaluation }, async (network) => {
      const evaluation = await evaluateDataset(network, dataset, dataset.val);
      const image = tf.randomNormal<tf.Rank.R4>([1, 65, 65, 3], 0, 1, "float32", 1);
      const logits = [
        network.logits(image),
        network.logits(image, "float32"),
        network.logits(image, "bfloat16"),
      ];
      const values = logits.map((one) => one.dataSync());
      tf.dispose([image, ...logits]);
      return { rows: evaluation.confusion.rows(), values };
    });
    assert.deepEqual(during, seen!.rows);
    const [usual, float32, bfloat16] = seen!.values;
    assert.deepEqual(usual, float32);
    assert.notDeepEqual(bfloat16, float32, "expected this network to be wide enough for bfloat16");
  });
});
