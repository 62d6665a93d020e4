import { flag, numberWhere, oneOf, options } from "./schema_rules.ts";

/** What is made of an unlabeled photo for a training step; all views of a photo share crop and flip. */
export interface UnlabeledViews {
  /**
   * Colours of the student's view: `official` as labeled photos have them (`data.photometric`); `jitter` UniMatch's colour
   * jitter, grey and blur; `operations` one to three of AugSeg's.
   */
  readonly strong: "official" | "jitter" | "operations";
  /** How many strong views there are, with draws of their own. */
  readonly count: 1 | 2;
  /** Whether there is a view without change of colours too, which pseudo labels are predicted from. */
  readonly plain: boolean;
  /** Standard deviation of a thin-plate warp's control points, as a share of the side; 0 warps nothing. */
  readonly warp: number;
}

/** The schema of {@linkcode UnlabeledViews}. */
export const VIEWS = options<UnlabeledViews>({
  strong: oneOf(["official", "jitter", "operations"]),
  count: oneOf([1, 2]),
  plain: flag(),
  warp: numberWhere("a number in [0, 0.5]", (share) => share >= 0 && share <= 0.5),
});
