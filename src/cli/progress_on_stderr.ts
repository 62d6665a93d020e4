import {
  describeProgress,
  type LibraryProgress,
  type ProgressHandler,
} from "../backends/library/progress.ts";

const PLAIN_LINE_EVERY_MS = 10_000;

/**
 * A handler that shows progress on the standard error: one line that changes on a terminal, else a plain line at each
 * new stage, as soon as its size is known, every ten seconds, and at its end.
 */
export function progressOnStderr(): ProgressHandler {
  const encoder = new TextEncoder();
  const terminal = Deno.stderr.isTerminal();
  let part = "";
  let shownMs = -Infinity;
  return (progress: LibraryProgress) => {
    const nowMs = performance.now();
    const finished = progress.bytes === progress.totalBytes;
    const now = `${progress.stage} ${progress.totalBytes !== undefined}`;
    if (!terminal && !finished && now === part && nowMs - shownMs < PLAIN_LINE_EVERY_MS) return;
    part = now;
    shownMs = nowMs;
    const line = describeProgress(progress);
    Deno.stderr.writeSync(encoder.encode(terminal ? `\r\x1b[K${line}${finished ? "\n" : ""}` : `${line}\n`));
  };
}
