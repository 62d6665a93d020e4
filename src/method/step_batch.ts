import { type Recipe, usesUnlabeled } from "../config/recipe.ts";
import { IGNORE_LABEL } from "../nn/cross_entropy.ts";
import type { FeatureMap, LabelMap } from "../nn/tensors.ts";

/** What a training step sees; the tensors stay the caller's. */
export interface StepBatch {
  /** `[N, H, W, 3]`, normalized. */
  readonly labeled: FeatureMap;
  /** int32 `[N, H, W]`, each in [0, K) or 255. */
  readonly labels: LabelMap;
  /** `[M, H, W, 3]`, normalized; not needed by `supervised`. */
  readonly unlabeled?: FeatureMap;
  /** `unlabeled` before its photometric distortion: what M_u is predicted from (`views.plain`), where it is given. */
  readonly unlabeledPlain?: FeatureMap;
  /** `[M, H, W, 3]`: a second strong view of the same crops (`views.count` 2). */
  readonly unlabeledSecond?: FeatureMap;
  /**
   * int32 `[M, H, W]`, where strong views are warped (`views.warp`): the place `row · W + column` in the plain view of the same image that
   * each of their pixels comes from, −1 for none.
   */
  readonly unlabeledWarp?: LabelMap;
  /**
   * int32 `[M, H, W]`, class or 255: pseudo labels that are known before the step, as the plain view shows them
   * (`recipe.pseudoLabels.of` photos). Without them objectives that need some predict them.
   */
  readonly unlabeledLabels?: LabelMap;
}

/**
 * Refuses labels that are neither a class nor 255.
 * @throws {RangeError} Naming the first such label
 */
export async function checkLabels(labels: LabelMap, classes: number): Promise<void> {
  const values = await labels.data();
  for (let i = 0; i < values.length; i++) {
    const label = values[i]!;
    if (label === IGNORE_LABEL || (label >= 0 && label < classes)) continue;
    throw new RangeError(
      `Cannot train: a label is ${label}, expected 0 to ${classes - 1} or ${IGNORE_LABEL}; ` +
        "the class count does not fit the labels, or the masks need a mapping of values",
    );
  }
}

/** Refuses views of unlabeled images that do not have their shape. */
function checkViews(
  { unlabeledPlain, unlabeledSecond, unlabeledWarp, unlabeledLabels }: StepBatch,
  { shape }: FeatureMap,
): void {
  const expect = (what: string, present: readonly number[] | undefined, expected: readonly number[]) => {
    if (present === undefined || present.join() === expected.join()) return;
    throw new RangeError(`Cannot train: ${what} [${present}], expected [${expected}] as the distorted ones`);
  };
  expect("plain unlabeled images are", unlabeledPlain?.shape, shape);
  expect("second unlabeled images are", unlabeledSecond?.shape, shape);
  expect("the warp of unlabeled images is", unlabeledWarp?.shape, shape.slice(0, 3));
  expect("pseudo labels of unlabeled images are", unlabeledLabels?.shape, shape.slice(0, 3));
}

/**
 * Refuses a batch that the recipe cannot use.
 * @param processes How many hold such a batch together
 * @throws {RangeError} If shapes or counts do not fit
 */
export function checkBatch(batch: StepBatch, recipe: Recipe, processes = 1): void {
  const { labeled, labels, unlabeled } = batch;
  const [n, h, w] = labeled.shape;
  if (labels.shape.join() !== [n, h, w].join()) {
    throw new RangeError(
      `Cannot train: images [${labeled.shape}], labels [${labels.shape}], expected equal N, H, W`,
    );
  }
  if (!usesUnlabeled(recipe)) return;
  if (unlabeled === undefined || unlabeled.shape[1] !== h || unlabeled.shape[2] !== w) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": unlabeled images are ` +
        `${unlabeled === undefined ? "missing" : `[${unlabeled.shape}]`}, expected [M, ${h}, ${w}, 3]`,
    );
  }
  checkViews(batch, unlabeled);
  const alone = n * processes < 2 || unlabeled.shape[0] * processes < 2;
  if (alone) {
    throw new RangeError(
      `Cannot train with recipe "${recipe.name}": the batch is ${n} labeled and ${
        unlabeled.shape[0]
      } unlabeled, ` +
        "expected at least 2 of each: the norm after global pooling would see one value a channel",
    );
  }
}
