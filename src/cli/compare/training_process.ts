/** A `deno task train` in a process of its own: its log, how far it is, and what it failed with. */
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../core/errors.ts";
import { cleanMessage, quoted } from "../../core/shown_text.ts";
import { TRAIN_PERMISSIONS } from "../task_variables.ts";
import { TextLineStream } from "../text_line_stream.ts";
import { askToEnd, kill, LAUNCHED_VARIABLE } from "../workers/held_process.ts";
import { denoCommand } from "../workers/place_of_process.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** How a process is started. */
export interface TrainingOptions {
  /** Its log, appended to. */
  readonly log: string;
  /** Its share of cores and GPUs, as variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Told of iterations done. @param goesOn Whether the run goes on after them and has done none yet */
  readonly onIteration?: (done: number, goesOn: boolean) => void;
}

/** How a process ended. */
export interface TrainingEnd {
  /** Exit code; 0 for a run that was finished. */
  readonly code: number;
  /** What it said last, in a sentence. */
  readonly sentence: string;
}

/** `guidedmix 412/1200 (34 %), …`, and where a run goes on. */
const PROGRESS = /^(?!evaluate|masks)\S+ (\d+)\/\d+ \(|^resume {3}from iteration (\d+) of/;

function start(command: Deno.Command): Deno.ChildProcess {
  try {
    return command.spawn();
  } catch (cause) {
    throw new ConfigError(
      `Cannot start a run: "deno" is not found (${(cause as Error).message}), expected the folder of ` +
        `"${Deno.execPath()}" in PATH`,
      { cause },
    );
  }
}

/** A training process. It ends with a checkpoint when this process ends, however it does. */
export class TrainingProcess {
  /** How it ended. */
  readonly end: Promise<TrainingEnd>;
  readonly #child: Deno.ChildProcess;
  #sentence = "";

  /**
   * Starts it.
   * @param args Arguments of the command line, `train` first
   * @throws {ConfigError} If no Deno may be started
   */
  constructor(args: readonly string[], options: TrainingOptions) {
    this.#child = start(
      new Deno.Command(denoCommand(), {
        args: ["run", ...TRAIN_PERMISSIONS, MAIN, ...args],
        env: { [LAUNCHED_VARIABLE]: "open", ...options.env },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }),
    );
    this.end = this.#follow(options);
  }

  async #follow({ log, onIteration }: TrainingOptions): Promise<TrainingEnd> {
    using file = await Deno.open(log, { write: true, create: true, append: true });
    const encoder = new TextEncoder();
    const copy = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const line of stream.pipeThrough(new TextLineStream())) {
        file.writeSync(encoder.encode(`${line}\n`));
        this.#read(line, onIteration);
      }
    };
    await Promise.all([copy(this.#child.stdout), copy(this.#child.stderr)]);
    const { code, signal } = await this.#child.status;
    askToEnd([this.#child]); // its end of the pipe is closed too
    return { code, sentence: this.#lastSentence(code, signal) };
  }

  #lastSentence(code: number, signal: Deno.Signal | null): string {
    if (/^Cannot /.test(this.#sentence)) return this.#sentence;
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    return `Cannot finish the run: its process ${how} and said last ${
      quoted(this.#sentence)
    }, expected it to go on; ` +
      "where memory is short, fewer --jobs need less";
  }

  #read(line: string, onIteration: TrainingOptions["onIteration"]): void {
    const [, done, from] = PROGRESS.exec(line) ?? [];
    if (done ?? from) onIteration?.(Number(done ?? from), from !== undefined);
    // an error's sentence begins so; what else is said last is better than nothing
    if (/^Cannot /.test(line) || !/^Cannot /.test(this.#sentence)) this.#sentence = cleanMessage(line);
  }

  /** Asks it to stop with a checkpoint. */
  stop(): void {
    askToEnd([this.#child]);
  }

  /** Ends it at once. */
  kill(): void {
    kill(this.#child, "SIGKILL");
  }
}
