/** A process that answers each line of JSON on its standard input with one on its standard output. */
import { TextLineStream } from "./text_lines.ts";

function spawn(program: string, args: string[], env: Record<string, string>): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { args, env, stdin: "piped", stdout: "piped", stderr: "inherit" })
      .spawn();
  } catch (cause) {
    throw new Error(
      `Cannot start "${program}": ${(cause as Error).message}, expected a program; --python names PyTorch's`,
    );
  }
}

/** A running process that is asked and answers. Close it when done. */
export class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  /**
   * Starts `program`; its standard error goes to ours.
   * @param env Added to our environment
   * @throws {Error} If there is no such program
   */
  constructor(program: string, args: string[], env: Record<string, string> = {}) {
    this.#child = spawn(program, args, env);
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#writer = this.#child.stdin.getWriter();
  }

  /**
   * Sends one question and waits for its answer.
   * @throws {Error} If the process ends, or answers with an error
   */
  async ask(question: Record<string, unknown>): Promise<Record<string, unknown>> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
    const { value, done } = await this.#lines.read();
    if (done) throw new Error(`Cannot ask ${JSON.stringify(question)}: the process ended`);
    const answer = JSON.parse(value) as Record<string, unknown>;
    if (typeof answer.error === "string") {
      throw new Error(`Cannot run ${JSON.stringify(question)}: ${answer.error}`);
    }
    return answer;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#lines.cancel();
    await this.#child.status;
  }
}
