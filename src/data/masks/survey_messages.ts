import type { MaskHistogram } from "./mask_histogram.ts";

/** Files to count. */
export interface SurveyRequest {
  /** Answered with it. */
  readonly id: number;
  /** Absolute paths. */
  readonly paths: readonly string[];
}

/** What a mask holds, or the sentence on why it cannot be read. */
export type Surveyed = MaskHistogram | { readonly problem: string };

/** The answer to a request, in the order of its paths. */
export interface SurveyAnswer {
  /** Of the request. */
  readonly id: number;
  /** One a path. */
  readonly found: readonly Surveyed[];
}
