/** Which signal that asks a process to stop is a second wish, and which the same one told twice. */

/**
 * Signals that come sooner after the first are the same wish: a terminal tells Ctrl-C to npx and to its child, and npx
 * hands it on to the child.
 */
const SAME_WISH_MS = 1000;

/** Time in which a signal that waits for its turn gets it. */
const TURN_MS = 20;

/** What a signal means: the first wish, the same one again, or a second one. */
export type SignalMeaning = "first" | "same" | "second";

/** Tells signals by when they come. Close it, so that no timer is left. */
export class SignalCount {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  /** Says what the signal that has come now means. */
  next(): SignalMeaning {
    if (this.#timer !== undefined) return this.#isOver ? "second" : "same";
    this.#startTimer(SAME_WISH_MS, () => {
      // where a step kept this process busy, signals wait that came meanwhile: they have their turn first
      this.#startTimer(TURN_MS, () => this.#isOver = true);
    });
    return "first";
  }

  #startTimer(ms: number, then: () => void): void {
    const timer = setTimeout(then, ms);
    Deno.unrefTimer(timer);
    this.#timer = timer;
  }

  /** Ends the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
