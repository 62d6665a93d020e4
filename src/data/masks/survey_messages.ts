import type { Source } from "../dataset.ts";
import type { MaskHistogram } from "./mask_histogram.ts";

/** Masks to count. */
export interface SurveyRequest {
  /** Answered with it. */
  readonly id: number;
  /** Files, or what is drawn. */
  readonly sources: readonly Source[];
}

/** What a mask holds, or the sentence on why it cannot be read. */
export type Surveyed = MaskHistogram | { readonly problem: string };

/** The answer to a request, in the order of its sources. */
export interface SurveyAnswer {
  /** Of the request. */
  readonly id: number;
  /** One a source. */
  readonly found: readonly Surveyed[];
}
