/** Starts processes that train a tiny run together, and compares what they leave. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CheckpointFolder } from "../../../src/train/checkpoint_folder.ts";
import { tfConfigOf } from "../../../src/train/distributed/cluster.ts";
import { whyNot } from "../../numeric.ts";
import { testUnless } from "../../support.ts";
import type { WorkerJob } from "./worker_job.ts";

/** What a process left. */
export interface WorkerRun {
  readonly code: number;
  readonly text: string;
}

/** A process that was started. */
export interface StartedWorker {
  readonly child: Deno.ChildProcess;
  readonly ended: Promise<WorkerRun>;
}

/** A test of several processes; it needs backend `tensorflow`. */
export function workersTest(name: string, body: (folder: string) => Promise<void>, missing?: string): void {
  testUnless(missing ?? whyNot("tensorflow"), name, async () => {
    const folder = await Deno.makeTempDir({ prefix: "guidedmix-workers-" });
    try {
      await body(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Why a test that takes minutes is left out. */
export const LONG: string | undefined = Deno.env.get("GUIDEDMIX_LONG") === undefined
  ? "takes minutes; deno task test:long"
  : undefined;

/** Addresses of this machine whose ports are free now. */
export function freeAddresses(count: number): string[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const addresses = listeners.map(({ addr }) => `127.0.0.1:${(addr as Deno.NetAddr).port}`);
  listeners.forEach((listener) => listener.close());
  return addresses;
}

/**
 * Starts one process of a run.
 * @param addresses One alone trains by itself
 * @param before Command words in front, for example `ip netns exec NAME`
 */
export function startWorker(
  job: WorkerJob,
  addresses: readonly string[],
  index: number,
  before: readonly string[] = [],
): StartedWorker {
  const program = fileURLToPath(new URL("./train_worker.ts", import.meta.url));
  const [command, ...words] = [...before, Deno.execPath(), "run", "--allow-all", "--no-check", program];
  const alone = addresses.length === 1;
  const child = new Deno.Command(command!, {
    args: [...words, JSON.stringify(job)],
    env: { TF_CONFIG: alone ? "" : tfConfigOf({ addresses, index }), TF_CPP_MIN_LOG_LEVEL: "3" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output().then(({ code, stdout, stderr }) => {
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, text: decode(stdout) + decode(stderr) };
  });
  return { child, ended };
}

/** Runs a job in so many processes, all of which must succeed. */
export async function trainTogether(job: WorkerJob, count: number): Promise<WorkerRun[]> {
  const addresses = freeAddresses(count);
  const runs = await Promise.all(addresses.map((_, index) => startWorker(job, addresses, index).ended));
  for (const { code, text } of runs) assert.equal(code, 0, text);
  return runs;
}

/** Numbers of a run's newest checkpoint by name, momentum buffers among them. */
export async function numbersOf(out: string): Promise<Map<string, ArrayLike<number | bigint>>> {
  const checkpoint = await new CheckpointFolder(join(out, "checkpoints")).newest((text) => assert.fail(text));
  const momentum = [...checkpoint!.momentum].map(([name, { data }]) =>
    [`momentum of ${name}`, data] as const
  );
  const parameters = [...checkpoint!.parameters].map(([name, { data }]) => [name, data] as const);
  return new Map([...parameters, ...momentum]);
}

/** Fails unless two runs hold the same numbers, within `absolute` of each; 0 asks for the same bits. */
export async function assertSameRun(actual: string, expected: string, absolute: number): Promise<void> {
  const [ours, theirs] = [await numbersOf(actual), await numbersOf(expected)];
  assert.deepEqual([...ours.keys()], [...theirs.keys()]);
  let worst = { name: "", index: 0, difference: -1 };
  for (const [name, values] of theirs) {
    const own = ours.get(name)!;
    assert.equal(own.length, values.length, name);
    for (let index = 0; index < values.length; index++) {
      const difference = Math.abs(Number(own[index]) - Number(values[index]));
      if (!(difference <= worst.difference)) worst = { name, index, difference };
    }
  }
  const { name, index, difference } = worst;
  assert.ok(difference <= absolute, `"${name}"[${index}] differs by ${difference}, allowed ${absolute}`);
}
