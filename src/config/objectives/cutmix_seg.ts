/** Options of CutMix for semi-supervised segmentation (French et al. 2020), as their code (af6183a) has it. */
import { fromZero, oneOf, options, share } from "../schema_rules.ts";
import { DONOR, type DonorBoxOptions, donorDemands, factor, outOfRange, shareOf } from "./parts.ts";

/** The consistency loss. */
export interface ConsistencyOptions {
  /** The loss counts by the share of pixels whose greatest probability is at least this, in [0, 1). */
  readonly threshold: number;
  /** Factor of the loss, at least 0. */
  readonly weight: number;
}

/** Options of objective `cutmix-seg`. */
export interface CutMixSegOptions {
  /** Names the objective. */
  readonly kind: "cutmix-seg";
  /** The box that mixes two unlabeled images. */
  readonly donor: DonorBoxOptions;
  /** The consistency loss. */
  readonly unsup: ConsistencyOptions;
}

/** The schema of {@linkcode CutMixSegOptions}. */
export const CUTMIX_SEG = options<CutMixSegOptions>({
  kind: oneOf(["cutmix-seg"]),
  donor: DONOR,
  unsup: options({ threshold: share(false), weight: fromZero() }),
});

/** What of the options is out of range; nothing where all is well. */
export function cutMixSegProblems({ donor, unsup }: CutMixSegOptions): string[] {
  return outOfRange({
    ...donorDemands(donor),
    "unsup.threshold": shareOf(unsup.threshold, "a probability", false),
    "unsup.weight": factor(unsup.weight),
  });
}

/** Their settings: one box of half of the area in every image. */
export const CUTMIX: CutMixSegOptions = {
  kind: "cutmix-seg",
  donor: { probability: 1, area: [0.5, 0.5] },
  unsup: { threshold: 0.97, weight: 1 },
};
