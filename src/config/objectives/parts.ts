/** Parts of options that several unlabeled objectives have, with their schemas. */
import { numberWhere, oneOf, options, pair, share } from "../schema_rules.ts";

/** Which images are mixed with each other. */
export interface PairOptions {
  /** `nearest` by Euclidean distance of pooled features, or a random permutation of the unlabeled images. */
  readonly select: "nearest" | "random";
  /** Whose pooled features are compared. */
  readonly feature: "encoder";
  /** Whom a partner is looked for: each `unlabeled` image gets a labeled one, or the other way. */
  readonly direction: "unlabeled" | "labeled";
}

/** The schema of {@linkcode PairOptions}. */
export const PAIR = options<PairOptions>({
  select: oneOf(["nearest", "random"]),
  feature: oneOf(["encoder"]),
  direction: oneOf(["unlabeled", "labeled"]),
});

/** Boxes of other unlabeled images in what the student sees of one. */
export interface DonorBoxOptions {
  /** How many of the images get one, in [0, 1]. */
  readonly probability: number;
  /** Least and greatest share of the area, in (0, 1). */
  readonly area: readonly [number, number];
}

/** The schema of {@linkcode DonorBoxOptions}. */
export const DONOR = options<DonorBoxOptions>({
  probability: share(true),
  area: pair(
    "[least, greatest] with 0 < least ≤ greatest < 1",
    (low, high) => 0 < low && low <= high && high < 1,
  ),
});

/**
 * Which pseudo labels are sure enough. `fixed`: those above `unsup.threshold`. `adaptive` (CorrMatch, Sun et al. 2024): those above
 * one number that begins there and follows the mean, over the classes predicted in a batch, of the greatest probability of
 * each. `by-class` (FreeMatch, Wang et al. 2023): those above a number of their class, which begins at 1 / K, whatever
 * `unsup.threshold` is, and follows how sure predictions are and how much of each class they are. Both follow slowly: a step is
 * a thousandth. `held-out`, with several rounds: `unsup.threshold` is how often pseudo labels are to be right, and labeled photos
 * that the first round does not learn from tell from which probability on they are.
 */
export type ThresholdRule = "fixed" | "adaptive" | "by-class" | "held-out";

/** The schema of {@linkcode ThresholdRule}; configurations of before have none. */
export const THRESHOLDS = oneOf(["fixed", "adaptive", "by-class", "held-out"]).default("fixed");

/** The schema of a limit of λ. */
export const LAMBDA_LIMIT = numberWhere("a number in (0, 0.5]", (limit) => limit > 0 && limit <= 0.5);

/** A number of an option, whether it is in range, and the range. */
export type Demand = readonly [value: number, fine: boolean, rule: string];

/** Names options and numbers that are out of range. */
export function outOfRange(demands: Readonly<Record<string, Demand>>): string[] {
  return Object.entries(demands).filter(([, [, fine]]) => !fine)
    .map(([name, [value, , rule]]) => `${name} is ${value}, expected ${rule}`);
}

/** The demand of a factor of a loss. */
export function factor(value: number): Demand {
  return [value, value >= 0 && Number.isFinite(value), "a finite number from 0"];
}

/** The demand of a share in [0, 1], or below 1. */
export function shareOf(value: number, what: string, withOne: boolean): Demand {
  const fine = value >= 0 && (withOne ? value <= 1 : value < 1);
  return [value, fine, `${what} in [0, 1${withOne ? "]" : ")"}`];
}

/** The demand of a limit of λ. */
export function lambdaLimit(value: number): Demand {
  return [value, value > 0 && value <= 0.5, "a number in (0, 0.5]"];
}

/** The demands of boxes of other images. */
export function donorDemands(
  { probability, area: [least, greatest] }: DonorBoxOptions,
): Record<string, Demand> {
  return {
    "donor.probability": shareOf(probability, "a probability", true),
    "donor.area[0]": [least, least > 0 && least <= greatest, "a share in (0, donor.area[1]]"],
    "donor.area[1]": [greatest, greatest < 1, "a share below 1"],
  };
}
