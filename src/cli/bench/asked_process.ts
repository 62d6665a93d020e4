/** A process that answers each word on its standard input with a line of JSON on its standard output. */
import { TextLineStream } from "../text_line_stream.ts";

/** An answer; `error` tells why there is none. */
export type Answer = Readonly<Record<string, unknown>>;

/** A running process. Close it when done. */
export class AskedProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(program: string, args: readonly string[]) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextLineStream()).getReader();
    this.#writer = this.#child.stdin.getWriter();
  }

  /**
   * Starts a program and waits for its first line, which says what it is; its standard error goes to ours.
   * @throws {Error} If it does not start
   */
  static async start(
    program: string,
    args: readonly string[],
  ): Promise<{ process: AskedProcess; about: Answer }> {
    const process = new AskedProcess(program, args);
    return { process, about: await process.#answer("start") };
  }

  /** Sends a word and waits for the answer. @throws {Error} If the process ends, or answers with an error */
  async ask(word: string): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(`${word}\n`));
    return await this.#answer(word);
  }

  async #answer(word: string): Promise<Answer> {
    const { value, done } = await this.#lines.read();
    if (done) throw new Error(`Cannot ask a process for "${word}": it has ended, see its messages above`);
    const answer = JSON.parse(value) as Answer;
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel();
    await this.#child.status;
  }
}
