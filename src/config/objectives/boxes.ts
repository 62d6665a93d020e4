/**
 * Options of mixtures by place (CutMix, Yun et al. 2019; French et al. 2020): the student sees an unlabeled image with a box
 * of another unlabeled image in it, and over that a box of the nearest labeled one, whose true labels it learns.
 */
import { fromZero, oneOf, options, share } from "../schema_rules.ts";
import {
  DONOR,
  type DonorBoxOptions,
  donorDemands,
  factor,
  LAMBDA_LIMIT,
  lambdaLimit,
  outOfRange,
  PAIR,
  type PairOptions,
  shareOf,
  type ThresholdRule,
  THRESHOLDS,
} from "./parts.ts";

/** Boxes of labeled images. */
export interface LabeledBoxOptions {
  /** The share λ of the area that a box has is drawn again while it is at or above this, in (0, 0.5]. */
  readonly lambdaLimit: number;
  /** Factor of L_mix, the loss inside of the boxes, at least 0. */
  readonly weight: number;
  /** How many of the mixtures have one, in [0, 1]. */
  readonly probability: number;
  /**
   * What L_mix is divided by: the labeled pixels inside of the boxes, or all pixels of the mixtures, so that a labeled pixel
   * counts as one with a pseudo label does.
   */
  readonly over: "boxes" | "mixtures";
}

/** The loss on what pseudo labels say. */
export interface PseudoLabelOptions {
  /** Least probability of a pseudo label, in [0, 1). */
  readonly threshold: number;
  /** Whether it stays so. */
  readonly thresholds: ThresholdRule;
  /** Compares with the most probable class, or with all probabilities. */
  readonly target: "hard" | "soft";
  /** Factor of the loss at the end of the ramp-up, at least 0. */
  readonly weight: number;
  /** Share of the run over which the factor grows, in [0, 1]. */
  readonly rampUp: number;
}

/** Options of objective `boxes`. */
export interface BoxesOptions {
  /** Names the objective. */
  readonly kind: "boxes";
  /** Boxes of labeled images. */
  readonly mix: LabeledBoxOptions;
  /** Boxes of other unlabeled images. */
  readonly donor: DonorBoxOptions;
  /** Which labeled image an unlabeled one gets a box of. */
  readonly pair: PairOptions;
  /** L_usup. */
  readonly unsup: PseudoLabelOptions;
  /**
   * Which decoder predicts mixtures: the `labeled` one, or the `mix` decoder, which has a bottleneck and pixel classifier of its
   * own. With it the labeled decoder learns from labels alone, and wrong pseudo labels reach it through encoder and ASPP only
   * (the paper's two decoders; Debiased Self-Training, Chen et al. 2022, has a pseudo head for the same reason).
   */
  readonly decoder: "labeled" | "mix";
}

/** The schema of {@linkcode BoxesOptions}. */
export const BOXES = options<BoxesOptions>({
  kind: oneOf(["boxes"]),
  mix: options({
    lambdaLimit: LAMBDA_LIMIT,
    weight: fromZero(),
    probability: share(true),
    over: oneOf(["boxes", "mixtures"]),
  }),
  donor: DONOR,
  pair: PAIR,
  unsup: options({
    threshold: share(false),
    thresholds: THRESHOLDS,
    target: oneOf(["hard", "soft"]),
    weight: fromZero(),
    rampUp: share(true),
  }),
  // configurations of before have none
  decoder: oneOf(["labeled", "mix"]).default("labeled"),
});

/** What of the options is out of range; nothing where all is well. */
export function boxesProblems({ mix, donor, unsup }: BoxesOptions): string[] {
  return outOfRange({
    "mix.lambdaLimit": lambdaLimit(mix.lambdaLimit),
    "mix.weight": factor(mix.weight),
    "mix.probability": shareOf(mix.probability, "a probability", true),
    ...donorDemands(donor),
    "unsup.threshold": shareOf(unsup.threshold, "a probability", false),
    "unsup.weight": factor(unsup.weight),
    "unsup.rampUp": shareOf(unsup.rampUp, "a share of the run", true),
  });
}

/**
 * Boxes of other unlabeled images in half of the strong views, over that boxes of labeled ones in half of them. A labeled pixel
 * there counts as one with a pseudo label: divided by the pixels inside of the boxes alone, L_mix cost ten points with a
 * pretrained encoder and 40 labels (LOG.md).
 */
export const DONOR_BOXES: BoxesOptions = {
  kind: "boxes",
  mix: { lambdaLimit: 0.5, weight: 1, probability: 0.5, over: "mixtures" },
  donor: { probability: 0.5, area: [0.02, 0.4] },
  pair: { select: "nearest", feature: "encoder", direction: "unlabeled" },
  unsup: { threshold: 0.8, thresholds: "fixed", target: "hard", weight: 1, rampUp: 0 },
  decoder: "mix",
};

/**
 * Labeled boxes alone, with the settings of version 0.1: pseudo labels above 0.8 outside of them, over a ramp of a third of
 * the run.
 */
export const LABELED_BOXES: BoxesOptions = {
  kind: "boxes",
  mix: { lambdaLimit: 0.5, weight: 1, probability: 1, over: "boxes" },
  donor: { probability: 0, area: [0.02, 0.4] },
  pair: { select: "nearest", feature: "encoder", direction: "unlabeled" },
  unsup: { threshold: 0.8, thresholds: "fixed", target: "hard", weight: 1, rampUp: 0.3 },
  decoder: "labeled",
};
