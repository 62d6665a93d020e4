/** Repeated times of one thing, in seconds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Each, in order. */
  readonly all: readonly number[];
}

/** Median and range. @param seconds At least one */
export function spreadOf(seconds: readonly number[]): Spread {
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)!, all: seconds };
}
