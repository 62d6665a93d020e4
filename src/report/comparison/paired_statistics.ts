/** Measures of paired runs: two recipes with the same seeds, hence the same labeled images and the same start. */
import { measureSpread } from "../comparison_table.ts";
import { tFactor } from "./student_t.ts";

/** A mean over seeds and how sure it is. */
export interface Estimate {
  /** Seeds. */
  readonly count: number;
  /** The mean. */
  readonly mean: number;
  /** Sample standard deviation over seeds (n − 1); `undefined` for one seed. */
  readonly deviation?: number;
  /** Lower and upper end of the 95 % interval of the mean; `undefined` for one seed. */
  readonly interval?: readonly [number, number];
}

/** Values by seed. */
export type SeedValues = ReadonlyMap<number, number>;

/**
 * The mean with its 95 % interval by Student's t, mean ± t(n − 1) · s / √n.
 * @returns `undefined` for no values
 */
export function estimate(values: readonly number[]): Estimate | undefined {
  const spread = measureSpread(values);
  if (spread?.deviation === undefined) return spread;
  const { count, mean, deviation } = spread;
  return { count, mean, deviation, interval: intervalOf(mean, deviation, count) };
}

function intervalOf(mean: number, deviation: number, count: number): [number, number] {
  const half = tFactor(count - 1) * deviation / Math.sqrt(count);
  return [mean - half, mean + half];
}

/** Differences `a − b` of the seeds that both have, in the order of `a`. */
export function pairedDifferences(a: SeedValues, b: SeedValues): number[] {
  return [...a].flatMap(([seed, value]) => b.has(seed) ? [value - b.get(seed)!] : []);
}

/** Runs that a share of the label gap is made of. mIoU by seed. */
export interface GapRuns {
  /** The recipe, few labels. */
  readonly recipe: SeedValues;
  /** Supervised, the same labels. */
  readonly baseline: SeedValues;
  /** Supervised, all labels. */
  readonly all: SeedValues;
}

/**
 * The share of the label gap that a recipe closes, (recipe − supervised) / (supervised with all labels − supervised), over
 * the seeds that all three have: the ratio of the two mean differences, not the mean of ratios, which a seed with a small
 * gap would rule. Its spread is that of a ratio estimate (Cochran, Sampling Techniques, 1977, section 6.3): the standard
 * deviation of `gain − share · gap` over seeds, divided by the mean gap.
 * @returns `undefined` where there is no such seed or the mean gap is not above 0
 */
export function gapShare({ recipe, baseline, all }: GapRuns): Estimate | undefined {
  const seeds = [...recipe.keys()].filter((seed) => baseline.has(seed) && all.has(seed));
  const gains = seeds.map((seed) => recipe.get(seed)! - baseline.get(seed)!);
  const gaps = seeds.map((seed) => all.get(seed)! - baseline.get(seed)!);
  const [gain, gap] = [measureSpread(gains), measureSpread(gaps)];
  if (gain === undefined || !(gap!.mean > 0)) return undefined;
  const { count } = gain;
  const mean = gain.mean / gap!.mean;
  if (count === 1) return { count, mean };
  const rest = measureSpread(gains.map((value, i) => value - mean * gaps[i]!))!;
  const deviation = rest.deviation! / gap!.mean;
  return { count, mean, deviation, interval: intervalOf(mean, deviation, count) };
}

/** Whether the interval leaves out 0, so that the sign of the mean is sure at 95 %. */
export function isSure({ interval }: Estimate): boolean {
  return interval !== undefined && (interval[0] > 0 || interval[1] < 0);
}
