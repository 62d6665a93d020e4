/**
 * Ctrl-C and SIGTERM end a comparison: its runs write checkpoints; the second one, a second later at least, ends
 * them at once. A terminal that closes ends this process by itself (under `nohup` it does not), and the runs then stop as
 * after Ctrl-C.
 */
import { SignalCount } from "../signal_count.ts";
import type { TrainingProcess } from "./training_process.ts";

/** Exit code of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Whether a comparison was asked to stop; it hands that on to its processes. */
export class ComparisonStop {
  /** Whether it was. */
  asked = false;
  readonly #processes = new Set<TrainingProcess>();
  readonly #onFirst: (processes: number) => void;
  readonly #signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  readonly #count = new SignalCount();
  readonly #listener = () => this.#onSignal();

  /** Listens until `close`. @param onFirst Told once, with the number of runs that go on */
  constructor(onFirst: (processes: number) => void) {
    this.#onFirst = onFirst;
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#listener);
  }

  #onSignal(): void {
    const meaning = this.#count.next();
    if (meaning === "same") return;
    if (meaning === "second") {
      for (const process of this.#processes) process.kill();
      Deno.exit(INTERRUPTED);
    }
    this.asked = true;
    this.#onFirst(this.#processes.size);
    for (const process of this.#processes) process.stop();
  }

  /** Hands the wish to stop on to a process while something of it is waited for. */
  async during<T>(process: TrainingProcess, body: () => Promise<T>): Promise<T> {
    this.#processes.add(process);
    if (this.asked) process.stop();
    try {
      return await body();
    } finally {
      this.#processes.delete(process);
    }
  }

  /** Stops listening. */
  close(): void {
    this.#count.close();
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#listener);
  }
}
