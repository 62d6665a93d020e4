/** Writes the progress of long work: one redrawn line on a terminal, plain lines elsewhere. */
import { formatProgress, plainProgress } from "./progress_line.ts";
import type { ProgressState } from "./progress_line.ts";

/** Where progress goes. */
export interface ProgressSink {
  /** Writes text as it is. */
  write(text: string): void;
  /** A terminal, where a line can be drawn again. */
  readonly isTerminal: boolean;
  /** Columns of the terminal at the moment. */
  columns(): number;
  /** Whether ANSI colours are wanted; see `wantsColor`. */
  readonly color: boolean;
}

/** How often progress is written. */
export interface ProgressOptions {
  /** Seconds between plain lines; 10 where left out. */
  readonly plainEverySeconds?: number;
  /** A clock in milliseconds; `performance.now` where left out. */
  readonly now?: () => number;
}

/** Milliseconds between two drawings on a terminal: ten a second are enough for the eye. */
const REDRAW_MS = 100;
/** Milliseconds that the rate looks back over. */
const RATE_WINDOW_MS = 15_000;
const CLEAR_LINE = "\r\x1b[K";

/**
 * Whether to use colours: on a terminal, unless `NO_COLOR` is set to something (https://no-color.org).
 * @param noColor Value of the environment variable `NO_COLOR`
 */
export function wantsColor(isTerminal: boolean, noColor: string | undefined): boolean {
  return isTerminal && (noColor === undefined || noColor === "");
}

/** Follows one piece of work after another; the rate is measured between updates. */
export class ProgressWriter {
  readonly #sink: ProgressSink;
  readonly #now: () => number;
  readonly #plainEveryMs: number;
  #marks: { readonly time: number; readonly done: number }[] = [];
  #state: ProgressState | undefined;
  #writtenAt = -Infinity;
  #isLineOpen = false;

  /** A writer; nothing is written yet. */
  constructor(sink: ProgressSink, options: ProgressOptions = {}) {
    this.#sink = sink;
    this.#now = options.now ?? (() => performance.now());
    this.#plainEveryMs = (options.plainEverySeconds ?? 10) * 1000;
  }

  /** Takes a new state; it is shown when enough time went by, at the last step, and when there is a new mIoU. */
  update(state: ProgressState): void {
    const isOtherWork = state.label !== this.#state?.label || state.done < this.#state.done ||
      state.slowsDown !== this.#state.slowsDown;
    const hasNews = state.done >= state.total || state.miou !== this.#state?.miou;
    if (isOtherWork) this.#marks = [];
    this.#state = { ...state, secondsPerStep: state.secondsPerStep ?? this.#measure(state.done) };
    const period = this.#sink.isTerminal ? REDRAW_MS : this.#plainEveryMs;
    if (isOtherWork || hasNews || this.#now() - this.#writtenAt >= period) this.#show();
  }

  /** Writes a line of text above the progress line. */
  note(text: string): void {
    if (this.#isLineOpen) this.#sink.write(CLEAR_LINE);
    this.#sink.write(`${text}\n`);
    if (this.#isLineOpen) this.#show();
  }

  /** Ends the line on a terminal, so that what comes next begins a new one. */
  finish(): void {
    if (this.#isLineOpen) {
      this.#show();
      this.#sink.write("\n");
    }
    this.#isLineOpen = false;
    this.#state = undefined;
  }

  #show(): void {
    if (this.#state === undefined) return;
    const { write, isTerminal } = this.#sink;
    this.#writtenAt = this.#now();
    if (isTerminal) {
      const line = formatProgress(this.#state, { columns: this.#sink.columns(), color: this.#sink.color });
      write.call(this.#sink, CLEAR_LINE + line);
      this.#isLineOpen = true;
    } else {
      write.call(this.#sink, `${plainProgress(this.#state)}\n`);
    }
  }

  /** Seconds a step over the last seconds; `undefined` before the second update. */
  #measure(done: number): number | undefined {
    const time = this.#now();
    this.#marks.push({ time, done });
    while (this.#marks.length > 2 && time - this.#marks[1]!.time > RATE_WINDOW_MS) this.#marks.shift();
    const first = this.#marks[0]!;
    return done > first.done ? (time - first.time) / 1000 / (done - first.done) : undefined;
  }
}
