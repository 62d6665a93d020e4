/** Where commands print: results to the standard output, everything on the way there to the standard error. */
import { cleanText } from "../core/shown_text.ts";
import { isSystemError } from "../core/system_error.ts";
import { ProgressWriter, wantsColor } from "../report/progress.ts";
import type { RunOutput } from "../run/run_output.ts";
import { progressOnStderr } from "./progress_on_stderr.ts";

/** A command's voice. */
export interface Output extends RunOutput {
  /** Progress, and lines above it, on the standard error. */
  readonly progress: ProgressWriter;
  /** A result. */
  result(text: string): void;
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 100; // no terminal: nothing is redrawn
  }
}

/** What a write fails with where nobody reads any more: a terminal that was closed, a pipe whose reader has ended. */
const NOBODY_READS: readonly string[] = ["EIO", "EPIPE"];

/** Work does not end because nobody reads of it. */
function unlessUnread(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isSystemError(error, NOBODY_READS)) throw error;
  }
}

/** The voice on this process's standard streams. */
export function standardOutput(): Output {
  const encoder = new TextEncoder();
  const isTerminal = Deno.stderr.isTerminal();
  const progress = new ProgressWriter({
    write: (text) => unlessUnread(() => Deno.stderr.writeSync(encoder.encode(text))),
    isTerminal,
    columns: terminalColumns,
    color: wantsColor(isTerminal, Deno.env.get("NO_COLOR")),
  });
  // names of files, classes and datasets stand in what is printed
  return {
    progress,
    onDownload: progressOnStderr(),
    note: (text) => progress.note(cleanText(text)),
    result: (text) => unlessUnread(() => console.log(cleanText(text))),
  };
}
