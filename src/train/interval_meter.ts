import { z } from "zod";
import { CheckpointMismatch } from "../core/errors.ts";

/** What an interval of a run came to. */
export interface Interval {
  /** Means by name. */
  readonly losses: Readonly<Record<string, number>>;
  readonly secondsPerIteration: number;
  /** In [0, 1]. */
  readonly dataWaitShare: number;
}

interface BegunInterval {
  readonly steps: number;
  readonly elapsedMs: number;
  readonly waitedMs: number;
  readonly sums: Readonly<Record<string, number>>;
}

const BEGUN: z.ZodType<BegunInterval> = z.object({
  steps: z.int().min(1),
  elapsedMs: z.number().min(0),
  waitedMs: z.number().min(0),
  sums: z.record(z.string(), z.number()),
});

function parsed(text: string): BegunInterval {
  try {
    return BEGUN.parse(JSON.parse(text));
  } catch (cause) {
    throw new CheckpointMismatch(
      `Cannot go on with the checkpoint: its interval is "${
        text.slice(0, 40)
      }", expected steps, times and sums`,
      { cause },
    );
  }
}

/** Gathers losses and times between two rows of a log. */
export class IntervalMeter {
  /**
   * Begins an interval, or goes on with one.
   * @param text What `toText` gave
   * @throws {CheckpointMismatch} If it is something else
   */
  constructor(text?: string) {
    if (text === undefined) return;
    const { steps, elapsedMs, waitedMs, sums } = parsed(text);
    this.#steps = steps;
    this.#started -= elapsedMs;
    this.#waitedMs = waitedMs;
    this.#sums = new Map(Object.entries(sums));
  }

  #started = performance.now();
  #waitedMs = 0;
  #steps = 0;
  #sums = new Map<string, number>();

  /** Adds time that the step waited for its batch. */
  waited(milliseconds: number): void {
    this.#waitedMs += milliseconds;
  }

  /** Takes time out of the interval that was spent on something else. */
  paused(milliseconds: number): void {
    this.#started += milliseconds;
  }

  /** Counts a step. */
  step(losses: Readonly<Record<string, number>>): void {
    this.#steps++;
    for (const [name, value] of Object.entries(losses)) {
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
    }
  }

  /** The interval so far, for a run that goes on in another process; `undefined` where none has begun. */
  toText(): string | undefined {
    if (this.#steps === 0) return undefined;
    const elapsedMs = performance.now() - this.#started;
    const sums = Object.fromEntries(this.#sums);
    const begun: BegunInterval = { steps: this.#steps, elapsedMs, waitedMs: this.#waitedMs, sums };
    return JSON.stringify(begun);
  }

  /** The interval's means; the next one starts now. */
  take(): Interval {
    const elapsed = Math.max(performance.now() - this.#started, 1e-3);
    const steps = Math.max(this.#steps, 1);
    const losses = Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / steps]));
    const interval = {
      losses,
      secondsPerIteration: elapsed / 1000 / steps,
      dataWaitShare: Math.min(1, this.#waitedMs / elapsed),
    };
    this.#started = performance.now();
    this.#waitedMs = 0;
    this.#steps = 0;
    this.#sums.clear();
    return interval;
  }
}
