/**
 * Options of cross-consistency training (Ouali, Hudelot & Tami 2020), as their code (65d4e5b) has it: auxiliary decoders,
 * which exist in training only, read perturbed features and learn what the main decoder says.
 */
import type { AuxiliaryDecoders } from "../model_options.ts";
import { fromZero, numberWhere, oneOf, options, pair, share, whole } from "../schema_rules.ts";
import { factor, outOfRange, shareOf } from "./parts.ts";

/** How strong the perturbations are. */
export interface PerturbationOptions {
  /** Length ε of an adversarial direction (VAT, Miyato et al. 2018), over all features of an image; above 0. */
  readonly radius: number;
  /** Share of the channels that are zero, in [0, 1). */
  readonly dropout: number;
  /** Height and width of a cut-out, as a share of those of what a class covers, in (0, 1). */
  readonly erase: number;
  /** Features are changed by up to this share of themselves, in [0, 1]. */
  readonly noise: number;
  /** A feature drop leaves out positions whose mean over channels is from a share of the greatest; the range of that share. */
  readonly keep: readonly [number, number];
}

/** The loss of the auxiliary decoders. */
export interface CrossConsistencyOptions {
  /** Factor of the loss at the end of the ramp-up, at least 0. */
  readonly weight: number;
  /** Share of the run over which the factor grows, in [0, 1]. */
  readonly rampUp: number;
}

/** Options of objective `cct`. */
export interface CctOptions {
  /** Names the objective. */
  readonly kind: "cct";
  /** How many decoders there are of each kind, at least one in all. */
  readonly auxiliary: AuxiliaryDecoders;
  /** How strong the perturbations are. */
  readonly perturb: PerturbationOptions;
  /** The loss of the auxiliary decoders. */
  readonly unsup: CrossConsistencyOptions;
}

const COUNT = whole(0, 64);

/** The schema of {@linkcode AuxiliaryDecoders}. */
export const AUXILIARY = options<AuxiliaryDecoders>({
  vat: COUNT,
  dropout: COUNT,
  cutOut: COUNT,
  context: COUNT,
  object: COUNT,
  featureDrop: COUNT,
  noise: COUNT,
});

/** The schema of {@linkcode CctOptions}. */
export const CCT = options<CctOptions>({
  kind: oneOf(["cct"]),
  auxiliary: AUXILIARY,
  perturb: options({
    radius: numberWhere("a number above 0", (radius) => radius > 0),
    dropout: share(false),
    erase: numberWhere("a share in (0, 1)", (erase) => erase > 0 && erase < 1),
    noise: share(true),
    keep: pair("[least, greatest] with 0 < least ≤ greatest ≤ 1", isRange),
  }),
  unsup: options({ weight: fromZero(), rampUp: share(true) }),
});

function isRange(low: number, high: number): boolean {
  return 0 < low && low <= high && high <= 1;
}

/** How many auxiliary decoders there are in all. */
export function decoderCount(auxiliary: AuxiliaryDecoders): number {
  return Object.values(auxiliary).reduce((sum, count) => sum + count, 0);
}

/** What of the options is out of range; nothing where all is well. */
export function cctProblems({ auxiliary, perturb, unsup }: CctOptions): string[] {
  const { radius, dropout, erase, noise, keep: [least, greatest] } = perturb;
  const found = outOfRange({
    "perturb.radius": [radius, radius > 0 && Number.isFinite(radius), "a finite number above 0"],
    "perturb.dropout": shareOf(dropout, "a probability", false),
    "perturb.erase": [erase, erase > 0 && erase < 1, "a share in (0, 1)"],
    "perturb.noise": shareOf(noise, "a share", true),
    "perturb.keep[0]": [least, isRange(least, greatest), "a share in (0, perturb.keep[1]]"],
    "perturb.keep[1]": [greatest, greatest <= 1, "a share of at most 1"],
    "unsup.weight": factor(unsup.weight),
    "unsup.rampUp": shareOf(unsup.rampUp, "a share of the run", true),
  });
  const count = decoderCount(auxiliary);
  return count > 0 ? found : [...found, `auxiliary has ${count} decoders in all, expected at least 1`];
}

/** Their settings, with half of their decoders: {@linkcode THEIR_DECODERS} are the published numbers. */
export const CROSS_CONSISTENCY: CctOptions = {
  kind: "cct",
  auxiliary: { vat: 1, dropout: 3, cutOut: 3, context: 1, object: 1, featureDrop: 3, noise: 3 },
  perturb: { radius: 2, dropout: 0.5, erase: 0.4, noise: 0.3, keep: [0.7, 0.9] },
  unsup: { weight: 30, rampUp: 0.1 },
};

/** The numbers of decoders in their configuration. */
export const THEIR_DECODERS: AuxiliaryDecoders = {
  vat: 2,
  dropout: 6,
  cutOut: 6,
  context: 2,
  object: 2,
  featureDrop: 6,
  noise: 6,
};
