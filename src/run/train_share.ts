/** What a worker that is not the chief does of a run: its share of every step and evaluation. It writes nothing. */
import { modelOptions } from "../config/network_of.ts";
import type { RunConfig } from "../config/run_config.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import { importWeights } from "../interop/import_weights.ts";
import { Network } from "../model/network.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import type { WorkerGroup } from "../train/distributed/worker_group.ts";
import { train } from "../train/trainer.ts";
import { withFittingCrop } from "./fit_run.ts";
import { initialWeights } from "./initial_weights.ts";
import { openRunData } from "./prepare_dataset.ts";
import { RunFolder } from "./run_folder.ts";
import type { RunOutput } from "./run_output.ts";
import { withSkipHint } from "./skip_hint.ts";
import { weightFile } from "./weight_file.ts";

/** A run as a worker needs it. */
export interface ShareRequest {
  /** What to train. */
  readonly config: RunConfig;
  /** The chief's run folder, read when `resume` is true. */
  readonly out: string;
  /** Goes on with the run that lives there, if there is one. */
  readonly resume: boolean;
  /** Takes the crop that the chief takes, which fits the photos. */
  readonly fitCrop?: boolean;
}

/** Who a worker's share of a run talks to. */
export interface ShareContext {
  /** Asked after each update; true ends the run on all workers. */
  shouldStop(): boolean;
  /** Is told what goes wrong. */
  readonly output: RunOutput;
}

/** The configuration as the chief has it. */
async function chiefsConfig({ config, fitCrop }: ShareRequest, dataset: Dataset): Promise<RunConfig> {
  if (fitCrop !== true) return config;
  return withFittingCrop(config, await checkDataset(dataset), () => {});
}

async function startOf(
  request: ShareRequest,
  network: Network,
  output: RunOutput,
): Promise<Checkpoint | undefined> {
  const folder = new RunFolder(request.out);
  const checkpoint = request.resume && await folder.hasRun()
    ? await folder.checkpoints.newest(output.note)
    : undefined;
  const weights = checkpoint === undefined ? await initialWeights(request.config, output) : undefined;
  if (weights !== undefined) {
    network.parameters.load(importWeights(await weightFile(weights), network.parameters.specs()).tensors);
  }
  return checkpoint;
}

/**
 * Takes part in one run, if the chief says that there is something left to do.
 * @returns Whether the run was finished
 * @throws As `train`
 */
export async function trainShare(
  request: ShareRequest,
  workers: WorkerGroup,
  { shouldStop, output }: ShareContext,
): Promise<boolean> {
  if (!workers.hearChief()) return true;
  const folder = new RunFolder(request.out);
  const isLeftOut = request.resume ? await folder.leftOutBefore() : undefined;
  const { dataset, diagnosis } = await openRunData(request.config, { isLeftOut });
  const config = await chiefsConfig(request, dataset);
  const network = new Network(modelOptions(config, dataset.classes.length), config.seed);
  try {
    const resume = await startOf(request, network, output);
    const outcome = await train({
      network,
      dataset,
      diagnosis,
      config,
      checkpoints: folder.checkpoints,
      metadata: {},
      resume,
      workers,
      shouldStop,
    });
    return outcome.finished;
  } catch (error) {
    throw withSkipHint(error, dataset);
  } finally {
    network.dispose();
  }
}
