/** The processes of `--workers N`, started in the network that this process is in. */
import { fileURLToPath } from "node:url";
import { tfConfigOf } from "../../train/distributed/cluster.ts";
import { FAILED } from "../failure.ts";
import { TASK_VARIABLES } from "../task_variables.ts";
import { TextLineStream } from "../text_line_stream.ts";
import { cudaDevices, denoCommand } from "./place_of_process.ts";
import { kill, LAUNCHED_VARIABLE, whileHandingOn, type WorkerNetwork } from "./held_process.ts";

/** Permissions of a training process, those of `deno task train` without what starts further ones. */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  `--allow-env=${TASK_VARIABLES}`,
  "--allow-ffi",
  "--allow-run=python3",
  "--no-prompt",
];

/** How long the others may take to end by themselves once one has failed: longer than a watch takes to tell them. */
const GRACE_MS = 40_000;

/** Ports of this machine that are free now, one a worker. */
function freeAddresses(count: number): string[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const addresses = listeners.map(({ addr }) => `127.0.0.1:${(addr as Deno.NetAddr).port}`);
  listeners.forEach((listener) => listener.close());
  return addresses;
}

/**
 * What a worker's environment has besides this process's: its place, its share of the cores, a GPU of its own where there
 * are several.
 */
export function workerEnvironment(addresses: readonly string[], index: number): Record<string, string> {
  const threads = Math.max(1, Math.floor(navigator.hardwareConcurrency / addresses.length));
  const gpus = cudaDevices();
  return {
    TF_NUM_INTRAOP_THREADS: Deno.env.get("TF_NUM_INTRAOP_THREADS") ?? `${threads}`,
    // what TensorFlow writes when it ends a collective op: the worker says it in a sentence
    TF_CPP_MIN_LOG_LEVEL: Deno.env.get("TF_CPP_MIN_LOG_LEVEL") ?? "3",
    ...(gpus.length > 1 ? { CUDA_VISIBLE_DEVICES: gpus[index % gpus.length]! } : {}),
    TF_CONFIG: tfConfigOf({ addresses, index }),
  };
}

function start(
  args: readonly string[],
  env: Record<string, string>,
  isChief: boolean,
): Deno.ChildProcess {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return new Deno.Command(denoCommand(), {
    args: ["run", ...PERMISSIONS, main, "train", ...args],
    env,
    stdin: "piped",
    stdout: isChief ? "inherit" : "null",
    stderr: isChief ? "inherit" : "piped",
  }).spawn();
}

async function forwardErrors(child: Deno.ChildProcess, index: number): Promise<void> {
  for await (const line of child.stderr.pipeThrough(new TextLineStream())) {
    console.error(`worker ${index}: ${line}`);
  }
}

/** Where workers are started from. */
export interface StartOptions {
  /** What this process is in. */
  readonly network: WorkerNetwork;
  /** SIGHUP means nothing: `leavesHangup()` at the start. */
  readonly ignoresHangup: boolean;
}

/**
 * Runs a training command in several processes and waits for them. The chief's output is this process's; lines that the
 * others write to their standard error are forwarded with their number. They end when this process does.
 * @param args The command's arguments, without `--workers`
 * @param count At least 2
 * @returns The exit code of the first that failed, else 0
 */
export async function startWorkers(
  args: readonly string[],
  count: number,
  { network, ignoresHangup }: StartOptions,
): Promise<number> {
  const addresses = freeAddresses(count);
  const children = addresses.map((_, index) =>
    start(args, { ...workerEnvironment(addresses, index), [LAUNCHED_VARIABLE]: network }, index === 0)
  );
  return await whileHandingOn(children, ignoresHangup, async () => {
    const forwarded = children.slice(1).map((child, i) => forwardErrors(child, i + 1));
    const codes = await endOf(children);
    await Promise.all(forwarded);
    return codes.find((code) => code !== 0) ?? 0;
  });
}

/** Exit codes of all; those that do not end by themselves after one has failed are ended. */
async function endOf(children: readonly Deno.ChildProcess[]): Promise<number[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ends = children.map(async (child, index) => {
    const { code, signal } = await child.status;
    if (code === 0) return 0;
    if (signal !== null) console.error(`worker ${index}: ended by ${signal}`);
    timer ??= setTimeout(() => children.forEach((other) => kill(other, "SIGKILL")), GRACE_MS);
    return signal === null ? code : FAILED;
  });
  const codes = await Promise.all(ends);
  clearTimeout(timer);
  return codes;
}
