import type { PeerHealth } from "../../backends/tensorflow/peer_health.ts";
import { TrainingError } from "../../core/errors.ts";
import { type Cluster, taskName, workerName } from "./cluster.ts";

/** How long a process waits for the others at the start. */
export interface WaitOptions {
  /** Seconds, above 0. Default 120. */
  readonly waitSeconds?: number;
  /** Told whom it waits for. */
  readonly onWait?: (text: string) => void;
}

/** Default of `WaitOptions.waitSeconds`. */
export const WAIT_SECONDS = 120;

const ASK_MS = 2_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until all other processes of a cluster answer.
 * @throws {TrainingError} If one does not in time
 */
export async function waitForPeers(
  health: PeerHealth,
  cluster: Cluster,
  { waitSeconds = WAIT_SECONDS, onWait = () => {} }: WaitOptions = {},
): Promise<void> {
  const deadline = performance.now() + waitSeconds * 1000;
  let missing = cluster.addresses.map((_, i) => i).filter((i) => i !== cluster.index);
  let told = "";
  for (;;) {
    const problems = await Promise.all(missing.map((i) => health.problemOf(taskName(i), ASK_MS)));
    missing = missing.filter((_, i) => problems[i] !== undefined);
    if (missing.length === 0) return;
    const names = missing.map((i) => workerName(cluster, i)).join("; ");
    if (performance.now() > deadline) {
      throw new TrainingError(
        `Cannot start training: no answer from ${names} within ${waitSeconds} s, expected all ` +
          `${cluster.addresses.length} workers to run; --wait-for-peers sets the time`,
      );
    }
    if (names !== told) onWait(`waiting at most ${waitSeconds} s for ${names}`);
    told = names;
    await pause(Math.min(1_000, Math.max(50, deadline - performance.now())));
  }
}
