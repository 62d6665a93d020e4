/** How far all runs of a comparison are, and how long the rest takes. */
import type { ProgressState } from "../../report/progress_line.ts";

/** What is known of a run's progress. */
interface RunProgress {
  /** Runs with the same key cost alike: the recipe and its settings. */
  readonly key: string;
  done: number;
  /** Iterations that this process has seen done, and the time it took; a run that goes on begins later. */
  seen: number;
  seenMs: number;
  /** Clock at its start; `undefined` before. */
  startMs?: number;
  /** Clock at the last news; `undefined` before the first. */
  newsMs?: number;
  /** Time of a whole run, start and evaluation too; `undefined` where it is not known. */
  wholeMs?: number;
  ended: boolean;
}

/** Speed is not known before this share of a run's iterations was seen: the first ones are slow. */
const LEAST_SEEN = 0.1;

/** Follows the runs by name. */
export class ComparisonProgress {
  readonly #runs = new Map<string, RunProgress>();
  readonly #iterations: number;
  readonly #finished: number;
  readonly #jobs: number;
  readonly #now: () => number;

  /**
   * Nothing runs yet.
   * @param keys By name of the run: runs of one key take as long as each other
   * @param finished Runs that earlier calls finished, which are counted too
   * @param now A clock in milliseconds
   */
  constructor(
    keys: ReadonlyMap<string, string>,
    options: {
      readonly iterations: number;
      readonly jobs: number;
      readonly finished?: number;
      readonly now?: () => number;
    },
  ) {
    for (const [name, key] of keys) this.#runs.set(name, { key, done: 0, seen: 0, seenMs: 0, ended: false });
    this.#iterations = options.iterations;
    this.#jobs = options.jobs;
    this.#finished = options.finished ?? 0;
    this.#now = options.now ?? (() => performance.now());
  }

  /** A run was started. */
  begin(name: string): void {
    this.#runs.get(name)!.startMs = this.#now();
  }

  /** A run that was begun before goes on after so many iterations; its start is not over yet. */
  goOn(name: string, from: number): void {
    this.#runs.get(name)!.done = from;
  }

  /** A run has so many iterations done. */
  advance(name: string, done: number): void {
    const run = this.#runs.get(name)!;
    const nowMs = this.#now();
    if (run.newsMs !== undefined && done > run.done) {
      run.seen += done - run.done;
      run.seenMs += nowMs - run.newsMs;
    }
    if (run.newsMs === undefined || done > run.done) run.newsMs = nowMs;
    run.done = done;
  }

  /** A run ended: finished, or failed, which tells nothing of how long runs take. */
  end(name: string, finished: boolean): void {
    const run = this.#runs.get(name)!;
    if (finished && run.newsMs !== undefined) this.advance(name, this.#iterations);
    const isWhole = finished && run.seen >= this.#iterations - 1 && run.startMs !== undefined;
    if (isWhole) run.wholeMs = this.#now() - run.startMs!;
    run.done = this.#iterations;
    run.ended = true;
  }

  /** Runs that ended, in earlier calls too. */
  get ended(): number {
    return this.#finished + [...this.#runs.values()].filter(({ ended }) => ended).length;
  }

  /** For a progress line: iterations of all runs together. */
  state(): ProgressState {
    const runs = [...this.#runs.values()];
    const count = this.#finished + runs.length;
    const done = this.#iterations * this.#finished + runs.reduce((sum, run) => sum + run.done, 0);
    const total = this.#iterations * count;
    const left = this.secondsLeft();
    return {
      label: `compare ${this.ended}/${count} runs`,
      done,
      total,
      ...(left === undefined || done >= total ? {} : { secondsPerStep: left / (total - done) }),
    };
  }

  /** Seconds until the last run ends, by the speed of runs of the same recipe so far; `undefined` where none is known. */
  secondsLeft(): number | undefined {
    const runs = [...this.#runs.values()].filter(({ ended }) => !ended);
    const rests = runs.map((run) => {
      const whole = run.startMs === undefined && run.done === 0 ? this.#wholeMs(run.key) : undefined;
      const speed = this.#msPerIteration(run.key) ?? this.#msPerIteration();
      const restMs = whole ?? (speed === undefined ? undefined : (this.#iterations - run.done) * speed);
      return restMs === undefined ? undefined : restMs / 1000;
    });
    if (rests.length === 0 || rests.includes(undefined)) return undefined;
    const seconds = rests as number[];
    const sum = seconds.reduce((a, b) => a + b, 0);
    return Math.max(sum / Math.min(this.#jobs, seconds.length), ...seconds);
  }

  #wholeMs(key: string): number | undefined {
    const known = [...this.#runs.values()].flatMap((run) => run.key === key ? run.wholeMs ?? [] : []);
    return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0) / known.length;
  }

  #msPerIteration(key?: string): number | undefined {
    const runs = [...this.#runs.values()].filter((run) => key === undefined || run.key === key);
    const seen = runs.reduce((sum, run) => sum + run.seen, 0);
    if (seen < LEAST_SEEN * this.#iterations || seen === 0) return undefined;
    return runs.reduce((sum, run) => sum + run.seenMs, 0) / seen;
  }
}
