import assert from "node:assert/strict";
import { join } from "node:path";
import { randomStream } from "../../../src/core/random.ts";
import {
  assertSameRun,
  freeAddresses,
  LONG,
  startWorker,
  trainTogether,
  workersTest,
} from "./worker_processes.ts";
import type { WorkerJob } from "./worker_job.ts";

const KILLS = LONG === undefined ? 5 : 1;
const WITHIN_MS = 60_000;
/** Long enough that it is not done before it has been killed so often. */
const ITERATIONS = 20 * KILLS;
const JOB = { waitSeconds: 30, iterations: ITERATIONS, recipe: "guidedmix", checkpointEvery: 3 } as const;

/** Starts two workers, kills one after a while and waits for the other. @returns Whether it was killed in time */
async function broken(job: WorkerJob, afterMs: number, victim: number): Promise<boolean> {
  const addresses = freeAddresses(2);
  const started = addresses.map((_, index) => startWorker(job, addresses, index));
  const timer = setTimeout(() => started[victim]!.child.kill("SIGKILL"), afterMs);
  const killed = (await started[victim]!.ended).code !== 0;
  const since = performance.now();
  clearTimeout(timer);
  const other = await started[1 - victim]!.ended;
  const tookMs = performance.now() - since;
  if (!killed) return false;
  assert.notEqual(other.code, 0, "the other worker goes on alone");
  assert.match(other.text, new RegExp(`lost worker ${victim}|no answer from worker ${victim}`));
  assert.ok(tookMs < WITHIN_MS, `the other worker ended after ${tookMs} ms, expected less than ${WITHIN_MS}`);
  console.log(`killed worker ${victim} after ${afterMs} ms; the other ended ${tookMs.toFixed(0)} ms later`);
  return true;
}

workersTest(
  `train() ends with the lost worker's name, and resumed gives the bits of an unbroken run: ${KILLS} random moments`,
  async (folder) => {
    const [straight, cut] = [join(folder, "straight"), join(folder, "cut")];
    await trainTogether({ ...JOB, out: straight }, 2);
    const stream = randomStream(Date.now(), "kill");
    let kills = 0;
    for (let attempt = 0; kills < KILLS && attempt < 3 * KILLS; attempt++) {
      if (await broken({ ...JOB, out: cut }, 2_000 + stream.integer(4_000), stream.integer(2))) kills++;
    }
    assert.equal(kills, KILLS, "the run was done before it was killed so often");
    await trainTogether({ ...JOB, out: cut }, 2);
    await assertSameRun(cut, straight, 0);
    console.log(`killed ${kills} times`);
  },
);

workersTest(
  "train() resumed with another number of workers gives the unbroken run's numbers",
  async (folder) => {
    const [straight, changed] = [join(folder, "straight"), join(folder, "changed")];
    const job = { recipe: "guidedmix", checkpointEvery: 3 } as const;
    await trainTogether({ ...job, iterations: 6, out: straight }, 1);
    await Deno.mkdir(changed);
    // as if the run had been cut after its third iteration
    const kept = join("checkpoints", "iteration-00000003.safetensors");
    await Deno.mkdir(join(changed, "checkpoints"));
    await Deno.copyFile(join(straight, kept), join(changed, kept));
    await trainTogether({ ...job, iterations: 6, out: changed }, 3);
    await assertSameRun(changed, straight, 1e-4);
  },
);

workersTest(
  "joinWorkers() waits for a worker that comes late, and gives up on one that does not",
  async (folder) => {
    const addresses = freeAddresses(2);
    const job = { ...JOB, iterations: 1, out: folder };
    const alone = await startWorker({ ...job, waitSeconds: 3 }, addresses, 0).ended;
    assert.equal(alone.code, 1);
    assert.match(alone.text, /waiting at most 3 s for worker 1 at 127/);
    assert.match(
      alone.text,
      /Cannot start training: no answer from worker 1 at .* within 3 s, expected all 2 workers/,
    );
    const early = startWorker(job, addresses, 1);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const late = startWorker(job, addresses, 0);
    const runs = await Promise.all([early.ended, late.ended]);
    for (const { code, text } of runs) assert.equal(code, 0, text);
    assert.match(runs[0]!.text, /waiting at most 30 s for worker 0, the chief, at 127/);
  },
);

workersTest("train() refuses workers that begin at different iterations", async (folder) => {
  const addresses = freeAddresses(2);
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  await trainTogether({ ...JOB, iterations: 3, out: first }, 1);
  const runs = await Promise.all(
    [first, second].map((out, index) => startWorker({ ...JOB, out }, addresses, index).ended),
  );
  for (const { code, text } of runs) {
    assert.equal(code, 1, text);
    assert.match(
      text,
      /Cannot train together: worker 1 at .* has another iteration and weights than the chief/,
    );
  }
});
