/** Counts the values of the masks of train, val and test. */
import { randomStream } from "../core/random.ts";
import { type Dataset, type Source, sourceName } from "./dataset.ts";
import { countsByRule, type ValueCount } from "./mask_rule.ts";
import { countMasks } from "./masks/count_masks.ts";
import type { CountedMask } from "./masks/judge_binary.ts";
import { maskHistogram } from "./masks/mask_histogram.ts";
import { syntheticLabels } from "./synthetic/synthetic_picture.ts";

/** The lists whose items have masks. */
export type LabeledPart = "train" | "val" | "test";

/** In the order of reports. */
export const LABELED_PARTS: readonly LabeledPart[] = ["train", "val", "test"];

/** A mask with the meaning of its values. */
export interface CountedSource extends CountedMask {
  /** Most frequent first. */
  readonly counts: readonly ValueCount[];
}

/** The masks of a list that were counted. */
export interface CountedPart {
  /** In the order of the list. */
  readonly masks: readonly CountedSource[];
  /** Masks in the list, counted or not. */
  readonly total: number;
}

/** How many masks are counted. */
export interface CountPartsOptions {
  /** Of all lists together. */
  readonly masks?: number;
  /** Told how many of how many are counted. */
  readonly onMask?: (done: number, total: number) => void;
}

/** Masks that are looked at where the dataset says what their values mean. */
const SOME = 256;

/** And where 255 is judged by them. */
const NEARLY_ALL = 20_000;

function limitOf({ counted, ignoreAssumed }: Dataset, masks: number | undefined): number {
  if (masks !== undefined) return masks;
  if (counted !== undefined) return Infinity;
  return ignoreAssumed === true ? NEARLY_ALL : SOME;
}

/** A mask's histogram: of the opening, drawn, or counted in its file. */
async function histogramsOf(
  { counted }: Dataset,
  sources: readonly Source[],
  onMask: CountPartsOptions["onMask"],
  problems: string[],
): Promise<Map<Source, CountedMask>> {
  const found = new Map<Source, CountedMask>();
  const files: (Source & { kind: "file" })[] = [];
  for (const source of sources) {
    const path = sourceName(source);
    if (source.kind === "synthetic") {
      const { width, height, data } = syntheticLabels(source);
      found.set(source, { path, histogram: maskHistogram({ kind: "index", width, height, data }) });
    } else if (counted?.has(path)) found.set(source, { path, histogram: counted.get(path)! });
    else files.push(source);
  }
  const answers = await countMasks(files.map(({ path }) => path), { onMask });
  answers.forEach((answer, i) => {
    const source = files[i]!;
    if ("problem" in answer) problems.push(answer.problem.replace(/^Cannot (read|decode) /, ""));
    else found.set(source, { path: source.path, histogram: answer.histogram });
  });
  return found;
}

/**
 * Counts masks of each list, chosen by chance where not all are counted.
 * @param problems Takes a sentence for each mask that cannot be read, or is of another kind than the rule says
 */
export async function countParts(
  dataset: Dataset,
  { masks, onMask }: CountPartsOptions,
  problems: string[],
): Promise<ReadonlyMap<LabeledPart, CountedPart>> {
  const ofPart = (part: LabeledPart) => dataset[part].flatMap(({ mask }) => mask ?? []);
  const all = LABELED_PARTS.flatMap(ofPart);
  const order = randomStream(0, "masks to check").permutation(all.length);
  const chosen = order.slice(0, limitOf(dataset, masks)).sort((a, b) => a - b).map((index) => all[index]!);
  const histograms = await histogramsOf(dataset, chosen, onMask, problems);
  const meant = (source: Source): CountedSource[] => {
    const mask = histograms.get(source);
    if (mask === undefined) return [];
    try {
      return [{ ...mask, counts: countsByRule(mask.histogram, dataset.maskRule, mask.path) }];
    } catch (error) {
      problems.push((error as Error).message.replace(/^Cannot (read|decode) /, ""));
      return [];
    }
  };
  return new Map(LABELED_PARTS.map((part) => {
    const sources = ofPart(part);
    return [part, { masks: sources.flatMap(meant), total: sources.length }];
  }));
}

/** Sums of the values of some masks, most frequent first. */
export function mergeCounts(all: readonly (readonly ValueCount[])[]): ValueCount[] {
  const merged = new Map<number, ValueCount>();
  for (const { value, count, known } of all.flat()) {
    merged.set(value, { value, count: count + (merged.get(value)?.count ?? 0), known });
  }
  return [...merged.values()].sort((a, b) => b.count - a.count || a.value - b.value);
}
