/** One process of a tiny run, started by tests: `train_worker.ts '{"out": …}'`, its place in TF_CONFIG. */
import { join } from "node:path";
import { openBackend } from "../../../src/backends/open_backend.ts";
import { recipeWith } from "../../method/small_step.ts";
import { CheckpointFolder } from "../../../src/train/checkpoint_folder.ts";
import { clusterFromTfConfig } from "../../../src/train/distributed/cluster.ts";
import { encodeServerDef } from "../../../src/train/distributed/server_def.ts";
import { joinWorkers } from "../../../src/train/distributed/worker_group.ts";
import type { DiagnosisRow } from "../../../src/train/metric_rows.ts";
import { train } from "../../../src/train/trainer.ts";
import { tinyConfig, tinyDataset, tinyDiagnosis, tinyNetwork } from "../tiny_run.ts";
import type { WorkerJob } from "./worker_job.ts";

const job = JSON.parse(Deno.args[0]!) as WorkerJob;
const cluster = clusterFromTfConfig(Deno.env.get("TF_CONFIG"));
const tag = `worker ${cluster?.index ?? 0}`;

async function run(): Promise<void> {
  const serverDef = cluster && encodeServerDef(cluster, { threads: 1 });
  await openBackend("tensorflow", { threads: 1, serverDef });
  const onWait = (text: string) => console.error(`${tag}: ${text}`);
  const workers = cluster && await joinWorkers(cluster, { waitSeconds: job.waitSeconds ?? 60, onWait });
  const { optimizer } = tinyConfig(job.iterations);
  const config = tinyConfig(job.iterations, {
    optimizer: { ...optimizer, learningRate: job.learningRate ?? optimizer.learningRate },
    batch: { labeled: 6, unlabeled: 6 },
    recipe: recipeWith(job.recipe, job.changes ?? {}),
    checkpointEvery: job.checkpointEvery ?? 5,
    recompute: job.recompute ?? "none",
    engine: "auto",
    evaluation: { every: 1000, mode: "whole", crop: [33, 33], stride: [22, 22], limit: 0 },
  });
  const checkpoints = new CheckpointFolder(join(job.out, "checkpoints"));
  const resume = await checkpoints.newest((text) => console.error(text));
  const started = performance.now();
  await train({
    network: tinyNetwork(config.recipe),
    dataset: await tinyDataset(),
    diagnosis: await tinyDiagnosis(),
    config,
    checkpoints,
    metadata: {},
    resume,
    workers,
    onStep: (iteration) => console.log(`${tag}: iteration ${iteration}`),
    onEvaluation: (row) => console.log(`${tag}: ${JSON.stringify(row)}`),
    ...((cluster?.index ?? 0) === 0 &&
      { onDiagnosis: (row: DiagnosisRow) => console.log(`${tag}: ${JSON.stringify(row)}`) }),
  });
  console.log(`${tag}: ${((performance.now() - started) / job.iterations).toFixed(1)} ms an iteration`);
  workers?.leave();
}

try {
  await run();
} catch (error) {
  console.error(`${tag}: ${error instanceof Error ? (job.stack ? error.stack : error.message) : error}`);
  Deno.exit(1);
}
