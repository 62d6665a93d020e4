import { DatasetError, FormatError } from "../../core/errors.ts";
import type { Source } from "../dataset.ts";
import { readRawMask } from "../raw_mask.ts";
import { type MaskHistogram, maskHistogram } from "./mask_histogram.ts";

/** What a mask holds, or the sentence on why it cannot be read. */
export type Surveyed = MaskHistogram | { readonly problem: string };

/** Reads a mask and counts its values; what is wrong with it becomes a sentence. */
export async function surveySource(source: Source): Promise<Surveyed> {
  try {
    return maskHistogram(await readRawMask(source));
  } catch (error) {
    if (error instanceof DatasetError || error instanceof FormatError) return { problem: error.message };
    throw error;
  }
}
