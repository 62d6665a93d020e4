import { DatasetError, FormatError } from "../../core/errors.ts";
import { decodeMask } from "../../formats/decode_mask.ts";
import { readBytes } from "../read_file.ts";
import { maskHistogram } from "./mask_histogram.ts";
import type { Surveyed } from "./survey_messages.ts";

/** Reads a mask's file and counts its values; what is wrong with the file becomes a sentence. */
export async function surveyFile(path: string): Promise<Surveyed> {
  try {
    return maskHistogram(await decodeMask(await readBytes(path), path));
  } catch (error) {
    if (error instanceof DatasetError || error instanceof FormatError) return { problem: error.message };
    throw error;
  }
}
