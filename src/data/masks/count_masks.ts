import { DatasetError } from "../../core/errors.ts";
import { decodeMask } from "../../formats/decode_mask.ts";
import { mapLimited } from "../map_limited.ts";
import { readBytes } from "../read_file.ts";
import { type MaskHistogram, maskHistogram } from "./mask_histogram.ts";
import { startMaskWorkers } from "./mask_workers.ts";

/** What was found in a mask file: its histogram, or why it cannot be read. */
export type MaskCount = { readonly histogram: MaskHistogram } | { readonly problem: string };

/** How masks are counted. */
export interface CountMasksOptions {
  /** Told how many of how many are counted. */
  readonly onMask?: (done: number, total: number) => void;
}

/** Files of one message to a Worker. */
const AT_ONCE = 32;

/** Fewer files are counted before a Worker has started. */
const WORTH_WORKERS = 256;

/** Counts one mask file; what is wrong with it becomes a text. */
export async function countMask(path: string): Promise<MaskCount> {
  try {
    return { histogram: maskHistogram(await decodeMask(await readBytes(path), path)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Counts the values of mask files, many of them in Workers, which are ended then.
 * @returns One for each path, in their order
 * @throws {Error} If a Worker does not run
 */
export async function countMasks(
  paths: readonly string[],
  { onMask }: CountMasksOptions = {},
): Promise<MaskCount[]> {
  const groups = Array.from(
    { length: Math.ceil(paths.length / AT_ONCE) },
    (_, i) => paths.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  let done = 0;
  const told = (counted: MaskCount[]) => {
    done += counted.length;
    onMask?.(done, paths.length);
    return counted;
  };
  if (paths.length < WORTH_WORKERS) {
    const here = async (group: readonly string[]) => told(await mapLimited(group, 4, countMask));
    return (await mapLimited(groups, 1, here)).flat();
  }
  const workers = startMaskWorkers();
  try {
    const there = async (group: readonly string[]) => told(await workers.count(group));
    return (await mapLimited(groups, workers.atOnce, there)).flat();
  } finally {
    workers.close();
  }
}

/** The histograms, or one error for all that cannot be read. */
export function histogramsOf(counts: readonly MaskCount[], action: string): MaskHistogram[] {
  const problems = counts.flatMap((count) => "problem" in count ? [count.problem] : []);
  if (problems.length === 0) return counts.map((count) => (count as { histogram: MaskHistogram }).histogram);
  const shown = problems.slice(0, 10).map((text) => `\n  ${text}`).join("");
  const rest = problems.length > 10 ? `\n  and ${problems.length - 10} more` : "";
  if (problems.length === 1) throw new DatasetError(problems[0]!);
  throw new DatasetError(
    `Cannot ${action}: ${problems.length} masks cannot be read, expected none${shown}${rest}`,
  );
}
