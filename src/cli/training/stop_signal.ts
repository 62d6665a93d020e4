/** Ctrl-C, SIGTERM and a terminal that closes end a run with a checkpoint; the second Ctrl-C ends the process. */
import { isHangupIgnored } from "./ignored_hangup.ts";

/** Whether a run was asked to stop. */
export interface StopSignal {
  /** Whether the run was asked to stop. */
  asked(): boolean;
  /** Stops listening. */
  close(): void;
}

/** Signals that ask a process to stop; SIGHUP, of a terminal that closes, unless `nohup` keeps it away. */
export function stopSignals(): Deno.Signal[] {
  // Windows knows SIGINT only
  if (Deno.build.os === "windows") return ["SIGINT"];
  return isHangupIgnored() ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];
}

/**
 * Listens for the signals.
 * @param onFirst Told once, when the first one comes
 * @param launcherEnd Resolves when the process that started this one has ended, which counts as one
 */
export function listenForStop(onFirst: () => void, launcherEnd?: Promise<void>): StopSignal {
  let asked = false;
  let count = 0;
  const ask = () => {
    if (asked) return;
    asked = true;
    onFirst();
  };
  const onSignal = (signal: Deno.Signal) => () => {
    // a terminal that closes may tell it twice, by its shell and by the system
    if (signal !== "SIGHUP" && ++count > 1) Deno.exit(130);
    ask();
  };
  const listeners = stopSignals().map((signal) => [signal, onSignal(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  void launcherEnd?.then(ask);
  return {
    asked: () => asked,
    close: () => listeners.forEach(([signal, listener]) => Deno.removeSignalListener(signal, listener)),
  };
}
