/** What is made of an unlabeled photo for a training step; all views of a photo share crop and flip. */
export interface UnlabeledViews {
  /**
   * Colours of the student's view: `official` as labeled photos have them (`data.photometric`); `jitter` UniMatch's colour
   * jitter, grey and blur; `operations` one to three of AugSeg's. The last two do not ask for `data.photometric`.
   */
  readonly strong: "official" | "jitter" | "operations";
  /** How many strong views there are, with draws of their own. */
  readonly count: 1 | 2;
  /** Whether there is a view without change of colours too, never warped, which pseudo labels are predicted from. */
  readonly plain: boolean;
  /**
   * Standard deviation of a thin-plate warp's control points, as a share of each side, in [0, 0.5]; 0 warps nothing. 0.1 in
   * Ivan1248/semisup-seg-efficient. Strong views are moved alike, and a map says from which pixel of the plain view each
   * of their pixels comes.
   */
  readonly warp: number;
}

/** One view, distorted as labeled photos are. */
export const OFFICIAL_VIEWS: UnlabeledViews = { strong: "official", count: 1, plain: false, warp: 0 };
