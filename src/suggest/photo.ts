/** Photos that may be labeled, and what was measured of them. */
import type { Region } from "./region.ts";

/** A photo without labels. */
export interface Candidate {
  /** As lists name it. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

/** How unsure a run is of a photo: means over its pixels, from 0 to 1. */
export interface PhotoUncertainty {
  /** The mean of the three others; photos are ranked by it. */
  readonly all: number;
  /** Entropy of the class probabilities. */
  readonly entropy: number;
  /** How near the second class is to the first. */
  readonly margin: number;
  /** How much photo and mirror image disagree. */
  readonly flips: number;
  /** Its most uncertain parts, in pixels of the photo. */
  readonly regions: readonly Region[];
}

/** A photo that was looked at. */
export interface SeenPhoto extends Candidate {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[C]`, of length 1. */
  readonly features: Float32Array;
  /** Missing without a run. */
  readonly uncertainty?: PhotoUncertainty;
}

/** A photo that is suggested, or one that is not. */
export interface RankedPhoto extends SeenPhoto {
  /** From 1, in the order in which to label; missing for those that are not suggested. */
  readonly place?: number;
  /** From 1 for the most uncertain; missing without a run. */
  readonly uncertaintyRank?: number;
  /** Distance to the nearest photo that is labeled or was suggested before, 0 to 2; missing where there is none. */
  readonly distance?: number;
  /** That photo's name. */
  readonly nearest?: string;
}
