/** `--workers N`: starts N processes of the same command on this machine, in a network of their own. */
import { fileURLToPath } from "node:url";
import { ensureLibrary } from "../backends/library/ensure_library.ts";
import { ConfigError } from "../core/errors.ts";
import { FAILED } from "./failure.ts";
import { progressOnStderr } from "./progress_on_stderr.ts";
import { TASK_VARIABLES } from "./task_variables.ts";
import { LAUNCHED_VARIABLE, whileHandingOn } from "./workers/held_process.ts";
import { ownNetwork } from "./workers/own_network.ts";
import { startWorkers } from "./workers/start_workers.ts";

/** Arguments without `--workers N`. */
export function withoutWorkers(args: readonly string[]): string[] {
  return args.filter((arg, i) =>
    arg !== "--workers" && !arg.startsWith("--workers=") && args[i - 1] !== "--workers"
  );
}

/** How workers are started. */
export interface LaunchOptions {
  /** At least 2. */
  readonly count: number;
  /** Starts them in this machine's network, where anybody who reaches their ports acts as this user. */
  readonly openToAll?: boolean;
  /** SIGHUP means nothing: `leavesHangup()` at the start. Default false. */
  readonly ignoresHangup?: boolean;
}

/** What the process in the new network may do: start workers on its loopback, and what they may do. */
function networkPermissions(): string[] {
  return [
    "--allow-read",
    "--allow-write",
    `--allow-env=${TASK_VARIABLES}`,
    "--allow-ffi",
    `--allow-run=${Deno.execPath()}`,
    "--allow-net=127.0.0.1",
    "--no-prompt",
  ];
}

async function startInOwnNetwork(
  before: readonly string[],
  args: readonly string[],
  { count, ignoresHangup = false }: LaunchOptions,
): Promise<number> {
  // nothing can be downloaded from in there
  await ensureLibrary({ onProgress: progressOnStderr() });
  const entry = fileURLToPath(new URL("./workers/job_network.ts", import.meta.url));
  const words = [...before, Deno.execPath(), "run", ...networkPermissions(), entry, `${count}`, ...args];
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    env: { [LAUNCHED_VARIABLE]: "own" },
    stdin: "piped",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const { code, signal } = await whileHandingOn([child], ignoresHangup, () => child.status);
  if (signal !== null) console.error(`workers: ended by ${signal}`);
  return signal === null ? code : FAILED;
}

/**
 * Runs a training command in several processes and waits for them. TensorFlow's servers listen on all addresses and do
 * what anybody asks of them, so the processes are put into a network of their own (a namespace of Linux), whose loopback
 * only they reach.
 * @param args The command's arguments, without `--workers`
 * @returns The exit code of the first that failed, else 0
 * @throws {ConfigError} If this process has a place in a cluster itself, or there can be no such network and `openToAll`
 * is false
 * @throws {BackendUnavailable} If libtensorflow is neither here nor to be had
 */
export async function launchWorkers(
  args: readonly string[],
  options: LaunchOptions,
): Promise<number> {
  if (Deno.env.get("TF_CONFIG")) {
    throw new ConfigError(
      "Cannot start workers: TF_CONFIG is set, which says where the workers are, expected it or --workers",
    );
  }
  const { count, openToAll = false, ignoresHangup = false } = options;
  if (openToAll) return await startWorkers(args, count, { network: "open", ignoresHangup });
  const network = await ownNetwork();
  if ("command" in network) return await startInOwnNetwork(network.command, args, options);
  throw new ConfigError(
    `Cannot start workers: they cannot have a network of their own (${network.problem}), expected one, for whoever ` +
      "reaches a worker's port reads and writes files as you; --workers-open-to-all starts them so where nobody else " +
      "reaches this machine, without --workers one process trains",
  );
}
