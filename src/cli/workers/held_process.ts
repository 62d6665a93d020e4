/** Processes that end when their launcher does, however it ends: their standard input is a pipe that it holds. */
import { isHangupIgnored } from "../ignored_hangup.ts";
import { SignalCount } from "../signal_count.ts";
import { stopSignals } from "../stop_signal.ts";

/** Set in processes that were started by a launcher: which network they are in. */
export const LAUNCHED_VARIABLE = "GUIDEDMIX_LAUNCHED";

/** In a network of their own, or in one that others reach. */
export type WorkerNetwork = "own" | "open";

/** The network that a launcher gave this process; `undefined` where none started it. */
export function launchedInto(): WorkerNetwork | undefined {
  const text = Deno.env.get(LAUNCHED_VARIABLE);
  return text === "own" || text === "open" ? text : undefined;
}

/** Resolves when the launcher of this process has ended, or asks this process to. */
export async function launcherEnd(): Promise<void> {
  const bytes = new Uint8Array(64);
  while (await Deno.stdin.read(bytes).catch(() => null) !== null);
}

/** Whether SIGHUP means nothing to this process: one that was launched hears of it from its launcher, if that listens. */
export function leavesHangup(): boolean {
  return launchedInto() !== undefined || isHangupIgnored();
}

/** Asks processes to end as by Ctrl-C: the pipe reaches one behind a script that started it too, a signal does not. */
export function askToEnd(children: readonly Deno.ChildProcess[]): void {
  // closed already where it was asked before; broken where the process has ended
  for (const { stdin } of children) stdin.close().catch(() => {});
}

/** Ends a process; one that has ended stays so. */
export function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // it has ended
  }
}

/**
 * Hands the stop signals of this process on while `body` runs, and the end of its own launcher. The second SIGTERM, a
 * second later at least, ends the processes at once; Ctrl-C reaches every process of a terminal by itself.
 * @param ignoresHangup `leavesHangup()` at the start
 */
export async function whileHandingOn<T>(
  children: readonly Deno.ChildProcess[],
  ignoresHangup: boolean,
  body: () => Promise<T>,
): Promise<T> {
  const count = new SignalCount();
  const listener = (signal: Deno.Signal) => () => {
    if (signal === "SIGHUP" && ignoresHangup) return;
    askToEnd(children);
    if (signal === "SIGTERM" && count.next() === "second") {
      children.forEach((child) => kill(child, "SIGKILL"));
    }
  };
  const listeners = stopSignals().map((signal) => [signal, listener(signal)] as const);
  for (const [signal, onSignal] of listeners) Deno.addSignalListener(signal, onSignal);
  if (launchedInto() !== undefined) void launcherEnd().then(() => askToEnd(children));
  try {
    return await body();
  } finally {
    count.close();
    for (const [signal, onSignal] of listeners) Deno.removeSignalListener(signal, onSignal);
  }
}
