/**
 * Ctrl-C, SIGTERM and a terminal that closes end a run with a checkpoint; the second Ctrl-C, a second later at least, ends
 * the process.
 */
import { SignalCount } from "./signal_count.ts";

/** Whether a run was asked to stop. */
export interface StopSignal {
  /** Whether the run was asked to stop. */
  asked(): boolean;
  /** Stops listening. */
  close(): void;
}

/** Signals that ask a process to stop; SIGHUP is that of a terminal that closes. */
export function stopSignals(): Deno.Signal[] {
  // Windows knows SIGINT only
  return Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
}

/** What else asks a run to stop, or does not. */
export interface StopOptions {
  /** SIGHUP means nothing: `isHangupIgnored()` at the start. Default false. */
  readonly ignoresHangup?: boolean;
  /** Resolves when the process that started this one has ended, which counts as a signal. */
  readonly launcherEnd?: Promise<void>;
}

/**
 * Listens for the signals.
 * @param onFirst Told once, when the first one comes
 */
export function listenForStop(
  onFirst: () => void,
  { ignoresHangup = false, launcherEnd }: StopOptions = {},
): StopSignal {
  let asked = false;
  const count = new SignalCount();
  const ask = () => {
    if (asked) return;
    asked = true;
    onFirst();
  };
  const onSignal = (signal: Deno.Signal) => () => {
    // it is listened for all the same: Deno would end the process by itself
    if (signal === "SIGHUP" && ignoresHangup) return;
    // a terminal that closes may tell it twice, by its shell and by the system
    if (signal !== "SIGHUP" && count.next() === "second") Deno.exit(130);
    ask();
  };
  const listeners = stopSignals().map((signal) => [signal, onSignal(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  void launcherEnd?.then(ask);
  return {
    asked: () => asked,
    close() {
      count.close();
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
