/**
 * Recipes: what a training step does besides the network. A recipe names its unlabeled objective, which has options of its
 * own (`objectives/`), and says who predicts for unlabeled images and what the student sees of them.
 */
import { DONOR_BOXES, LABELED_BOXES } from "./objectives/boxes.ts";
import type { AuxiliaryDecoders, MovingThresholds } from "./model_options.ts";
import { CROSS_CONSISTENCY } from "./objectives/cct.ts";
import { CUTMIX } from "./objectives/cutmix_seg.ts";
import { FIXMATCH, UNIMATCH } from "./objectives/strong_views.ts";
import { OFFICIAL_MIX, PAPER_MIX } from "./objectives/guided_mix.ts";
import type { ObjectiveOptions } from "./objectives/objective_options.ts";
import type { ThresholdRule } from "./objectives/parts.ts";
import { OFFICIAL_VIEWS, type UnlabeledViews } from "./view_options.ts";

/** Names of the recipes. */
export const RECIPE_NAMES = [
  "guidedmix",
  "official",
  "paper",
  "fixmatch",
  "unimatch",
  "cutmix-seg",
  "cct",
  "supervised",
] as const;

/** A recipe's name. */
export type RecipeName = (typeof RECIPE_NAMES)[number];

/**
 * A mean teacher (Tarvainen & Valpola 2017): running means of the student's parameters and running statistics, which predict
 * for unlabeled images in the student's place.
 */
export interface TeacherOptions {
  /**
   * Share of the teacher that stays at each update, in [0, 1). With one round it begins lower, as 1 − 1/(i + 1), and 0 is no
   * teacher; with several, 0 is one that stays as it is through a round.
   */
  readonly decay: number;
  /** Evaluates and saves the teacher as the run's model, in place of the student. */
  readonly evaluated: boolean;
}

/** What a teacher that stays as it is through a round predicts pseudo labels from. */
export interface PseudoLabelSource {
  /**
   * `crops`: in each step, what the student sees there, without change of colours. `photos`: whole photos, once, at the start
   * of the round, as the mean of several sizes and their mirror images. They are right more often, and taught no more in our
   * runs (LOG.md).
   */
  readonly of: "crops" | "photos";
  /** Factors on the size at which photos are evaluated, each above 0 and up to 4; for `photos`. */
  readonly ratios: readonly number[];
}

/**
 * Online hard example mining (Shrivastava et al. 2016), as UniMatch has it for Cityscapes: L_ce counts hard labeled pixels
 * alone. With `crossEntropy` `labeled` it is their mean, as in UniMatch; with `all` it is divided by all pixels, as with
 * mmseg's `OHEMPixelSampler`. Which pixels are hard goes by their probability, not by weights of classes.
 */
export interface HardPixelOptions {
  /** A pixel is hard where its label has a probability below this, in (0, 1]. 1: all labeled pixels count. Theirs: 0.7. */
  readonly below: number;
  /**
   * Where fewer of a batch are, as many of the hardest count; a whole number from 0. It is over the batches of all processes.
   * UniMatch has 200,000 for two crops of 801 × 801, mmseg 100,000 an image.
   */
  readonly least: number;
}

/** Everything a training step does besides the network. */
export interface Recipe {
  /** The recipe that it began as. */
  readonly name: RecipeName;
  /** What is done with unlabeled images. */
  readonly objective: ObjectiveOptions;
  /** What the student sees of unlabeled images. */
  readonly views: UnlabeledViews;
  /** Who predicts for unlabeled images. */
  readonly teacher: TeacherOptions;
  /**
   * What cross entropies with labels are divided by. `all` pixels, padded and unlabeled ones too, is the official
   * configuration's; with few labels or small photos it leaves next to nothing of the loss. Else the `labeled` ones.
   */
  readonly crossEntropy: "all" | "labeled";
  /** Which labeled pixels L_ce counts. */
  readonly hardPixels: HardPixelOptions;
  /**
   * Weights of classes in cross entropies with labels: all alike, or the rarer the more, by median frequency balancing or
   * by its square root. Pseudo labels have none: a class would be learned from its own wrong pseudo labels (LOG.md).
   */
  readonly classWeights: "none" | "median" | "sqrt-median";
  /**
   * Norms of the encoder in training: by the statistics of each batch, or `frozen`, as the weights bring them, both
   * parameters and running statistics (mmseg's `norm_eval` with norms that take no gradient). With four photos a batch the
   * statistics are noise that costs more than they give (LOG.md). Without weights there is nothing to freeze.
   */
  readonly encoderNorms: "batch" | "frozen";
  /**
   * Rounds of self-training, from 1. With several the run is cut into equal parts, each with a learning rate and momentum
   * that begin anew. In the first, labels alone are learned; in each later one, pseudo labels come from a teacher that is what
   * the network was at the end of the one before. (ST++, Yang et al. 2022, section 3.1, begins each round with a new
   * network; here it goes on.)
   */
  readonly rounds: number;
  /** Where pseudo labels of later rounds come from. */
  readonly pseudoLabels: PseudoLabelSource;
}

/** One strong view, with the weak one beside it. */
const JITTERED: UnlabeledViews = { strong: "jitter", count: 1, plain: true, warp: 0 };

const NO_TEACHER: TeacherOptions = { decay: 0, evaluated: false };

/** Pseudo labels of the crops of each step. */
export const OF_CROPS: PseudoLabelSource = { of: "crops", ratios: [1] };

/** Every labeled pixel counts. */
export const ALL_PIXELS: HardPixelOptions = { below: 1, least: 100_000 };

const OFFICIAL: Recipe = {
  name: "official",
  objective: OFFICIAL_MIX,
  views: OFFICIAL_VIEWS,
  teacher: NO_TEACHER,
  crossEntropy: "all",
  hardPixels: ALL_PIXELS,
  classWeights: "none",
  encoderNorms: "batch",
  rounds: 1,
  pseudoLabels: OF_CROPS,
};

/**
 * The named recipes. `official` is what the code of 27de72a does on CUDA, `paper` what the paper says. `fixmatch`, `unimatch`,
 * `cutmix-seg` and `cct` are other methods, to compare with.
 */
export const RECIPES: Readonly<Record<RecipeName, Recipe>> = {
  guidedmix: {
    ...OFFICIAL,
    name: "guidedmix",
    objective: DONOR_BOXES,
    views: JITTERED,
    crossEntropy: "labeled",
    rounds: 2,
  },
  official: OFFICIAL,
  paper: { ...OFFICIAL, name: "paper", objective: PAPER_MIX },
  fixmatch: { ...OFFICIAL, name: "fixmatch", objective: FIXMATCH, views: JITTERED, crossEntropy: "labeled" },
  unimatch: {
    ...OFFICIAL,
    name: "unimatch",
    objective: UNIMATCH,
    views: { ...JITTERED, count: 2 },
    crossEntropy: "labeled",
  },
  "cutmix-seg": {
    ...OFFICIAL,
    name: "cutmix-seg",
    objective: CUTMIX,
    views: JITTERED,
    teacher: { decay: 0.99, evaluated: true },
    crossEntropy: "labeled",
  },
  cct: { ...OFFICIAL, name: "cct", objective: CROSS_CONSISTENCY, crossEntropy: "labeled" },
  supervised: {
    ...OFFICIAL,
    name: "supervised",
    objective: { kind: "supervised" },
    crossEntropy: "labeled",
  },
};

/**
 * `guidedmix` as version 0.1 had it: boxes of the nearest labeled image, no teacher. It pays where the network begins at random
 * and labels are very few (LOG.md); other recipes stay as they are.
 */
export function withLabeledBoxes(recipe: Recipe): Recipe {
  if (recipe.name !== "guidedmix") return recipe;
  return {
    ...recipe,
    objective: LABELED_BOXES,
    views: { ...OFFICIAL_VIEWS, plain: true },
    teacher: NO_TEACHER,
    rounds: 1,
  };
}

/** Whether a recipe reads unlabeled images. */
export function usesUnlabeled({ objective }: Pick<Recipe, "objective">): boolean {
  return objective.kind !== "supervised";
}

/** Whether somebody else than the network predicts for unlabeled images. */
export function hasTeacher(recipe: Pick<Recipe, "objective" | "teacher" | "rounds">): boolean {
  return recipe.teacher.decay > 0 || (recipe.rounds > 1 && usesUnlabeled(recipe));
}

/** Parts of a network that only training needs. */
interface TrainingParts {
  readonly classifier: boolean;
  readonly mixDecoder: boolean;
  /** Whether MITrans, where the run has it on, has something to do. */
  readonly mitrans: boolean;
  readonly auxiliary?: AuxiliaryDecoders;
  readonly thresholds?: MovingThresholds;
}

/** What an objective says of thresholds of pseudo labels; `undefined` where it has no rule for them. */
export function thresholdsOf(
  objective: ObjectiveOptions,
): { readonly threshold: number; readonly thresholds: ThresholdRule } | undefined {
  return "unsup" in objective && "thresholds" in objective.unsup ? objective.unsup : undefined;
}

/** Thresholds of pseudo labels that follow the run; `undefined` where they are fixed. */
export function movingThresholds(objective: ObjectiveOptions): MovingThresholds | undefined {
  const { thresholds: rule = "fixed", threshold: start = 0 } = thresholdsOf(objective) ?? {};
  return rule === "fixed" || rule === "held-out" ? undefined : { rule, start };
}

/** Whether labeled photos that are held out decide thresholds of pseudo labels. */
export function measuresThreshold({ objective }: Pick<Recipe, "objective">): boolean {
  return thresholdsOf(objective)?.thresholds === "held-out";
}

/** A recipe with another threshold of pseudo labels, which stays so. */
export function withThreshold(recipe: Recipe, threshold: number): Recipe {
  const { objective } = recipe;
  const unsup = thresholdsOf(objective);
  if (unsup === undefined) return recipe;
  const fixed = { ...unsup, threshold, thresholds: "fixed" };
  return { ...recipe, objective: { ...objective, unsup: fixed } as ObjectiveOptions };
}

/**
 * Whether a network trained by a recipe has an image-level classifier and a mix decoder, its auxiliary decoders, and thresholds
 * that follow the run.
 */
export function partsOf({ objective }: Pick<Recipe, "objective">): TrainingParts {
  const blends = objective.kind === "guided-mix";
  const thresholds = movingThresholds(objective);
  return {
    mixDecoder: blends || (objective.kind === "boxes" && objective.decoder === "mix"),
    mitrans: blends,
    classifier: blends && objective.classifier.on,
    ...(objective.kind === "cct" && { auxiliary: objective.auxiliary }),
    ...(thresholds && { thresholds }),
  };
}

/** Which norms a recipe freezes, by their state_dict name; `undefined` where it freezes none. */
export function frozenNorms(
  { encoderNorms }: Pick<Recipe, "encoderNorms">,
): ((norm: string) => boolean) | undefined {
  return encoderNorms === "frozen" ? (norm) => norm.startsWith("backbone.") : undefined;
}

/** A recipe whose λ is below a limit, where it draws a λ. */
export function withLambdaLimit(recipe: Recipe, lambdaLimit: number): Recipe {
  const { objective } = recipe;
  if (!("mix" in objective)) return recipe;
  const mix = { ...objective.mix, lambdaLimit };
  return { ...recipe, objective: { ...objective, mix } as ObjectiveOptions };
}

/** Factor of L_usup at the end of its ramp-up; 0 where there is none. */
export function unsupervisedWeight({ objective }: Pick<Recipe, "objective">): number {
  return "unsup" in objective ? objective.unsup.weight : 0;
}

/** Share of the run over which L_usup grows. */
export function rampUpShare({ objective }: Pick<Recipe, "objective">): number {
  return "unsup" in objective && "rampUp" in objective.unsup ? objective.unsup.rampUp : 0;
}

/** Share of the run at its start in which the classifier is trained alone. */
export function warmUpShare({ objective }: Pick<Recipe, "objective">): number {
  return objective.kind === "guided-mix" && objective.classifier.on ? objective.classifier.warmUp : 0;
}
