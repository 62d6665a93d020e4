/** Ctrl-C and SIGTERM end a run with a checkpoint; the second Ctrl-C ends the process. */
export interface StopSignal {
  /** Whether the run was asked to stop. */
  asked(): boolean;
  /** Stops listening. */
  close(): void;
}

/**
 * Listens for SIGINT and SIGTERM.
 * @param onFirst Told once, when the first one comes
 */
export function listenForStop(onFirst: () => void): StopSignal {
  let count = 0;
  const listener = () => {
    if (++count === 1) onFirst();
    else Deno.exit(130);
  };
  // Windows knows SIGINT only
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return {
    asked: () => count > 0,
    close: () => signals.forEach((signal) => Deno.removeSignalListener(signal, listener)),
  };
}
