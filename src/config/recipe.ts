/**
 * Recipes: which parts of GuidedMix-Net a training step has. Each part is an option of its own; the named recipes are
 * presets of them.
 */

/** Names of the recipes. */
export const RECIPE_NAMES = ["guidedmix", "official", "paper", "supervised"] as const;

/** A recipe's name. */
export type RecipeName = (typeof RECIPE_NAMES)[number];

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

/**
 * How two images become one. `blend`: λ times the labeled one and 1 − λ times the other (section 3.2). `box`: a
 * rectangle of share λ of the area from the labeled one, all else from the other (CutMix; not in paper or code).
 */
export type MixShape = "blend" | "box";

/** Where and how images are mixed. */
export interface MixOptions {
  /** `features`: the concatenated ASPP branches; `images`: before the encoder, which they pass once more. */
  readonly at: "features" | "images";
  /** A blend is read by MITrans and the mix decoder, boxes by the labeled decoder. */
  readonly shape: MixShape;
  /** λ is drawn again while it is at or above this, in (0, 0.5]. */
  readonly lambdaLimit: number;
  /** Factor of L_mix, the loss inside of boxes, at least 0; 1 for blends, which have no such loss. */
  readonly weight: number;
}

/** Which images are mixed with each other. */
export interface PairOptions {
  /** `nearest` by Euclidean distance of pooled features, or a random permutation of the unlabeled images. */
  readonly select: "nearest" | "random";
  /** Whose pooled features are compared. */
  readonly feature: "encoder";
  /** Whom a partner is looked for: each `unlabeled` image gets a labeled one, or the other way. */
  readonly direction: "unlabeled" | "labeled";
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
  /**
   * Predicts M_u from the images before their photometric distortion, while the mixture shows them after it: weak and
   * strong views (FixMatch, Sohn et al. 2020; not in paper or code). For boxes.
   */
  readonly plainView: boolean;
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

/** Everything a training step does besides the network. */
export interface Recipe {
  /** The recipe that it began as. */
  readonly name: RecipeName;
  /** False for `supervised`: unlabeled images are not read. */
  readonly usesUnlabeled: boolean;
  /** Where and how images are mixed. */
  readonly mix: MixOptions;
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
  /**
   * What cross entropies with labels are divided by. `all` pixels, padded and unlabeled ones too, is the official
   * configuration's; with few labels or small photos it leaves next to nothing of the loss. Else the `labeled` ones.
   */
  readonly crossEntropy: "all" | "labeled";
  /**
   * Weights of classes in cross entropies with labels: all alike, or the rarer the more, by median frequency balancing or
   * by its square root. The square root is gentle enough for the pseudo labels of boxes too; with `median` a class would
   * be learned from its own wrong pseudo labels (LOG.md).
   */
  readonly classWeights: "none" | "median" | "sqrt-median";
}

const SOFT_LOGITS: DecoupleOptions = {
  mode: "soft",
  space: "logits",
  normalize: false,
  constantShare: false,
};

const OFFICIAL: Recipe = {
  name: "official",
  usesUnlabeled: true,
  mix: { at: "features", shape: "blend", lambdaLimit: 0.5, weight: 1 },
  pair: { select: "random", feature: "encoder", direction: "labeled" },
  decouple: SOFT_LOGITS,
  unsup: { loss: "focal-hard", threshold: 0, target: "M_u", weight: 1, rampUp: 0, plainView: false },
  classifier: { on: false, weight: 1, warmUp: 0 },
  dec: { ...SOFT_LOGITS, loss: "none", weight: 1 },
  imagePoolUpdates: 2,
  crossEntropy: "all",
  classWeights: "none",
};

const PAPER: Recipe = {
  name: "paper",
  usesUnlabeled: true,
  mix: { at: "images", shape: "blend", lambdaLimit: 0.5, weight: 1 },
  pair: { select: "nearest", feature: "encoder", direction: "unlabeled" },
  decouple: SOFT_LOGITS,
  unsup: { loss: "mse", threshold: 0, target: "M_u_dec", weight: 1, rampUp: 0.1, plainView: false },
  classifier: { on: true, weight: 1, warmUp: 0 },
  dec: { ...SOFT_LOGITS, loss: "mse", weight: 1 },
  imagePoolUpdates: 1,
  crossEntropy: "all",
  classWeights: "none",
};

/** The named recipes. `official` is what the code of 27de72a does on CUDA, `paper` what the paper says. */
export const RECIPES: Readonly<Record<RecipeName, Recipe>> = {
  guidedmix: {
    ...PAPER,
    name: "guidedmix",
    mix: { at: "images", shape: "box", lambdaLimit: 0.5, weight: 1 },
    unsup: { loss: "ce", threshold: 0.8, target: "M_u", weight: 1, rampUp: 0.3, plainView: true },
    classifier: { on: false, weight: 1, warmUp: 0 },
    dec: { ...SOFT_LOGITS, loss: "none", weight: 1 },
    crossEntropy: "labeled",
  },
  official: OFFICIAL,
  paper: PAPER,
  supervised: {
    ...OFFICIAL,
    name: "supervised",
    usesUnlabeled: false,
    imagePoolUpdates: 1,
    crossEntropy: "labeled",
  },
};

/**
 * Refuses a recipe whose numbers are out of range.
 * @throws {RangeError} With everything that is wrong
 */
export function checkRecipe(recipe: Recipe): void {
  const found: string[] = [];
  const demand = (fine: boolean, text: string) => fine || found.push(text);
  const { mix, unsup, classifier, dec } = recipe;
  const inLimit = mix.lambdaLimit > 0 && mix.lambdaLimit <= 0.5;
  demand(inLimit, `mix.lambdaLimit is ${mix.lambdaLimit}, expected a number in (0, 0.5]`);
  const weights = {
    "mix.weight": mix.weight,
    "unsup.weight": unsup.weight,
    "classifier.weight": classifier.weight,
    "dec.weight": dec.weight,
  };
  for (const [name, weight] of Object.entries(weights)) {
    demand(weight >= 0 && Number.isFinite(weight), `${name} is ${weight}, expected a finite number from 0`);
  }
  const rising = unsup.rampUp >= 0 && unsup.rampUp <= 1;
  demand(rising, `unsup.rampUp is ${unsup.rampUp}, expected a share of the run in [0, 1]`);
  const warm = classifier.warmUp >= 0 && classifier.warmUp < 1;
  demand(warm, `classifier.warmUp is ${classifier.warmUp}, expected a share of the run in [0, 1)`);
  const boxed = mix.at === "images" && unsup.loss === "ce" && unsup.target === "M_u" && dec.loss === "none";
  demand(
    mix.shape === "blend" || boxed,
    `mix.shape is "box" with mix.at "${mix.at}", unsup.loss "${unsup.loss}", unsup.target "${unsup.target}", ` +
      `dec.loss "${dec.loss}", expected "images", "ce", "M_u", "none"`,
  );
  demand(
    mix.shape === "box" || mix.weight === 1,
    `mix.weight is ${mix.weight} with mix.shape "${mix.shape}", expected 1: blends have no L_mix`,
  );
  demand(
    mix.shape === "box" || !unsup.plainView,
    `unsup.plainView is true with mix.shape "${mix.shape}", expected "box": a blend shows what M_u is predicted from`,
  );
  const onProbabilities = recipe.decouple.space === "probabilities";
  demand(
    !(onProbabilities && (unsup.loss.startsWith("focal") || (unsup.loss === "ce" && unsup.target === "M_u"))),
    `unsup.loss is "${unsup.loss}" with decouple.space "probabilities", expected "logits": its prediction must be logits`,
  );
  if (found.length > 0) throw new RangeError(`Cannot use recipe "${recipe.name}": ${found.join("; ")}`);
}
