/** What an interval of a run came to. */
export interface Interval {
  /** Means by name. */
  readonly losses: Readonly<Record<string, number>>;
  readonly secondsPerIteration: number;
  /** In [0, 1]. */
  readonly dataWaitShare: number;
}

/** Gathers losses and times between two rows of a log. */
export class IntervalMeter {
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
