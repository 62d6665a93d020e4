/**
 * Which values the masks of a dataset hold, mask by mask. Many masks are read in Workers; what was counted once in a
 * process is not read again.
 */
import { workerUrl } from "../../core/worker_url.ts";
import type { Source } from "../dataset.ts";
import { type FileProgress, readInParts } from "../read_in_parts.ts";
import { type Surveyed, surveySource } from "./survey_source.ts";

/** Told how many masks were read. */
export type SurveyProgress = FileProgress;

/** How masks are surveyed. */
export interface SurveyOptions {
  /** Told of each part. */
  readonly onProgress?: SurveyProgress;
  /** Workers for many masks; the number of cores, at most 4, by default; 0 reads all in this thread. */
  readonly workers?: number;
}

/** Fewer masks are read sooner than Workers start. */
const WORTH_WORKERS = 400;

/** Masks in one request. */
const PART = 50;

const known = new WeakMap<Source, Surveyed>();

/** Whether a mask was counted already. */
export function isSurveyed(source: Source): boolean {
  return known.has(source);
}

/**
 * Counts the stored values of masks.
 * @returns One a source, in their order: a histogram, or what is wrong with the file
 */
export async function surveyMasks(
  sources: readonly Source[],
  options: SurveyOptions = {},
): Promise<Surveyed[]> {
  const unread = [...new Set(sources)].filter((source) => !known.has(source));
  const found = await readInParts(unread, {
    here: surveySource,
    worker: { url: workerUrl(import.meta.url, "survey_worker"), name: "masks" },
    worthWorkers: WORTH_WORKERS,
    part: PART,
    ...options,
  });
  unread.forEach((source, i) => known.set(source, found[i]!));
  return sources.map((source) => known.get(source)!);
}
