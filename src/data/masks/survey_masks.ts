/**
 * Which values the masks of a dataset hold, mask by mask. Many masks are read in Workers; what was counted once in a
 * process is not read again.
 */
import { workerUrl } from "../../core/worker_url.ts";
import { mapLimited } from "../map_limited.ts";
import type { Source } from "../dataset.ts";
import { surveySource } from "./survey_source.ts";
import type { SurveyAnswer, Surveyed } from "./survey_messages.ts";

/** Told how many masks were read. */
export type SurveyProgress = (done: number, total: number) => void;

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

function defaultWorkers(): number {
  return Math.min(4, Math.max(1, navigator.hardwareConcurrency));
}

function partsOf<T>(items: readonly T[]): T[][] {
  return Array.from(
    { length: Math.ceil(items.length / PART) },
    (_, i) => items.slice(i * PART, (i + 1) * PART),
  );
}

/** A Worker that answers one request at a time. */
function startWorker() {
  const worker = new Worker(workerUrl(import.meta.url, "survey_worker"), {
    type: "module",
    name: "guidedmix masks",
  });
  return {
    ask: (sources: readonly Source[]) =>
      new Promise<readonly Surveyed[]>((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<SurveyAnswer>) => resolve(data.found);
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(`Cannot read masks in a Worker: ${event.message}`));
        };
        worker.postMessage({ id: 0, sources });
      }),
    close: () => worker.terminate(),
  };
}

type Ask = (sources: readonly Source[]) => Promise<readonly Surveyed[]>;

/** Reads files by several askers, each taking the next part. */
async function readAll(sources: readonly Source[], askers: readonly Ask[], onProgress?: SurveyProgress) {
  const parts = partsOf(sources);
  const found = new Array<readonly Surveyed[]>(parts.length);
  let [next, done] = [0, 0];
  await Promise.all(askers.map(async (ask) => {
    while (next < parts.length) {
      const at = next++;
      found[at] = await ask(parts[at]!);
      onProgress?.(done += parts[at]!.length, sources.length);
    }
  }));
  return found.flat();
}

async function surveyUnread(
  sources: readonly Source[],
  options: SurveyOptions,
): Promise<readonly Surveyed[]> {
  const count = options.workers ?? defaultWorkers();
  if (count === 0 || sources.length < WORTH_WORKERS) {
    const here: Ask = (part) => mapLimited(part, 1, surveySource);
    return await readAll(sources, [here], options.onProgress);
  }
  const workers = Array.from({ length: count }, startWorker);
  try {
    return await readAll(sources, workers.map(({ ask }) => ask), options.onProgress);
  } finally {
    workers.forEach((worker) => worker.close());
  }
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
  const found = await surveyUnread(unread, options);
  unread.forEach((source, i) => known.set(source, found[i]!));
  return sources.map((source) => known.get(source)!);
}
