import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../backends/native.ts";
import { contextAddress } from "../../backends/tensorflow/open_tensorflow.ts";
import { PeerHealth } from "../../backends/tensorflow/peer_health.ts";
import { hashText } from "../../core/random.ts";
import { BackendUnavailable, ConfigError, KernelError, TrainingError } from "../../core/errors.ts";
import type { BatchShare } from "../../method/batch_share.ts";
import type { BatchNormKernels } from "../../nn/batch_norm_kernels.ts";
import { type Cluster, taskName, workerName } from "./cluster.ts";
import { Collectives, lostWorker, takeNumbers } from "./collectives.ts";
import { GradientBuckets } from "./gradient_buckets.ts";
import { sharedBatch } from "./shared_batch.ts";
import { sharedBatchNorm } from "./shared_batch_norm.ts";
import { waitForPeers, type WaitOptions } from "./wait_for_peers.ts";
import { LOST, WATCH_TIMES, type WatchPlan } from "./watch_plan.ts";

/** The processes that train one network together, as one of them sees it. Leave it when done. */
export class WorkerGroup {
  /** Batch norm over all processes. */
  readonly normKernels: BatchNormKernels;
  /** This process's part of a batch. */
  readonly share: BatchShare;
  readonly #collectives: Collectives;
  readonly #cluster: Cluster;
  readonly #health: PeerHealth;
  readonly #watch: Worker;

  /**
   * A group whose processes have answered; `joinWorkers` makes it.
   * @param watch Asks for the other processes until the group is left
   */
  constructor(cluster: Cluster, collectives: Collectives, health: PeerHealth, watch: Worker) {
    this.#cluster = cluster;
    this.#health = health;
    this.#collectives = collectives;
    this.#watch = watch;
    this.normKernels = sharedBatchNorm(collectives);
    this.share = sharedBatch(collectives, cluster.index);
  }

  /** Number of processes. */
  get count(): number {
    return this.#collectives.count;
  }

  /** This process, from 0. */
  get index(): number {
    return this.#cluster.index;
  }

  /** Whether this process writes checkpoints, metrics and reports. */
  get isChief(): boolean {
    return this.index === 0;
  }

  /** Begins a training step or an evaluation; all processes do so together. */
  startRound(): void {
    this.#collectives.startRound();
  }

  /** An update's gradients on their way to their mean over all processes. */
  gradientBuckets(): GradientBuckets {
    return new GradientBuckets(this.#collectives);
  }

  /** Sums counts over all processes, exact up to 2^53. */
  sumCounts(counts: Float64Array): Float64Array {
    return this.#collectives.sumCounts(counts);
  }

  /**
   * The chief's answer to a question that all come to.
   * @param answer Of the chief; the others' is not asked
   */
  hearChief(answer = false): boolean {
    this.startRound();
    return this.sumCounts(Float64Array.of(this.isChief && answer ? 1 : 0))[0]! > 0;
  }

  /**
   * Compares what must be the same on all processes.
   * @param facts By name, as people would write them
   * @throws {ConfigError} On every process, if one has something else than the chief
   */
  agree(facts: Readonly<Record<string, string>>): void {
    this.startRound();
    const names = Object.keys(facts);
    // 16 bits a float, which float32 holds exactly
    const own = names.flatMap((name) => {
      const hash = hashText(facts[name]!);
      return [hash >>> 16, hash & 0xffff];
    });
    const input = tf.tensor2d([own]);
    const all = takeNumbers(this.#collectives.gather(input));
    input.dispose();
    const differs = (name: number, worker: number) =>
      [0, 1].some((half) => all[worker * own.length + name * 2 + half] !== all[name * 2 + half]);
    for (let worker = 1; worker < this.count; worker++) {
      const wrong = names.filter((_, i) => differs(i, worker));
      if (wrong.length === 0) continue;
      const here = wrong.map((name) => `${name} ${facts[name]}`).join(", ");
      throw new ConfigError(
        `Cannot train together: ${workerName(this.#cluster, worker)} has another ${
          wrong.join(" and ")
        } than the ` +
          `chief, expected the same on all workers (worker ${this.index} has ${here}); give all the same options, data ` +
          "and a run folder that all of them see",
      );
    }
  }

  /**
   * An error as people need it: where a collective op failed it is asked which process is gone.
   * @returns The error itself, where it is another one or all answer
   */
  async explain(error: unknown): Promise<unknown> {
    if (!isCollective(error) || error.message.includes(LOST)) return error;
    for (let attempt = 0; attempt < EXPLAIN_ATTEMPTS; attempt++) {
      for (const { task, name } of peersOf(this.#cluster)) {
        const problem = await this.#health.problemOf(task, WATCH_TIMES.intervalMs);
        if (problem !== undefined) return lostWorker(`${LOST}${name}: ${problem}`, error);
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    return error;
  }

  /**
   * Waits for all processes to come here, then stops watching them. So none ends while another still receives its part of the
   * op before. This last op may be cut off by one that has ended, or is lost already: nothing is left to do together then.
   */
  leave(): void {
    try {
      this.startRound();
      this.#collectives.sumCounts(new Float64Array(1));
    } catch (error) {
      if (!isCollective(error)) throw error;
    } finally {
      this.close();
    }
  }

  /** Stops watching the others, who will take this process for lost if they wait for it. */
  close(): void {
    this.#watch.terminate();
  }
}

/** Whether a collective op failed. */
function isCollective(error: unknown): error is TrainingError {
  return error instanceof TrainingError && error.cause instanceof KernelError;
}

/** An ended process may answer a last time. */
const EXPLAIN_ATTEMPTS = 3;

/** The other processes. */
function peersOf(cluster: Cluster): WatchPlan["peers"] {
  const others = cluster.addresses.map((_, i) => i).filter((i) => i !== cluster.index);
  return others.map((i) => ({ task: taskName(i), name: workerName(cluster, i) }));
}

function startWatch(plan: WatchPlan): Worker {
  const watch = new Worker(new URL("./watch_worker.ts", import.meta.url), { type: "module" });
  watch.postMessage(plan);
  return watch;
}

/**
 * Joins the other processes of a cluster: waits for them, then watches them. From then on a process that ends or freezes
 * ends every collective op of the others with a `TrainingError` that names it, within a minute.
 * Backend `tensorflow` must have been opened with the cluster's ServerDef.
 * @throws {BackendUnavailable} If another backend is open
 * @throws {TrainingError} If a process does not answer in time
 */
export async function joinWorkers(cluster: Cluster, options: WaitOptions = {}): Promise<WorkerGroup> {
  const backend = nativeBackend();
  const context = contextAddress();
  if (backend === undefined || context === undefined) {
    throw new BackendUnavailable(
      'Cannot train with several workers: backend "tensorflow" is not open, expected it; the others have no collective ops',
    );
  }
  const health = new PeerHealth(context);
  await waitForPeers(health, cluster, options);
  const watch = startWatch({ context, peers: peersOf(cluster), ...WATCH_TIMES });
  return new WorkerGroup(cluster, new Collectives(backend, cluster.addresses.length), health, watch);
}
