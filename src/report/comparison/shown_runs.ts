/** Which runs of a comparison the page has pictures of. */
import type { TrialRecord } from "./comparison_record.ts";

/** Who a run is of. */
export type RunKey = Pick<TrialRecord, "variant" | "labels" | "seed">;

/**
 * Of the first seed: each recipe with the fewest labels, then the baseline with the most.
 * @param finished In the order of the comparison
 */
export function shownRuns<T>(finished: readonly T[], keyOf: (run: T) => RunKey): T[] {
  const [first] = finished.map(keyOf);
  if (first === undefined) return [];
  const ofSeed = finished.filter((run) => keyOf(run).seed === first.seed);
  const most = ofSeed.findLast((run) => {
    const { variant, labels } = keyOf(run);
    return variant === first.variant && labels > first.labels;
  });
  const fewest = ofSeed.filter((run) => keyOf(run).labels === first.labels);
  return most === undefined ? fewest : [...fewest, most];
}

/** The same in a sentence, for a page. */
export function shownRunsText(finished: readonly RunKey[]): string {
  const shown = shownRuns(finished, (run) => run);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return "";
  const most = last.labels > first.labels ? `, and by ${last.variant} with ${last.labels}` : "";
  const others = shown.length < finished.length ? " The other runs have pictures in their own reports." : "";
  return `The same photos of val by each recipe with ${first.labels} labels${most}, runs of seed ${first.seed}.${others}`;
}
