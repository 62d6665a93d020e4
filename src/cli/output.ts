/** Where commands print: results to the standard output, everything on the way there to the standard error. */
import { cleanText } from "../core/shown_text.ts";
import { ProgressWriter, wantsColor } from "../report/progress.ts";

/** A command's voice. */
export interface Output {
  /** Progress, and lines above it, on the standard error. */
  readonly progress: ProgressWriter;
  /** A line on the way. */
  note(text: string): void;
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

/** The voice on this process's standard streams. */
export function standardOutput(): Output {
  const encoder = new TextEncoder();
  const isTerminal = Deno.stderr.isTerminal();
  const progress = new ProgressWriter({
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    isTerminal,
    columns: terminalColumns,
    color: wantsColor(isTerminal, Deno.env.get("NO_COLOR")),
  });
  // names of files, classes and datasets stand in what is printed
  return {
    progress,
    note: (text) => progress.note(cleanText(text)),
    result: (text) => console.log(cleanText(text)),
  };
}
