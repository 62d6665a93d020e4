/** What the processes of the benchmarks share: they answer each line of JSON on standard input with one on standard output. */
import { TextLineStream } from "./text_lines.ts";

/** An answer; `error` tells why there is none. */
export type Answer = Readonly<Record<string, unknown>>;

/** Answers until the input ends. An error is an answer too. */
export async function answerLines<Question>(
  answerTo: (question: Question) => Answer | Promise<Answer>,
): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    let answer: Answer;
    try {
      answer = await answerTo(JSON.parse(line) as Question);
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    console.log(JSON.stringify(answer));
  }
}

/** The most memory that this process has had resident. */
export function peakBytes(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
