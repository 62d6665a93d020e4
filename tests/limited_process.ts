/** Runs a script of the tests in a process of its own, so that a crash or a hang is a failed test. */
import { projectPath } from "./support.ts";

/** What a process left behind. */
export interface ProcessResult {
  /** Exit status; signals count from 128, as shells have it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** How a script is run. */
export interface ScriptOptions {
  /** The process is stopped after it; default 60 000. */
  readonly limitMs?: number;
  /** Further options of `deno run`. */
  readonly flags?: readonly string[];
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a script with Deno and waits for its end.
 * @param script Path below the project's folder
 */
export async function runScript(
  script: string,
  args: readonly string[] = [],
  { limitMs = 60_000, flags = [], env = {} }: ScriptOptions = {},
): Promise<ProcessResult> {
  const stopper = new AbortController();
  const timer = setTimeout(() => stopper.abort(), limitMs);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", ...flags, projectPath(script), ...args],
    stdin: "null",
    env: { NO_COLOR: "1", ...env },
    signal: stopper.signal,
  });
  const { code, stdout, stderr } = await command.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    timedOut: stopper.signal.aborted,
  };
}

/** How a process ended, with the ends of what it printed: for failed tests. */
export function describeEnd({ code, stdout, stderr, timedOut }: ProcessResult): string {
  const end = timedOut ? "was stopped after its time" : `exited with ${code}`;
  return `the process ${end}; it printed …${stdout.slice(-500)}\nand to stderr …${stderr.slice(-1000)}`;
}
