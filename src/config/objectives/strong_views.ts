/**
 * Options of learning strong views from a weak one: FixMatch (Sohn et al. 2020) and UniMatch (Yang et al. 2023), as UniMatch's
 * `fixmatch.py` and `unimatch.py` have them for segmentation.
 */
import { fromZero, oneOf, options, share } from "../schema_rules.ts";
import {
  DONOR,
  type DonorBoxOptions,
  donorDemands,
  factor,
  outOfRange,
  shareOf,
  type ThresholdRule,
  THRESHOLDS,
} from "./parts.ts";

/** The loss on pseudo labels of the weak view. */
export interface ConfidentOptions {
  /** Least probability of a pseudo label, in [0, 1). */
  readonly threshold: number;
  /** Whether it stays so. */
  readonly thresholds: ThresholdRule;
  /** Factor of the loss beside L_ce, at least 0; the total is the mean of both. */
  readonly weight: number;
}

/** The weak view once more, with channels of its features dropped. */
export interface FeatureStreamOptions {
  /** Share of the channels that are zero, in [0, 1). */
  readonly dropout: number;
  /** Its share of the loss on pseudo labels, in [0, 1); 0: there is no such stream. */
  readonly share: number;
}

/** Options of objective `strong-views`. */
export interface StrongViewsOptions {
  /** Names the objective. */
  readonly kind: "strong-views";
  /** The loss on pseudo labels. */
  readonly unsup: ConfidentOptions;
  /** Boxes of other unlabeled images in strong views. */
  readonly donor: DonorBoxOptions;
  /** Perturbed features. */
  readonly features: FeatureStreamOptions;
}

/** The schema of {@linkcode StrongViewsOptions}. */
export const STRONG_VIEWS = options<StrongViewsOptions>({
  kind: oneOf(["strong-views"]),
  unsup: options({ threshold: share(false), thresholds: THRESHOLDS, weight: fromZero() }),
  donor: DONOR,
  features: options({ dropout: share(false), share: share(false) }),
});

/** What of the options is out of range; nothing where all is well. */
export function strongViewsProblems({ unsup, donor, features }: StrongViewsOptions): string[] {
  return outOfRange({
    "unsup.threshold": shareOf(unsup.threshold, "a probability", false),
    "unsup.weight": factor(unsup.weight),
    ...donorDemands(donor),
    "features.dropout": shareOf(features.dropout, "a probability", false),
    "features.share": shareOf(features.share, "a share", false),
  });
}

/** UniMatch's `fixmatch.py`. */
export const FIXMATCH: StrongViewsOptions = {
  kind: "strong-views",
  unsup: { threshold: 0.95, thresholds: "fixed", weight: 1 },
  donor: { probability: 0.5, area: [0.02, 0.4] },
  features: { dropout: 0.5, share: 0 },
};

/** UniMatch's `unimatch.py`: half of the loss from two strong views, half from the features. */
export const UNIMATCH: StrongViewsOptions = { ...FIXMATCH, features: { dropout: 0.5, share: 0.5 } };
