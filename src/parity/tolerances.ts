/** What a compared tensor is; each kind has a tolerance of its own. */
export type TensorKind =
  | "loss"
  | "accuracy"
  | "forward"
  | "gradient"
  | "cancelling"
  | "parameter1"
  | "statistic1"
  | "parameter3"
  | "inference"
  | "schedule"
  | "exact";

/** A tolerance: `relative` of the reference's largest magnitude, plus `absolute`. */
export interface Tolerance {
  /** Share of the reference's largest magnitude. */
  readonly relative: number;
  /** Added to that. */
  readonly absolute: number;
  /** Largest share of the reference's largest magnitude that `absolute` may be: small tensors are held to less. */
  readonly cap?: number;
  /** Whether 10 · f64_diff + 1e-6 counts where it is larger (what float32 itself costs the official code, ten times). */
  readonly orFloat64: boolean;
  /** Of the largest gradient of the weights beside it, added where that is told. */
  readonly ofWeights?: number;
  /** Why this much. */
  readonly reason: string;
}

const MEASURED = "about ten times what the official code differs between float32 and float64";

/**
 * The one table of tolerances. `official` numbers are the worst differences of the official code between float32 and
 * float64, over the stored cases.
 */
export const TOLERANCES: Readonly<Record<TensorKind, Tolerance>> = {
  loss: {
    relative: 1e-5,
    absolute: 0,
    orFloat64: true,
    reason: `official: 2e-7; a loss after a step carries that step's difference, hence ${MEASURED}`,
  },
  accuracy: {
    relative: 1e-5,
    absolute: 0,
    orFloat64: false,
    reason:
      "a share of pixels, counted exactly but for those whose two best classes are nearer than twice the forward " +
      "tolerance: these are added to the tolerance",
  },
  forward: { relative: 5e-5, absolute: 0, orFloat64: true, reason: `official: 8e-6; ${MEASURED}` },
  gradient: {
    relative: 3e-3,
    absolute: 1e-6,
    orFloat64: true,
    reason: `official: 7e-4 with ResNet-50 (image pool 2e-3); ${MEASURED}; ` +
      "1e-6 because some are zero by analysis and rounding in float32",
  },
  cancelling: {
    relative: 3e-3,
    absolute: 1e-6,
    orFloat64: true,
    ofWeights: 1e-4,
    reason:
      "bias gradients of phi and g in MITrans: sums over positions that are zero by analysis (g's with a norm " +
      "behind it). What is left is rounding of the terms, so it is measured by the weights' gradient: official up to " +
      "7e-6 of that, ours up to 3e-5 (seven folders)",
  },
  parameter1: {
    relative: 0,
    absolute: 1e-6,
    cap: 5e-3,
    orFloat64: true,
    reason: `after one step; official: 1e-7; ${MEASURED}`,
  },
  statistic1: {
    relative: 0,
    absolute: 1e-5,
    cap: 5e-3,
    orFloat64: true,
    reason: `running statistics after one step, or one pass; ${MEASURED}`,
  },
  parameter3: {
    relative: 0,
    absolute: 5e-4,
    cap: 5e-3,
    orFloat64: true,
    reason: `parameters and running statistics after three steps; official: 1e-4; ${MEASURED}`,
  },
  inference: {
    relative: 5e-3,
    absolute: 0,
    orFloat64: true,
    reason: `with the parameters of the third step, whose difference it carries; ${MEASURED}`,
  },
  schedule: {
    relative: 1e-12,
    absolute: 0,
    orFloat64: false,
    reason: "float64 on both sides; pow and exp of two libraries may differ in the last digits",
  },
  exact: {
    relative: 0,
    absolute: 0,
    orFloat64: false,
    reason: "draws of a seed, indices, counts, and parameters that no gradient reaches: equal bits",
  },
};

/**
 * Largest absolute difference that a tensor may have.
 * @param maximum The reference's largest finite magnitude
 * @param float64Difference The manifest's `f64_diff`, where there is one
 * @param weights Largest gradient of the weights beside a bias, for `cancelling`
 */
export function toleranceOf(
  kind: TensorKind,
  maximum: number,
  float64Difference?: number,
  weights = 0,
): number {
  const { relative, absolute, cap = Infinity, orFloat64, ofWeights } = TOLERANCES[kind];
  const proposed = relative * maximum + (maximum > 0 ? Math.min(absolute, cap * maximum) : absolute) +
    (ofWeights ?? 0) * weights;
  return orFloat64 && float64Difference !== undefined
    ? Math.max(proposed, 10 * float64Difference + 1e-6)
    : proposed;
}
