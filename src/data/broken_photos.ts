/** Unlabeled photos that cannot be read: found before a run, told of in a sentence, and left out where that is asked for. */
import { firstAndMore } from "../core/first_and_more.ts";
import { workerUrl } from "../core/worker_url.ts";
import type { Dataset, Item } from "./dataset.ts";
import { leftOutText } from "./left_out_text.ts";
import { photoProblem } from "./photo_problem.ts";
import { type FileProgress, readInParts } from "./read_in_parts.ts";

/** A photo that cannot be read. */
export interface BrokenPhoto {
  /** The photo. */
  readonly item: Item;
  /** Why, beginning with its path in quotes. */
  readonly problem: string;
}

/** What to do about unlabeled photos that cannot be read. */
export const SKIP_BROKEN = "--set data.skipBroken=true leaves out unlabeled photos that cannot be read";

/** Photos that a sentence names. */
const SHOWN = 3;

/** Fewer photos are decoded sooner than Workers start. */
const WORTH_WORKERS = 64;

/** Photos in one request. */
const PART = 8;

/** A sentence on broken photos, which names up to three. @param all Of how many unlabeled ones */
export function brokenText(broken: readonly BrokenPhoto[], all: number): string {
  const problems = firstAndMore(broken, SHOWN, ({ problem }) => problem, "; ");
  return `${broken.length} of ${all} unlabeled photos cannot be read, ${problems}`;
}

/** How photos are decoded. */
export interface FindBrokenOptions {
  /** Told how many were decoded. */
  readonly onProgress?: FileProgress;
  /** Workers for many photos; the number of cores, at most 4, by default; 0 decodes all in this thread. */
  readonly workers?: number;
}

/** Decodes photos whole. @returns Those that cannot be, in order */
export async function findBroken(
  items: readonly Item[],
  options: FindBrokenOptions = {},
): Promise<BrokenPhoto[]> {
  const found = await readInParts(items.map(({ image }) => image), {
    here: photoProblem,
    worker: { url: workerUrl(import.meta.url, "photo_worker"), name: "photos" },
    worthWorkers: WORTH_WORKERS,
    part: PART,
    ...options,
  });
  return items.flatMap((item, i) => found[i] === undefined ? [] : [{ item, problem: found[i] }]);
}

/**
 * The dataset without unlabeled photos that cannot be read; a note tells of them. Every unlabeled photo is decoded.
 * @param isKnown Whether a photo was left out before: it is now too, whatever it holds
 */
export async function withoutBroken(
  dataset: Dataset,
  isKnown: (item: Item) => boolean,
  options: FindBrokenOptions = {},
): Promise<Dataset> {
  const { unlabeled, notes = [] } = dataset;
  const broken = await findBroken(unlabeled.filter((item) => !isKnown(item)), options);
  const gone = new Set(broken.map(({ item }) => item));
  const isOut = (item: Item) => isKnown(item) || gone.has(item);
  const leftOut = unlabeled.filter(isOut);
  if (leftOut.length === 0) return dataset;
  const before = leftOut.length - broken.length;
  const texts = [
    ...before === 0 ? [] : [`${before} as before`],
    ...broken.length === 0 ? [] : [brokenText(broken, unlabeled.length)],
  ];
  return {
    ...dataset,
    unlabeled: unlabeled.filter((item) => !isOut(item)),
    leftOut,
    notes: [...notes, `left out ${leftOutText(leftOut.length)}: ${texts.join("; ")}`],
  };
}
