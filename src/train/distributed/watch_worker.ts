/** Runs in a Worker: asks for the other processes while the main thread waits in a collective op. */
import { PeerHealth } from "../../backends/tensorflow/peer_health.ts";
import { LOST, type WatchPlan } from "./watch_plan.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<WatchPlan>) => void) | null;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function watch({ context, peers, intervalMs, timeoutMs, patience }: WatchPlan): Promise<void> {
  const health = new PeerHealth(context);
  const failures = peers.map(() => 0);
  for (;;) {
    const problems = await Promise.all(peers.map(({ task }) => health.problemOf(task, timeoutMs)));
    problems.forEach((problem, i) => failures[i] = problem === undefined ? 0 : failures[i]! + 1);
    const lost = failures.findIndex((count) => count >= patience);
    if (lost >= 0) return health.abortCollectives(`${LOST}${peers[lost]!.name}: ${problems[lost]}`);
    await pause(intervalMs);
  }
}

(globalThis as unknown as WorkerScope).onmessage = ({ data }) => void watch(data);
