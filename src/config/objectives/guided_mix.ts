/**
 * Options of the unlabeled objective of GuidedMix-Net (AAAI 2022): labeled and unlabeled images are blended, the prediction
 * of the blend is decoupled, and compared with that of the unlabeled image.
 */
import { flag, fromZero, oneOf, options, share } from "../schema_rules.ts";
import { factor, LAMBDA_LIMIT, lambdaLimit, outOfRange, PAIR, type PairOptions, shareOf } from "./parts.ts";

/** Soft subtracts λ times the labeled prediction, hard all of it (section 3.3). */
export type DecoupleMode = "soft" | "hard";

/** What is subtracted and compared: raw logits, or their softmax. */
export type DecoupleSpace = "logits" | "probabilities";

/** How mixed predictions are decoupled. */
export interface DecoupleOptions {
  /** How much of the labeled prediction is subtracted. */
  readonly mode: DecoupleMode;
  /** Where it is subtracted. */
  readonly space: DecoupleSpace;
  /** Divides a soft result by 1 − λ, so that it is compared at its own size. */
  readonly normalize: boolean;
  /** Lets no gradient flow into the labeled prediction that is subtracted: otherwise it is pushed away from its labels. */
  readonly constantShare: boolean;
}

/** Where images are blended: λ times the labeled one and 1 − λ times the other (section 3.2). */
export interface BlendOptions {
  /** `features`: the concatenated ASPP branches; `images`: before the encoder, which they pass once more. */
  readonly at: "features" | "images";
  /** λ is drawn again while it is at or above this, in (0, 0.5]. */
  readonly lambdaLimit: number;
}

/** The loss between the decoupled and the plain prediction of the unlabeled images. */
export interface UnsupervisedOptions {
  /**
   * Mean squared error; focal on the target's argmax (CUDA's way); focal on soft targets (the CPU's way); cross entropy
   * with the target's argmax where it is sure enough (not in paper or code).
   */
  readonly loss: "mse" | "focal-hard" | "focal-soft" | "ce";
  /** Least probability of a target's class that `ce` counts, in [0, 1); other losses take all. */
  readonly threshold: number;
  /** The constant side: the plain prediction M_u, or the decoupled one M_u_dec. */
  readonly target: "M_u" | "M_u_dec";
  /** Factor of the loss at the end of the ramp-up, at least 0. */
  readonly weight: number;
  /** Share of the run over which the factor grows, in [0, 1]. */
  readonly rampUp: number;
}

/** The image-level classifier (L_cla of the paper). */
export interface ClassifierOptions {
  /** Whether there is one. */
  readonly on: boolean;
  /** Factor of the loss, at least 0. */
  readonly weight: number;
  /** Share of the run at its start in which only this loss is trained, in [0, 1). */
  readonly warmUp: number;
}

/** The loss on decoupled labeled-labeled mixtures (L_dec of the paper). */
export interface LabeledMixOptions extends DecoupleOptions {
  /** Squared error against the partner's prediction, cross entropy with its labels, or none. */
  readonly loss: "mse" | "ce" | "none";
  /** Factor of the loss, at least 0. */
  readonly weight: number;
}

/** Options of objective `guided-mix`. */
export interface GuidedMixOptions {
  /** Names the objective. */
  readonly kind: "guided-mix";
  /** Where images are mixed, and how much. */
  readonly mix: BlendOptions;
  /** Which images are mixed with each other. */
  readonly pair: PairOptions;
  /** How mixed predictions are decoupled for L_usup. */
  readonly decouple: DecoupleOptions;
  /** L_usup. */
  readonly unsup: UnsupervisedOptions;
  /** L_cla. */
  readonly classifier: ClassifierOptions;
  /** L_dec. */
  readonly dec: LabeledMixOptions;
  /** How often a step moves the running statistics of the image pool; the official step does it twice. */
  readonly imagePoolUpdates: 1 | 2;
}

const DECOUPLING = {
  mode: oneOf(["soft", "hard"]),
  space: oneOf(["logits", "probabilities"]),
  normalize: flag(),
  constantShare: flag(),
};

/** The schema of {@linkcode GuidedMixOptions}. */
export const GUIDED_MIX = options<GuidedMixOptions>({
  kind: oneOf(["guided-mix"]),
  mix: options({ at: oneOf(["features", "images"]), lambdaLimit: LAMBDA_LIMIT }),
  pair: PAIR,
  decouple: options(DECOUPLING),
  unsup: options({
    loss: oneOf(["mse", "focal-hard", "focal-soft", "ce"]),
    threshold: share(false),
    target: oneOf(["M_u", "M_u_dec"]),
    weight: fromZero(),
    rampUp: share(true),
  }),
  classifier: options({ on: flag(), weight: fromZero(), warmUp: share(false) }),
  dec: options({ ...DECOUPLING, loss: oneOf(["mse", "ce", "none"]), weight: fromZero() }),
  imagePoolUpdates: oneOf([1, 2]),
});

/** What of the options is out of range or does not fit together; nothing where all is well. */
export function guidedMixProblems({ mix, decouple, unsup, classifier, dec }: GuidedMixOptions): string[] {
  const found = outOfRange({
    "mix.lambdaLimit": lambdaLimit(mix.lambdaLimit),
    "unsup.weight": factor(unsup.weight),
    "classifier.weight": factor(classifier.weight),
    "dec.weight": factor(dec.weight),
    "unsup.rampUp": shareOf(unsup.rampUp, "a share of the run", true),
    "classifier.warmUp": shareOf(classifier.warmUp, "a share of the run", false),
  });
  const needsLogits = unsup.loss.startsWith("focal") || (unsup.loss === "ce" && unsup.target === "M_u");
  if (decouple.space !== "probabilities" || !needsLogits) return found;
  return [
    ...found,
    `unsup.loss is "${unsup.loss}" with decouple.space "probabilities", expected "logits": its prediction must be logits`,
  ];
}

const SOFT_LOGITS: DecoupleOptions = {
  mode: "soft",
  space: "logits",
  normalize: false,
  constantShare: false,
};

/** What the official code of 27de72a does on CUDA. */
export const OFFICIAL_MIX: GuidedMixOptions = {
  kind: "guided-mix",
  mix: { at: "features", lambdaLimit: 0.5 },
  pair: { select: "random", feature: "encoder", direction: "labeled" },
  decouple: SOFT_LOGITS,
  unsup: { loss: "focal-hard", threshold: 0, target: "M_u", weight: 1, rampUp: 0 },
  classifier: { on: false, weight: 1, warmUp: 0 },
  dec: { ...SOFT_LOGITS, loss: "none", weight: 1 },
  imagePoolUpdates: 2,
};

/** What the paper says. */
export const PAPER_MIX: GuidedMixOptions = {
  kind: "guided-mix",
  mix: { at: "images", lambdaLimit: 0.5 },
  pair: { select: "nearest", feature: "encoder", direction: "unlabeled" },
  decouple: SOFT_LOGITS,
  unsup: { loss: "mse", threshold: 0, target: "M_u_dec", weight: 1, rampUp: 0.1 },
  classifier: { on: true, weight: 1, warmUp: 0 },
  dec: { ...SOFT_LOGITS, loss: "mse", weight: 1 },
  imagePoolUpdates: 1,
};
