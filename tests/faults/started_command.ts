/** A command that a test watches and disturbs while it runs. */
import assert from "node:assert/strict";
import { commandWords } from "../cli/run_command.ts";

const WITHIN_MS = 90_000;

/** A command that was started. */
export class StartedCommand {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #text = "";

  /** @param child Its standard output and error are piped */
  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#text += text;
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it has printed on both streams so far. */
  get text(): string {
    return this.#text;
  }

  /** Waits until it has printed something. @returns The match */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    void this.#child.status.then(() => ended = true);
    for (const since = performance.now(); performance.now() - since < WITHIN_MS; await pause(20)) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match;
      if (ended) break;
    }
    throw new Error(`never printed ${pattern}, but:\n${this.#text}`);
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end. @returns The exit code; 128 and more for a signal, as shells have it */
  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Starts `deno task`'s command with the permissions that the task gives it. */
export async function startCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  before: readonly string[] = [],
): Promise<StartedCommand> {
  const [command, ...words] = [...before, Deno.execPath(), ...await commandWords(args)];
  const options = { args: words, env, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  return new StartedCommand(new Deno.Command(command!, options).spawn());
}

/** Processes of this machine whose command line holds a text (Linux), but not the one that is started last. */
export function processesOf(text: string): number[] {
  const holds = (pid: string) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(text);
    } catch {
      return false; // it has ended
    }
  };
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  return pids.filter(holds).map(Number);
}

/** Waits until no process has a text in its command line. */
export async function untilGone(text: string): Promise<void> {
  for (const since = performance.now(); performance.now() - since < WITHIN_MS; await pause(100)) {
    if (processesOf(text).length === 0) return;
  }
  assert.fail(`processes ${processesOf(text).join(", ")} of "${text}" go on, expected them to end`);
}
