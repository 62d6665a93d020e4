/** How many iterations fit into a time. */
import { ConfigError } from "../../core/errors.ts";
import { durationText, terminalText } from "../../report/number_text.ts";

/** Share of the time that is planned with: steps are slower while caches are cold, and other programs want their part. */
const PLANNED_SHARE = 0.92;

/** A run with fewer iterations says nothing. */
const FEWEST = 10;

/** What a run costs. */
export interface RunCost {
  /** Of its training steps. */
  readonly secondsPerIteration: number;
  /** Its start and its evaluation. */
  readonly overheadSeconds: number;
}

/** Runs and the time they have. */
export interface Budget {
  /** What each run costs, in the order in which they are begun. */
  readonly costs: readonly RunCost[];
  /** Runs at a time. */
  readonly jobs: number;
  /** Time for all of them. */
  readonly seconds: number;
  /** What of it is gone already. */
  readonly spentSeconds?: number;
}

/** Seconds until the last of these runs ends, where each is begun as soon as a place is free. */
export function makespan({ costs, jobs }: Pick<Budget, "costs" | "jobs">, iterations: number): number {
  const ends = Array.from({ length: jobs }, () => 0);
  for (const { secondsPerIteration, overheadSeconds } of costs) {
    const free = ends.indexOf(Math.min(...ends));
    ends[free]! += overheadSeconds + iterations * secondsPerIteration;
  }
  return Math.max(...ends);
}

/**
 * The most iterations with which all runs end in time, rounded down to two digits.
 * @throws {ConfigError} If there is no time for 10; says what would be needed
 */
export function fittingIterations(budget: Budget): number {
  const { spentSeconds: spent = 0 } = budget;
  const seconds = (budget.seconds - spent) * PLANNED_SHARE;
  const needed = makespan(budget, FEWEST);
  if (needed > seconds) {
    throw new ConfigError(
      `Cannot compare in ${terminalText(durationText(budget.seconds))}: ${
        runsText(budget.costs.length)
      } of only ${FEWEST} ` +
        `iterations take about ${
          terminalText(durationText(needed / PLANNED_SHARE + spent))
        }, expected more time, or fewer ` +
        "recipes, labels or seeds",
    );
  }
  let [fits, beyond] = [FEWEST, 2 * FEWEST];
  while (makespan(budget, beyond) <= seconds) [fits, beyond] = [beyond, 2 * beyond];
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2);
    if (makespan(budget, middle) <= seconds) fits = middle;
    else beyond = middle;
  }
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(fits)) - 1);
  return Math.floor(fits / unit) * unit;
}

/** `1 run`, `12 runs`. */
export function runsText(count: number): string {
  return `${count} ${count === 1 ? "run" : "runs"}`;
}
